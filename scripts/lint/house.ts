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

const hint = "Take a Clock (lib/clock.ts) or a Random (lib/core/random.ts) as an argument";

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

const house: Deno.lint.Plugin = {
  name: "house",
  rules: { "time-and-chance-are-arguments": timeAndChance, "function-fits-a-screen": screen },
};

export default house;
