/**
 * The architecture, as a test: who may import whom, how long a file may be. What the core may
 * touch is for the compiler to refuse: `tests/slow/core_globals_test.ts`. What is allowed stands in
 * the table of `architecture_parts.ts`.
 *
 * @module
 */
import assert from "node:assert/strict";
import { parts } from "./architecture_parts.ts";
import { needing } from "./permissions.ts";
import { deno } from "./docs/deno.ts";
import { filesBelow, projectRoot, readSource } from "./docs/source_files.ts";

/** An import of one file by another, or of something outside of the project. */
interface Import {
  readonly from: string;
  /** A path from the project's folder on, or a specifier such as `npm:/valibot@1.5.0`. */
  readonly to: string;
  /** As it is written. */
  readonly written: string;
  /** Only a type is imported: nothing of it is there when the program runs. */
  readonly isType: boolean;
}

interface InfoDependency {
  readonly specifier: string;
  readonly code?: { readonly specifier?: string };
  readonly type?: { readonly specifier?: string };
}

interface InfoModule {
  readonly specifier: string;
  readonly dependencies?: readonly InfoDependency[];
}

const rootUrl = new URL("../", import.meta.url).href;

/** All imports of the program's files, as Deno itself understands them. */
async function allImports(): Promise<Import[]> {
  const seen = new Map<string, readonly Import[]>();
  for (const file of programFiles()) {
    if (seen.has(file)) continue;
    for (const { specifier, dependencies = [] } of await modulesFrom(file)) {
      if (!specifier.startsWith(rootUrl)) continue;
      const from = specifier.slice(rootUrl.length);
      seen.set(from, dependencies.map((dependency) => importOf(from, dependency)));
    }
  }
  return [...seen.values()].flat();
}

function programFiles(): string[] {
  return ["main.ts", ...filesBelow("lib").filter((path) => /\.tsx?$/.test(path))];
}

function importOf(from: string, { specifier, code, type }: InfoDependency): Import {
  const target = code?.specifier ?? type?.specifier ?? specifier;
  const to = target.startsWith(rootUrl) ? target.slice(rootUrl.length) : target;
  return { from, to, written: specifier, isType: code === undefined };
}

async function modulesFrom(file: string): Promise<readonly InfoModule[]> {
  const { success, stdout, stderr } = await deno(["info", "--json", file], projectRoot);
  assert.ok(success, stderr);
  return JSON.parse(stdout).modules;
}

/** `lib/core/members/row.ts` → `core`, `lib/clock.ts` → `clock.ts`, `main.ts` → `main.ts`. */
function partOf(path: string): string {
  const [first = "", second = ""] = path.split("/");
  return first === "lib" ? second : first;
}

function isWithin(path: string, allowed: readonly string[]): boolean {
  return allowed.includes(partOf(path)) || allowed.includes(path.replace(/^lib\//, ""));
}

/** Why an import is not allowed, or `undefined` if it is. */
function fault({ from, to, written, isType }: Import): string | undefined {
  const name = partOf(from);
  const part = parts[name];
  if (part === undefined) return `${from} belongs to no part: give it a line in the table`;
  if (to.includes(":")) {
    const isAllowed = (part.outside ?? []).some((allowed) =>
      allowed.endsWith("*") ? written.startsWith(allowed.slice(0, -1)) : written === allowed
    );
    return isAllowed ? undefined : `${from} imports ${written}, which ${name} may not`;
  }
  if (partOf(to) === name || isWithin(to, part.values)) return undefined;
  if (isWithin(to, part.types ?? [])) {
    return isType ? undefined : `${from} imports a value of ${to}: ${name} may know its types only`;
  }
  return `${from} imports ${to}, which ${name} may not`;
}

const introspection = ["read", "run", "env"] as const;

Deno.test({
  ...needing("imports point down: core, adapters, node, start, cli", ...introspection),
  async fn() {
    const imports = await allImports();
    assert.ok(imports.length > 200, `only ${imports.length} imports were seen`);
    assert.deepEqual(imports.map(fault).filter((found) => found !== undefined), []);
  },
});

Deno.test({
  ...needing("no file is imported by what it imports, types included", ...introspection),
  async fn() {
    // Two files may speak of each other's types: nothing of that is left when the program runs.
    const targets = new Map<string, string[]>();
    for (const { from, to } of await allImports()) {
      targets.set(from, [...targets.get(from) ?? [], to]);
    }
    assert.equal(findCycle(targets), undefined);
  },
});

/** The rooms of the core, and what stands between them, from the ground up. */
const roomsOfCore = [
  ...["base", "members", "settings.ts", "input.ts", "pings.ts", "detector", "discovery"],
  ...["dissemination", "verdict", "registration", "beam", "explain"],
];

/** Where in the core a file is, from the ground up; above all rooms is what joins them. */
function floorOf(path: string): number {
  const [room = ""] = path.slice("lib/core/".length).split("/");
  const floor = roomsOfCore.indexOf(room);
  return floor < 0 ? roomsOfCore.length : floor;
}

Deno.test({
  ...needing("rooms of the core import what is below them, types included", ...introspection),
  async fn() {
    const within = (await allImports())
      .filter(({ from, to }) => [from, to].every((path) => path.startsWith("lib/core/")));
    assert.ok(within.length > 200, `only ${within.length} imports were seen`);
    const upwards = within.filter(({ from, to }) => floorOf(to) > floorOf(from));
    assert.deepEqual(upwards.map(({ from, to }) => `${from} imports ${to}`), []);
  },
});

Deno.test({
  ...needing("no folder holds more files than can be overlooked: 20", "read"),
  fn() {
    const folders = Map.groupBy(programFiles(), (path) => path.slice(0, path.lastIndexOf("/")));
    const counts = [...folders].map(([folder, files]) => [folder, files.length] as const);
    assert.deepEqual(counts.filter(([, count]) => count > 20), []);
  },
});

/** Files that import each other in a circle, or `undefined` if there are none. */
function findCycle(targets: ReadonlyMap<string, readonly string[]>): string | undefined {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): string | undefined => {
    const start = path.indexOf(file);
    if (start >= 0) return [...path.slice(start), file].join(" → ");
    if (done.has(file)) return undefined;
    for (const target of targets.get(file) ?? []) {
      const cycle = visit(target, [...path, file]);
      if (cycle !== undefined) return cycle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of targets.keys()) {
    const cycle = visit(file, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

Deno.test("findCycle() finds a circle of three and none in a diamond", () => {
  const circle = new Map([["a", ["b"]], ["b", ["c"]], ["c", ["a"]]]);
  assert.equal(findCycle(circle), "a → b → c → a");
  const diamond = new Map([["a", ["b", "c"]], ["b", ["d"]], ["c", ["d"]]]);
  assert.equal(findCycle(diamond), undefined);
});

Deno.test("fault() names imports that point up, sideways, out, or at more than a type", () => {
  const refused = (from: string, to: string, isType = false): boolean =>
    fault({ from, to, written: to, isType }) !== undefined;
  assert.ok(refused("lib/core/members/row.ts", "lib/clock.ts"));
  assert.ok(refused("lib/core/members/row.ts", "node:path"));
  assert.ok(refused("lib/log/log.ts", "lib/registry/url.ts", true));
  assert.ok(refused("lib/node/node.ts", "lib/transport/transport.ts"));
  assert.ok(!refused("lib/node/node.ts", "lib/transport/transport.ts", true));
  assert.ok(refused("lib/node/node.ts", "lib/transport/tcp.ts", true));
  assert.ok(refused("lib/start.ts", "lib/cli/main.ts"));
  assert.ok(refused("lib/cli/client.ts", "lib/registry/directory/directory.ts"));
  assert.ok(refused("lib/new/file.ts", "lib/core/members/row.ts"));
  assert.ok(!refused("lib/start.ts", "lib/transport/tcp.ts"));
});

Deno.test({
  ...needing("files are short: 400 lines at most, half of them under 150", "read"),
  fn() {
    const lengths = programFiles().map((path) =>
      [path, readSource(path).split("\n").length - 1] as const
    );
    assert.deepEqual(lengths.filter(([, lines]) => lines > 400), []);
    const sorted = lengths.map(([, lines]) => lines).sort((one, other) => one - other);
    const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
    assert.ok(median < 150, `the median is ${median}`);
  },
});

Deno.test({
  ...needing("every module opens with its intuition", "read"),
  fn() {
    const silent = filesBelow("lib").filter((path) => {
      if (!/\.tsx?$/.test(path)) return false;
      const [comment = ""] = readSource(path).split("*/");
      return !comment.startsWith("/**\n") || !comment.includes("@module");
    });
    assert.deepEqual(silent, []);
  },
});
