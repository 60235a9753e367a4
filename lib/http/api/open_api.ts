/**
 * What can be asked for, as programs read it: the table of routes and the shapes of reports, as an
 * OpenAPI document.
 *
 * @module
 */
import { toJsonSchema } from "@valibot/to-json-schema";
import { reportSchemas } from "../../report/reports.ts";
import type { Route } from "../route.ts";
import { jsonType } from "./json.ts";

type Json = Readonly<Record<string, unknown>>;

/** Version of the specification of OpenAPI. */
const openApiVersion = "3.1.0";

/** The document of `routes`. @param version of the program */
export function openApi(routes: readonly Route[], version: string): Json {
  const used = [...new Set(routes.flatMap(({ schemas = [] }) => schemas))];
  return {
    openapi: openApiVersion,
    info: {
      title: "clusternode",
      version,
      description: `A cluster as one of its nodes sees it. ${whatChanges(routes)}`,
    },
    paths: Object.fromEntries(routes.map((route) => [route.path, pathItem(route)])),
    components: {
      schemas: Object.fromEntries(used.map((name) => [name, shapeOf(name)])),
      securitySchemes: { token: { type: "http", scheme: "bearer" } },
    },
    security: [{}, { token: [] }],
  };
}

/** What can be done over the routes, as a sentence. */
function whatChanges(routes: readonly Route[]): string {
  const changing = routes.filter(({ post }) => post !== undefined).map(({ path }) => path);
  return changing.length === 0
    ? "All is to read only."
    : `All is to read only, but for POST of ${changing.join(", ")}.`;
}

function pathItem({ path, summary, query = {}, schemas, type = jsonType, post }: Route): Json {
  const parts = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    ...{ name, in: "path", required: true },
    schema: { type: "string" },
  }));
  const words = Object.entries(query).map(([name, description]) => ({
    ...{ name, in: "query", description },
    schema: { type: "string" },
  }));
  const refs = (schemas ?? []).map((name) => ({ $ref: `#/components/schemas/${name}` }));
  const schema = refs.length > 1 ? { anyOf: refs } : refs[0] ?? { type: "string" };
  const operation = {
    summary,
    parameters: [...parts, ...words],
    responses: {
      "200": { description: summary, content: { [type]: { schema } } },
      default: {
        description: "why there is no answer, as a sentence",
        content: { "text/plain": { schema: { type: "string" } } },
      },
    },
  };
  if (post === undefined) return { get: operation };
  const body = { required: true, content: { [jsonType]: { schema: jsonSchemaOf(post.body) } } };
  return { get: operation, post: { ...operation, summary: post.summary, requestBody: body } };
}

function shapeOf(name: string): Json {
  const schemas: Readonly<Record<string, typeof reportSchemas[keyof typeof reportSchemas]>> =
    reportSchemas;
  const found = schemas[name];
  if (found === undefined) throw new TypeError(`There is no report ${name}`);
  return jsonSchemaOf(found);
}

function jsonSchemaOf(schema: Parameters<typeof toJsonSchema>[0]): Json {
  // That a number is finite is so of all in JSON.
  const { $schema: _dialect, ...shape } = toJsonSchema(schema, { ignoreActions: ["finite"] });
  return shape;
}
