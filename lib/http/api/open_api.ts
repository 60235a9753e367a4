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

function pathItem(route: Route): Json {
  const { summary, post } = route;
  const operation = {
    summary,
    parameters: parametersOf(route),
    responses: {
      "200": { description: summary, headers: headersOf(route), content: contentOf(route) },
      ...route.hasEtag && {
        "304": { description: "the client has it already", headers: headersOf(route) },
      },
      default: {
        description: "why there is no answer, as a sentence",
        content: { "text/plain": { schema: text } },
      },
    },
  };
  if (post === undefined) return { get: operation };
  const body = { required: true, content: { [jsonType]: { schema: jsonSchemaOf(post.body) } } };
  return { get: operation, post: { ...operation, summary: post.summary, requestBody: body } };
}

const text = { type: "string" };

/** What can be said of what is wanted. */
function parametersOf({ path, query = {}, requestHeaders = {}, hasEtag }: Route): readonly Json[] {
  const known = "an ETag: answer only if it is no longer this";
  const headers = { ...requestHeaders, ...hasEtag && { "If-None-Match": known } };
  const described = (place: string, words: Readonly<Record<string, string>>): readonly Json[] =>
    Object.entries(words).map(([name, description]) => ({
      ...{ name, in: place, description, schema: text },
    }));
  return [
    ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
      ...{ name, in: "path", required: true, schema: text },
    })),
    ...described("query", query),
    ...described("header", headers),
  ];
}

function headersOf({ headers = {}, hasEtag }: Route): Json {
  const all = { ...headers, ...hasEtag && { ETag: "this version, for If-None-Match" } };
  return Object.fromEntries(
    Object.entries(all).map(([name, description]) => [name, { description, schema: text }]),
  );
}

/** What is answered, by its type. */
function contentOf({ schemas = [], shape, types = [jsonType] }: Route): Json {
  const refs = schemas.map((name) => ({ $ref: `#/components/schemas/${name}` }));
  const other = shape === undefined ? text : jsonSchemaOf(shape);
  const schema = refs.length > 1 ? { anyOf: refs } : refs[0] ?? other;
  return Object.fromEntries(types.map((type) => [type, { schema }]));
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
