/**
 * The objects of one bucket: read, put, removed and listed, with or without a condition.
 *
 * @module
 */
import type { S3Answer, S3Client } from "./s3_client.ts";
import { S3Fault } from "./s3_fault.ts";
import { element, elements, plainText } from "./s3_xml.ts";

/** What must be true of the object that is changed. */
export type Condition =
  | { readonly kind: "any" }
  | { readonly kind: "absent" }
  | { readonly kind: "etag"; readonly etag: string };

/** What came of a change. */
export type ChangeAnswer =
  | { readonly kind: "done"; readonly etag: string }
  /** The condition is not met, or it cannot be told because of another change at the same time. */
  | { readonly kind: "refused" }
  /** The server does not know conditions, and says so. */
  | { readonly kind: "unable" };

/** An object as it was read. */
export interface S3Object {
  /** Without quotes. */
  readonly etag: string;
  /** `undefined` if it is longer than what was asked for. */
  readonly body: string | undefined;
  /** How old it is by the server's own clock, in milliseconds; 0 if that is not known. */
  readonly ageMs: number;
}

/** An object as it is listed. */
export interface ListedObject {
  readonly key: string;
  /** Without quotes. */
  readonly etag: string;
  readonly size: number;
  /** How old it is by the server's own clock, in milliseconds; 0 if that is not known. */
  readonly ageMs: number;
}

/** Most objects of one listing. */
export const objectsMax = 20_000;

/** Most bytes of one page of a listing: a thousand objects with the longest keys need a third. */
const pageBytesMax = 8 * 1024 * 1024;

/** Answers to a change are empty. */
const answerBytesMax = 64 * 1024;

/** Statuses by which servers say that a condition is not met. */
const refusals = [304, 404, 409, 412];

/** Codes by which servers say that they do not know conditions. */
const inabilities = ["NotImplemented", "InvalidArgument", "InvalidRequest", "MethodNotAllowed"];

/** Reads and changes objects. */
export class S3Bucket {
  readonly #client: S3Client;

  constructor(client: S3Client) {
    this.#client = client;
  }

  /** The object under `key`, or `undefined` if there is none. */
  async get(key: string, bytesMax: number, signal: AbortSignal): Promise<S3Object | undefined> {
    const answer = await this.#client.send({
      method: "GET",
      key,
      action: "read",
      accept: (status) => status === 404,
      bytesMax,
      signal,
    });
    if (answer.status === 404) return undefined;
    const ageMs = ageOf(answer.headers.get("last-modified") ?? "", answer);
    return { etag: etagOf(answer), body: answer.text, ageMs };
  }

  put(
    key: string,
    body: string,
    condition: Condition,
    signal: AbortSignal,
  ): Promise<ChangeAnswer> {
    return this.#change("PUT", key, body, condition, signal);
  }

  /** Removes; without a condition also what is not there. */
  remove(key: string, condition: Condition, signal: AbortSignal): Promise<ChangeAnswer> {
    return this.#change("DELETE", key, undefined, condition, signal);
  }

  async #change(
    method: "PUT" | "DELETE",
    key: string,
    body: string | undefined,
    condition: Condition,
    signal: AbortSignal,
  ): Promise<ChangeAnswer> {
    const isConditional = condition.kind !== "any";
    const isRefusal = (status: number): boolean => isConditional && refusals.includes(status);
    const isInability = (status: number, code: string): boolean =>
      isConditional && (status === 501 || inabilities.includes(code));
    const isGone = (status: number): boolean => method === "DELETE" && status === 404;
    const answer = await this.#client.send({
      method,
      key,
      headers: headersOf(condition),
      ...(body === undefined ? {} : { body }),
      action: method === "PUT" ? "write into" : "remove from",
      accept: (status, code) => isRefusal(status) || isInability(status, code) || isGone(status),
      bytesMax: answerBytesMax,
      signal,
    });
    if (isInability(answer.status, answer.code)) return { kind: "unable" };
    if (isRefusal(answer.status)) return { kind: "refused" };
    return { kind: "done", etag: method === "PUT" ? etagOf(answer) : "" };
  }

  /**
   * All objects whose keys begin with `prefix` and have no further slash, page by page.
   *
   * @throws {S3Fault} if there are more than {@linkcode objectsMax}, or a page is not complete
   */
  async list(prefix: string, signal: AbortSignal): Promise<ListedObject[]> {
    const objects: ListedObject[] = [];
    let token: string | undefined;
    do {
      const answer = await this.#client.send({
        method: "GET",
        key: "",
        query: {
          "list-type": "2",
          "prefix": prefix,
          "delimiter": "/",
          "encoding-type": "url",
          ...(token === undefined ? {} : { "continuation-token": token }),
        },
        action: "list",
        bytesMax: pageBytesMax,
        signal,
      });
      objects.push(...objectsOf(answer));
      if (objects.length > objectsMax) {
        throw new S3Fault(`more than ${objectsMax} objects lie below ${prefix}`);
      }
      token = tokenOf(answer);
    } while (token !== undefined);
    return objects;
  }
}

function headersOf(condition: Condition): Record<string, string> {
  switch (condition.kind) {
    case "any":
      return {};
    case "absent":
      return { "if-none-match": "*" };
    case "etag":
      return { "if-match": `"${condition.etag}"` };
    default:
      return condition satisfies never;
  }
}

function etagOf({ headers }: S3Answer): string {
  const etag = bareEtag(headers.get("etag") ?? "");
  if (etag === "") throw new S3Fault("the server gives no ETag, without which it cannot be used");
  return etag;
}

function bareEtag(text: string): string {
  return text.replace(/^W\//, "").replaceAll('"', "");
}

function ageOf(modified: string, { headers }: S3Answer): number {
  const age = Date.parse(headers.get("date") ?? "") - Date.parse(modified);
  return Number.isNaN(age) ? 0 : age;
}

function objectsOf(answer: S3Answer): ListedObject[] {
  const page = answer.text ?? "";
  if (!page.includes("<ListBucketResult") || !page.includes("</ListBucketResult>")) {
    throw new S3Fault("the listing is damaged, or it is none of S3");
  }
  const isEncoded = element("EncodingType", page) === "url";
  return [...elements("Contents", page)].map((entry) => {
    const key = plainText(element("Key", entry) ?? "");
    return {
      key: isEncoded ? decodedKey(key) : key,
      etag: bareEtag(plainText(element("ETag", entry) ?? "")),
      size: Number(element("Size", entry) ?? 0),
      ageMs: ageOf(element("LastModified", entry) ?? "", answer),
    };
  });
}

function tokenOf({ text = "" }: S3Answer): string | undefined {
  if (element("IsTruncated", text) !== "true") return undefined;
  const token = element("NextContinuationToken", text);
  if (token === undefined) throw new S3Fault("the server cannot list more than one page");
  return plainText(token);
}

function decodedKey(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll("+", " "));
  } catch {
    return key;
  }
}
