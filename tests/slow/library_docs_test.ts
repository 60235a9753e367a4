/**
 * The documentation of the library, as `deno doc` and a registry of packages show it.
 *
 * @module
 */
import assert from "node:assert/strict";
import manifest from "../../deno.json" with { type: "json" };
import { optionEntries } from "../../lib/options/option_table.ts";
import { defaultText } from "../../lib/cli/parse/flags.ts";
import { limitsOf } from "../../scripts/reference/entries.ts";
import { deno } from "../docs/deno.ts";
import { exampleFiles } from "../docs/example_files.ts";
import { projectRoot } from "../docs/source_files.ts";
import { needing, permitted } from "../permissions.ts";

interface DocComment {
  readonly doc?: string;
  readonly tags?: readonly { readonly kind: string; readonly doc?: string }[];
}

interface Declaration {
  readonly location: { readonly filename: string };
  readonly jsDoc?: DocComment;
  readonly def?: { readonly properties?: readonly Property[] };
}

interface Property {
  readonly name: string;
  readonly jsDoc?: DocComment;
}

interface Symbol {
  readonly name: string;
  readonly declarations: readonly Declaration[];
}

interface Entrance {
  readonly name: string;
  readonly moduleDoc: DocComment;
  readonly symbols: readonly Symbol[];
}

/** What each entry point of the package exports. */
async function entrances(): Promise<Entrance[]> {
  return await Promise.all(
    Object.entries(manifest.exports).map(async ([name, path]) => {
      const { stdout, stderr } = await deno(["doc", "--json", path], projectRoot);
      const { nodes } = JSON.parse(stdout || "{}");
      assert.ok(nodes !== undefined, stderr);
      const [{ module_doc, symbols }] = Object.values(nodes) as [
        { module_doc: DocComment; symbols: Symbol[] },
      ];
      return { name, moduleDoc: module_doc, symbols };
    }),
  );
}

const needs = ["read", "run"] as const;
const all = permitted(...needs) ? await entrances() : [];

/** Everything in a tree of documentation, objects only. */
function objectsIn(tree: unknown): Record<string, unknown>[] {
  if (typeof tree !== "object" || tree === null) return [];
  const below = Object.values(tree).flatMap(objectsIn);
  return Array.isArray(tree) ? below : [tree as Record<string, unknown>, ...below];
}

/** All doc comments in a tree, as texts. */
function commentsIn(tree: unknown): string[] {
  return objectsIn(tree).flatMap(({ doc }) => typeof doc === "string" ? doc : []);
}

/** Examples in a doc comment. */
function examplesIn(comment: DocComment | undefined): string[] {
  return commentsIn(comment).filter((text) => text.includes("```ts\n"));
}

Deno.test({
  ...needing(
    "every export says what it is, and every entry point begins with an example",
    ...needs,
  ),
  fn() {
    assert.ok(all.length === 3);
    for (const { name: entrance, moduleDoc, symbols } of all) {
      assert.ok(examplesIn(moduleDoc).length > 0, `${entrance} has an example`);
      for (const { name, declarations } of symbols) {
        const texts = declarations.map(({ jsDoc }) => jsDoc?.doc ?? "");
        assert.ok(texts.some((text) => text.length > 10), `${entrance} ${name}: "${texts}"`);
      }
    }
  },
});

/** What users begin with. */
const firsts = ["startNode", "RunningNode", "openRegistry", "storeRegistry", "Membership"];

Deno.test({
  ...needing("what users begin with has an example, and each example is run", ...needs),
  fn() {
    const declarations = all.flatMap(({ symbols }) =>
      symbols.flatMap(({ name, declarations }) => declarations.map((one) => ({ name, ...one })))
    );
    const having = declarations.filter(({ jsDoc, def }) =>
      examplesIn({ ...jsDoc, ...def }).length > 0
    );
    assert.deepEqual(firsts.filter((one) => !having.some(({ name }) => name === one)), []);
    const files = having.map(({ location }) =>
      location.filename.replace(`file://${projectRoot}`, "")
    );
    assert.deepEqual(files.filter((path) => !exampleFiles.includes(path)), []);
  },
});

/** Types of the language and of the runtime. */
const wellKnown = new Set([
  ...["Readonly", "Record", "Partial", "Pick", "Omit", "Promise", "AsyncIterable"],
  ...["AbortSignal", "AsyncDisposable"],
]);

/** Whose home is another entry point, which the comment names. */
const elsewhere: Readonly<Record<string, string>> = { "Registry": "./registry" };

Deno.test({
  ...needing("no export speaks of a type that users cannot find", ...needs),
  fn() {
    for (const { name: entrance, symbols } of all) {
      const exported = new Set(symbols.map(({ name }) => name));
      for (const { name, declarations } of symbols) {
        const types = objectsIn(declarations).filter(({ kind }) => kind === "typeRef")
          .map(({ value }) => `${(value as { typeName?: string }).typeName}`);
        const hidden = types.filter((type) => !exported.has(type) && !wellKnown.has(type))
          .filter((type) => {
            const home = all.find((other) => other.name === elsewhere[type]);
            return !home?.symbols.some((symbol) => symbol.name === type);
          });
        assert.deepEqual(hidden, [], `${entrance} ${name}`);
      }
    }
  },
});

Deno.test({
  ...needing("doc comments link to exports alone, and name no source files", ...needs),
  fn() {
    for (const { name: entrance, moduleDoc, symbols } of all) {
      const known = new Set(objectsIn(symbols).map(({ name }) => name));
      for (const text of commentsIn([moduleDoc, symbols])) {
        for (const [, target = ""] of text.matchAll(/\{@linkcode ([^}]+)\}/g)) {
          assert.ok(target.split(".").every((part) => known.has(part)), `${entrance}: ${target}`);
        }
        assert.doesNotMatch(text, /\w\.ts\b/, entrance);
      }
    }
  },
});

Deno.test({
  ...needing("StartOptions says the default and the limits of each option", ...needs),
  fn() {
    const properties = all.flatMap(({ symbols }) => symbols)
      .find(({ name }) => name === "StartOptions")?.declarations[0]?.def?.properties ?? [];
    assert.ok(properties.length > 20);
    // No file is read or written unless the library is told to; a URL is shown with what it means.
    const own = ["beamCookie", "logFile", "registry"];
    for (const [key, entry] of optionEntries) {
      const comment = properties.find(({ name }) => name === key)?.jsDoc?.doc;
      if (comment === undefined || own.includes(key)) continue;
      const words = [...limitsOf(entry.type).split(" to "), `${entry.default ?? ""}`];
      for (const word of words) assert.ok(comment.includes(word), `${key}: ${word}\n${comment}`);
      assert.ok(
        entry.default?.length === 0 || defaultText(entry) === "" || /default/.test(comment),
        `${key} has a default\n${comment}`,
      );
    }
  },
});
