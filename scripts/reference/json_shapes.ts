/**
 * The tables of `docs/json.md`, from the shapes of all reports.
 *
 * @module
 */
import type * as v from "valibot";
import { fields } from "../../lib/report/fields.ts";
import { reportSchemas } from "../../lib/report/reports.ts";
import { capital } from "./markdown.ts";

/** What valibot's schemas have in common, as far as it is looked at here. */
export interface Schema {
  readonly type: string;
  readonly entries?: Readonly<Record<string, Schema>>;
  readonly item?: Schema;
  readonly wrapped?: Schema;
  readonly literal?: unknown;
  readonly options?: readonly string[];
  readonly pipe?: readonly (Schema & { readonly description?: string })[];
}

/** A key somewhere in a shape. */
export interface Key {
  /** From the root on: `members.name`. */
  readonly path: string;
  readonly key: string;
  readonly schema: Schema;
  readonly isOptional: boolean;
}

/** All keys in `schema`, those of lists of objects after the list. */
export function keysOf(schema: v.GenericSchema, path = ""): Key[] {
  return keysIn(schema as unknown as Schema, path);
}

function keysIn({ entries, item, wrapped }: Schema, path: string): Key[] {
  if (wrapped !== undefined) return keysIn(wrapped, path);
  if (item !== undefined) return keysIn(item, path);
  return Object.entries(entries ?? {}).flatMap(([key, found]) => {
    const isOptional = found.type === "optional";
    const schema = isOptional && found.wrapped !== undefined ? found.wrapped : found;
    const own = { path: `${path}${key}`, key, schema, isOptional };
    return [own, ...keysIn(schema, `${path}${key}.`)];
  });
}

/** Of which type the values of a key are, as an index tells them apart. */
export function typeOf({ type, item, pipe = [] }: Schema): string {
  switch (type) {
    case "picklist":
    case "literal":
    case "string":
      return "text";
    case "number":
      return pipe.some((action) => action.type === "integer") ? "whole number" : "number";
    case "boolean":
      return "true or false";
    case "strict_object":
      return "object";
    case "array":
      return item?.entries === undefined ? "list of texts" : "list of objects";
    default:
      return type;
  }
}

/** What is said of a schema: of all, its meaning; of words, which there are. */
function meaningOf({ pipe = [], options }: Schema): string {
  const meaning = pipe.find(({ description }) => description !== undefined)?.description ?? "";
  if (options === undefined) return meaning;
  return `${meaning}: ${options.map((word) => `\`${word}\``).join(", ")}`;
}

/** All shapes as Markdown, and all keys with their types and meanings. */
export function shapesMarkdown(): string {
  const shapes = Object.values(reportSchemas).map((found) => found as unknown as Schema);
  return [
    "## Shapes",
    "",
    "A question mark stands behind a key that may be missing.",
    ...shapes.flatMap((shape) => ["", ...shapeLines(shape)]),
    "",
    "## Keys",
    "",
    "| key | type | meaning |",
    "| --- | --- | --- |",
    ...Object.entries(fields as unknown as Record<string, Schema>).map(keyLine),
    "",
  ].join("\n");
}

function keyLine([key, schema]: [string, Schema]): string {
  return `| \`${key}\` | ${typeOf(schema)} | ${meaningOf(schema)} |`;
}

/** The keys of a shape, and below them the keys of the objects in it. */
function shapeLines(shape: Schema): string[] {
  const keys = keysIn(shape, "");
  const within = (path: string): string =>
    keys.filter((key) => key.path === `${path}${key.key}`)
      .map(({ key, isOptional }) => `\`${key}\`${isOptional ? "?" : ""}`).join(", ");
  const objects = keys.filter(({ schema }) => typeOf(schema).includes("object"));
  return [
    `### ${shape.entries?.["schema"]?.literal}`,
    "",
    `${capital(meaningOf(shape))}.`,
    "",
    within(""),
    ...objects.flatMap(({ path, schema }) => [
      "",
      `- \`${path}${typeOf(schema) === "object" ? "" : "[]"}\`, ${meaningOf(schema)}: ` +
      within(`${path}.`),
    ]),
  ];
}
