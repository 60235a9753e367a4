/**
 * What can be asked for, for programs.
 *
 * @module
 */
import * as v from "valibot";
import { hashText } from "../../core/base/hash.ts";
import { unlessKnown } from "../etag.ts";
import type { Route } from "../route.ts";
import { SharedBody } from "../server/shared_body.ts";
import type { ClusterSource } from "../source.ts";
import { jsonType } from "./json.ts";

/** What any OpenAPI document has, as far as it matters to who reads one. */
const documentSchema = v.looseObject({
  openapi: v.string(),
  info: v.looseObject({ title: v.string(), version: v.string() }),
  paths: v.record(v.string(), v.looseObject({})),
});

interface Made {
  readonly body: SharedBody;
  readonly etag: string;
}

/** `/openapi.json`, made of `routes` when it is asked for the first time. */
export function openApiRoute(
  routes: () => readonly Route[],
  { software }: Pick<ClusterSource, "software">,
): Route {
  let made: Promise<Made> | undefined;
  const make = async (): Promise<Made> => {
    // With a library that nobody else wants.
    const { openApi } = await import("./open_api.ts");
    const version = software.replace(/^.*\//, "");
    const text = `${JSON.stringify(openApi(routes(), version))}\n`;
    return { body: SharedBody.ofText(text), etag: `"${hashText(text).toString(16)}"` };
  };
  return {
    path: "/openapi.json",
    summary: "this document",
    hasEtag: true,
    shape: documentSchema,
    answer: async (request) => {
      const { body, etag } = await (made ??= make());
      return await unlessKnown(body, etag, request, { "Content-Type": jsonType });
    },
  };
}
