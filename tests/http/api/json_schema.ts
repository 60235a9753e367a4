/**
 * Whether a value is as a JSON Schema says, as far as ours go: a keyword that is not known here is an
 * error, and none is passed over.
 *
 * @module
 */

/** A schema, or a part of one. */
// deno-lint-ignore no-explicit-any -- it is what was sent
export type JsonSchema = any;

const known = new Set([
  ...["$ref", "additionalProperties", "anyOf", "const", "description", "enum", "items", "pattern"],
  ...[
    "properties",
    "propertyNames",
    "required",
    "type",
    "minimum",
    "maximum",
    "minItems",
    "maxItems",
    "default",
  ],
]);

/** What is wrong with `value`, with the way to it; empty if nothing is. */
export function schemaFaults(
  value: unknown,
  schema: JsonSchema,
  document: JsonSchema,
  path = "$",
): string[] {
  const strange = Object.keys(schema).filter((key) => !known.has(key));
  if (strange.length > 0) throw new TypeError(`${path}: unknown keywords ${strange.join(", ")}`);
  if (schema.$ref !== undefined) {
    const [, ...steps] = schema.$ref.split("/");
    const target = steps.reduce((at: JsonSchema, step: string) => at?.[step], document);
    if (target === undefined) throw new TypeError(`${path}: there is no ${schema.$ref}`);
    return schemaFaults(value, target, document, path);
  }
  const is = (legal: boolean, what: string): string[] => legal ? [] : [`${path} is not ${what}`];
  return [
    ...is(schema.type === undefined || hasType(value, schema.type), schema.type),
    ...is(schema.const === undefined || value === schema.const, schema.const),
    ...is(schema.enum?.includes(value) ?? true, `one of ${schema.enum}`),
    ...is(!schema.pattern || new RegExp(schema.pattern).test(`${value}`), schema.pattern),
    ...is(
      schema.anyOf?.some((one: JsonSchema) =>
        schemaFaults(value, one, document, path).length === 0
      ) ?? true,
      "any of them",
    ),
    ...Array.isArray(value)
      ? value.flatMap((item, index) =>
        schemaFaults(item, schema.items ?? {}, document, `${path}[${index}]`)
      )
      : typeof value === "object" && value !== null && schema.type === "object"
      ? objectFaults(value, schema, document, path)
      : [],
  ];
}

function objectFaults(
  value: object,
  { properties = {}, required = [], additionalProperties }: JsonSchema,
  document: JsonSchema,
  path: string,
): string[] {
  const missing = required.filter((key: string) => !Object.hasOwn(value, key));
  return [
    ...missing.map((key: string) => `${path}.${key} is missing`),
    ...Object.entries(value).flatMap(([key, item]) => {
      const schema = properties[key];
      if (schema !== undefined) return schemaFaults(item, schema, document, `${path}.${key}`);
      if (additionalProperties === false) return [`${path}.${key} is too much`];
      return schemaFaults(item, additionalProperties ?? {}, document, `${path}.${key}`);
    }),
  ];
}

function hasType(value: unknown, type: string): boolean {
  switch (type) {
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    case "array":
      return Array.isArray(value);
    case "integer":
      return Number.isInteger(value);
    case "string":
      return typeof value === "string";
    case "number":
      return typeof value === "number";
    case "boolean":
      return typeof value === "boolean";
    default:
      throw new TypeError(`unknown type ${type}`);
  }
}
