/**
 * What can be asked for over HTTP: a table of paths, each with who answers it.
 *
 * @module
 */
import type { GenericSchema } from "valibot";
import type { HttpAnswer, HttpRequest } from "./server/http.ts";
import { sentence } from "./server/http.ts";

/** One thing that can be asked for. */
export interface Route {
  /** `/v1/members`; a last part in braces, as in `/v1/explain/{name}`, stands for any. */
  readonly path: string;
  /** What it answers, as a clause, for `/openapi.json`. */
  readonly summary: string;
  /** The words behind the question mark that it understands, each with its meaning. */
  readonly query?: Readonly<Record<string, string>>;
  /** Headers of a request that it understands, each with its meaning; without `If-None-Match`. */
  readonly requestHeaders?: Readonly<Record<string, string>>;
  /** Headers of its answer that mean something to programs; without `ETag`. */
  readonly headers?: Readonly<Record<string, string>>;
  /** True if an answer has an `ETag`, and is `304` for who has it already. */
  readonly hasEtag?: boolean;
  /** The types of what it answers, the usual one first; by default `application/json`. */
  readonly types?: readonly string[];
  /** The `schema` of what it answers, of a stream all of them; none: it is text, or has a `shape`. */
  readonly schemas?: readonly string[];
  /** The shape of what it answers if that is JSON, and no report. */
  readonly shape?: GenericSchema;
  /** What `POST` does; none: it is to read only. */
  readonly post?: RoutePost;
  /** @param part what stands in the place of the braces, decoded */
  answer(request: HttpRequest, part: string): HttpAnswer | Promise<HttpAnswer>;
}

/** What `POST` of a path does; the answer is that of `GET`, as it is then. */
export interface RoutePost {
  /** As a clause. */
  readonly summary: string;
  /** What stands in its body, as JSON. */
  readonly body: GenericSchema;
}

/** Finds routes by path. */
export class RouteTable {
  readonly #whole = new Map<string, Route>();
  readonly #open = new Map<string, Route>();

  constructor(routes: readonly Route[]) {
    for (const route of routes) {
      const brace = route.path.indexOf("{");
      if (brace < 0) this.#whole.set(route.path, route);
      else this.#open.set(route.path.slice(0, brace), route);
    }
  }

  /** True if there is a route of just this path. */
  has(path: string): boolean {
    return this.#whole.has(path);
  }

  /** The answer of the route that is asked for, or why there is none. */
  async answer(request: HttpRequest): Promise<HttpAnswer> {
    try {
      return await this.#answer(request);
    } catch (error) {
      if (error instanceof QueryFault) return sentence(400, error.message);
      // Nobody will see it.
      if (request.signal.aborted) return sentence(503, "The client has gone");
      throw error;
    }
  }

  #answer(request: HttpRequest): HttpAnswer | Promise<HttpAnswer> {
    const { path, method } = request;
    const whole = this.#whole.get(path);
    const slash = path.lastIndexOf("/") + 1;
    const part = path.slice(slash);
    const route = whole ?? (part === "" ? undefined : this.#open.get(path.slice(0, slash)));
    if (route === undefined) {
      return sentence(404, `There is no ${path}; /openapi.json lists what there is`);
    }
    if (method === "POST" && route.post === undefined) {
      return sentence(405, `${path} is to read only`, { "Allow": "GET, HEAD" });
    }
    return route.answer(request, whole === undefined ? part : "");
  }
}

/** A word behind the question mark that is not what it must be: the answer to who gave it. */
export class QueryFault extends Error {}
