/**
 * Lint rules of this project; `deno lint` runs them, see `lint.plugins` in `deno.json`.
 *
 * `house/time-and-chance-are-arguments`: whoever reads a clock, waits or rolls dice by himself cannot
 * be simulated. In `lib/`, only `clock.ts` and the composition root may. `new Date(milliseconds)` is
 * fine everywhere: it formats a time and does not read one.
 *
 * `house/function-fits-a-screen`: what has to be scrolled is not seen as a whole. A test suite, which
 * is a list of tests in a function, may be longer.
 *
 * `house/using-needs-more-than-one-use`: the bundler's minifier puts the value of a variable that is
 * used only once, in the very next statement, in the place of its use, also of a `using` variable,
 * whose end is lost by that. So in `lib/` such a value is closed by `finally`.
 *
 * @module
 */

/** Files of `lib/` that may touch the real clock and real chance. */
const exempt: readonly string[] = ["lib/clock.ts", "lib/start.ts"];

/** Functions without an owner, or with `globalThis` as one. */
const functions: readonly string[] = ["setTimeout", "setInterval"];

/** Functions of an object. */
const methods: readonly string[] = [
  "Date.now",
  "Math.random",
  "performance.now",
  "crypto.randomUUID",
  "Temporal.Now",
];

/** Most lines of a function. */
const linesMax = 70;

const hint = "Take a Clock (lib/clock.ts) or a Random (lib/core/base/random.ts) as an argument";

/** True for files of the library that the rule is about. */
export function isBound(fileName: string): boolean {
  const path = fileName.replaceAll("\\", "/");
  return /(^|\/)lib\//.test(path) && !exempt.some((end) => path.endsWith(end));
}

const timeAndChance: Deno.lint.Rule = {
  create(context) {
    if (!isBound(context.filename)) return {};
    const report = (node: Deno.lint.Node, what: string): void =>
      context.report({ node, message: `${what} reads time or chance from nowhere`, hint });
    return {
      CallExpression({ callee }) {
        const name = context.sourceCode.getText(callee).replace(/^globalThis\??\./, "");
        if (functions.includes(name)) report(callee, name);
        // Without `new`, arguments do not matter.
        if (name === "Date") report(callee, "Date()");
      },
      MemberExpression(node) {
        const name = context.sourceCode.getText(node).replace(/^globalThis\./, "");
        if (methods.includes(name)) report(node, name);
      },
      NewExpression(node) {
        const name = context.sourceCode.getText(node.callee);
        if (name === "Date" && node.arguments.length === 0) report(node, "new Date()");
      },
    };
  },
};

type AnyFunction =
  | Deno.lint.FunctionDeclaration
  | Deno.lint.FunctionExpression
  | Deno.lint.ArrowFunctionExpression;

const screen: Deno.lint.Rule = {
  create(context) {
    if (/(^|[\\/])tests[\\/]/.test(context.filename)) return {};
    const measure = (node: AnyFunction): void => {
      const lines = context.sourceCode.getText(node).split("\n").length;
      const message = `This function has ${lines} lines, the most is ${linesMax}`;
      if (lines > linesMax) context.report({ node, message, hint: "Take a part of it out" });
    };
    return {
      FunctionDeclaration: measure,
      FunctionExpression: measure,
      ArrowFunctionExpression: measure,
    };
  },
};

/** A `using` variable, the statement behind it, and where it is used. */
interface Disposed {
  readonly node: Deno.lint.VariableDeclaration;
  readonly name: string;
  readonly scope: Deno.lint.Range;
  readonly next: Deno.lint.Range;
  /** By their places in the text: true for one that comes later, or several times. */
  readonly uses: Map<number, boolean>;
}

const singleUse: Deno.lint.Rule = {
  create(context) {
    if (!/(^|[\\/])lib[\\/]/.test(context.filename)) return {};
    const all: Disposed[] = [];
    return {
      VariableDeclaration(node) {
        const [declared] = node.declarations;
        const { parent } = node;
        if (!node.kind.endsWith("using") || declared?.id.type !== "Identifier") return;
        if (parent.type !== "BlockStatement" && parent.type !== "Program") return;
        const next = parent.body[(parent.body as Deno.lint.Node[]).indexOf(node) + 1];
        if (next === undefined) return;
        const { name } = declared.id;
        all.push({ node, name, scope: parent.range, next: next.range, uses: new Map() });
      },
      Identifier({ name, range, parent }) {
        if (parent.type === "VariableDeclarator" && parent.id.range[0] === range[0]) return;
        const isProperty = parent.type === "MemberExpression" && !parent.computed &&
          parent.property.range[0] === range[0];
        if (isProperty) return;
        for (const { name: disposed, scope, uses } of all) {
          if (disposed === name && isWithin(range, scope)) {
            uses.set(range[0], isLater(parent, scope));
          }
        }
      },
      "Program:exit"() {
        for (const { node, name, next, uses } of all) {
          const [use] = uses;
          if (uses.size !== 1 || use === undefined) continue;
          const [at, isLate] = use;
          if (isLate || !isWithin([at, at], next)) continue;
          const message = `The end of ${name} may be lost in the binary: it is used once, at once`;
          context.report({ node, message, hint: "Close it with try and finally" });
        }
      },
    };
  },
};

/** True within a function or a loop inside of `scope`: out of these nothing is moved. */
function isLater(
  node: Deno.lint.Node | Deno.lint.TSParameterProperty,
  scope: Deno.lint.Range,
): boolean {
  if (!("parent" in node) || node.range[0] <= scope[0]) return false;
  return /^(While|DoWhile|For)|Function/.test(node.type) || isLater(node.parent, scope);
}

function isWithin([begin, end]: Deno.lint.Range, outer: Deno.lint.Range): boolean {
  return outer[0] <= begin && end <= outer[1];
}

const house: Deno.lint.Plugin = {
  name: "house",
  rules: {
    "time-and-chance-are-arguments": timeAndChance,
    "function-fits-a-screen": screen,
    "using-needs-more-than-one-use": singleUse,
  },
};

export default house;
