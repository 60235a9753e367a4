/**
 * The architecture, as a test: who may import whom, how long a file may be. What the core may
 * touch is for the compiler to refuse: `tests/slow/core_globals_test.ts`.
 *
 *     core ◀── adapters (registry, transport, log) ◀── node ◀── start ◀── mod, cli
 *
 * What is allowed stands in one table. Imports of types are told from imports of values: the node
 * knows the shape of its adapters, but only the composition root picks real ones.
 *
 * @module
 */
import assert from "node:assert/strict";
import manifest from "../deno.json" with { type: "json" };
import { softwareVersion } from "../lib/version.ts";
import { needing } from "./permissions.ts";
import { deno } from "./docs/deno.ts";
import { filesBelow, projectRoot, readSource } from "./docs/source_files.ts";

/** A part of the program: a folder of `lib`, or a single file. */
interface Part {
  /** Parts and files whose values it may import; itself always. */
  readonly values: readonly string[];
  /** Parts and files of which it may import types only. */
  readonly types?: readonly string[];
  /** What it may import from outside of the project; `*` stands for anything. */
  readonly outside?: readonly string[];
}

const anyNode = "node:*";

const parts: Readonly<Record<string, Part>> = {
  "core": { values: [], outside: ["valibot"] },
  "options": { values: ["core"], outside: ["valibot"] },
  "protocol": { values: ["core"], outside: ["@noble/*", "valibot"] },
  "recording": { values: ["core", "protocol"], outside: ["valibot"] },
  "abort.ts": { values: [] },
  "barrier.ts": { values: [], types: ["clock.ts"] },
  "build_info.ts": { values: [] },
  "clock.ts": { values: [] },
  "cookie.ts": { values: ["core"], outside: [anyNode] },
  "own_cookie.ts": {
    values: [
      ...["core", "clock.ts", "cookie.ts", "files", "random_bytes.ts"],
      "registry/common/storage_fault.ts",
    ],
    types: ["log/log.ts", "options", "registry/registry.ts"],
  },
  "random_bytes.ts": { values: [] },
  "version.ts": { values: ["build_info.ts"] },
  "files": { values: [], outside: [anyNode] },
  "health": { values: ["abort.ts", "files"] },
  "log": { values: ["core", "clock.ts", "files"], outside: [anyNode, "@logtape/logtape"] },
  "registry": {
    values: [
      "core",
      "abort.ts",
      "clock.ts",
      "files",
      "random_bytes.ts",
      "sockets/system_lookup.ts",
    ],
    outside: [anyNode, "aws4fetch", "iovalkey", "postgres"],
  },
  "sockets": { values: ["core", "abort.ts", "barrier.ts", "clock.ts"], outside: [anyNode] },
  "transport": {
    values: ["core", "protocol", "barrier.ts", "clock.ts", "sockets"],
    outside: [anyNode],
  },
  "beam": {
    values: ["core", "abort.ts", "barrier.ts", "clock.ts", "sockets"],
    outside: [anyNode, "@noble/*"],
  },
  "recorder.ts": { values: ["core", "recording", "clock.ts", "files"], outside: [anyNode] },
  "service": { values: ["core", "options", "clock.ts"], outside: [anyNode] },
  "simulation": { values: ["core", "protocol", "recording"] },
  "node": {
    values: ["core", "options", "protocol", "recording", "barrier.ts", "clock.ts"],
    types: ["beam/beam.ts", "log/log.ts", "registry/registry.ts", "transport/transport.ts"],
    outside: [anyNode],
  },
  "start.ts": {
    values: [
      ...[
        "core",
        "options",
        "protocol",
        "recording",
        "barrier.ts",
        "clock.ts",
        "cookie.ts",
        "own_cookie.ts",
        "random_bytes.ts",
        "files",
        "version.ts",
        "log",
      ],
      ...["recorder.ts", "beam", "registry", "sockets", "transport", "node"],
    ],
    outside: [anyNode],
  },
  "doctor": {
    values: [
      ...[
        "core",
        "options",
        "protocol",
        "clock.ts",
        "cookie.ts",
        "random_bytes.ts",
        "files",
        "start.ts",
        "registry/url.ts",
      ],
      ...["registry/directory/directory_layout.ts", "registry/directory/directory_names.ts"],
      "registry/common/storage_fault.ts",
      ...["node/detect_address.ts", "node/own_name.ts"],
    ],
    types: ["registry/registry.ts", "transport/transport.ts"],
    outside: [anyNode],
  },
  "start_options.ts": {
    // url.ts knows which schemes there are, and none of the back ends.
    values: ["core", "options", "registry/url.ts"],
    types: ["registry/registry.ts"],
  },
  "wait_for.ts": { values: ["core", "options", "abort.ts", "clock.ts", "start_options.ts"] },
  "running_node.ts": {
    values: ["core", "clock.ts", "start_options.ts", "wait_for.ts"],
    types: ["log/log.ts", "node/node.ts"],
  },
  "mod.ts": {
    values: ["core", "running_node.ts", "start.ts", "start_options.ts", "wait_for.ts"],
    types: ["log/log.ts"],
  },
  "cli": {
    values: [
      ...[
        "core",
        "options",
        "protocol",
        "recording",
        "abort.ts",
        "clock.ts",
        "cookie.ts",
        "random_bytes.ts",
        "files",
        "version.ts",
        "start.ts",
        "registry/url.ts",
      ],
      ...["simulation", "doctor", "health", "service"],
    ],
    types: [
      "barrier.ts",
      "log/log.ts",
      "node/core_loop.ts",
      "node/node.ts",
      "registry/registry.ts",
      "transport/transport.ts",
    ],
    outside: [anyNode],
  },
  "main.ts": { values: ["cli"], outside: ["node:process"] },
};

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
  return ["main.ts", ...filesBelow("lib").filter((path) => path.endsWith(".ts"))];
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
      if (!path.endsWith(".ts")) return false;
      const [comment = ""] = readSource(path).split("*/");
      return !comment.startsWith("/**\n") || !comment.includes("@module");
    });
    assert.deepEqual(silent, []);
  },
});

Deno.test({
  ...needing("all places that tell the version agree", "read"),
  fn() {
    assert.equal(softwareVersion, manifest.version);
    const label = /org\.opencontainers\.image\.version="(.*)"/.exec(readSource("Dockerfile"));
    assert.equal(label?.[1], manifest.version);
  },
});

Deno.test({
  ...needing("files name no hosts but the well-known ones that are meant", "read"),
  fn() {
    const known = ["deno.com", "noiseprotocol.org", "www.w3.org"];
    const foreign = filesBelow("").flatMap((path) => {
      if (path.endsWith(".gif") || path.endsWith(".png")) return [];
      const hosts = [...readSource(path).matchAll(/https?:\/\/([A-Za-z0-9.-]+)/g)];
      return hosts.map(([, host = ""]) => host)
        // Without a dot it is one's own network that knows it, as a service of Compose.
        .filter((host) => host.includes(".") && !/^(127\.|0\.0\.0\.0$)/.test(host))
        .filter((host) => !known.includes(host))
        .map((host) => `${path}: ${host}`);
    });
    assert.deepEqual(foreign, []);
  },
});
