/**
 * What a server that speaks S3 can do, found out by trying.
 *
 * Some honour conditions on changes, some refuse them, some ignore them without a word, and no
 * answer to any question says which. So an object with a name that nobody else uses is put, put
 * again under conditions that are not met, and removed again, likewise.
 *
 * @module
 */
import type { S3Bucket } from "./s3_bucket.ts";

/** Which conditions a server honours. */
export interface Abilities {
  /** It puts an object only if there is none, or only if the one that is there has an ETag. */
  readonly put: boolean;
  /** It removes an object only if it has an ETag. */
  readonly remove: boolean;
}

/** ETag of no object. */
const wrongEtag = "00000000000000000000000000000000";

/**
 * Tries what the server can do; leaves nothing behind. One request where the server says at once that
 * it knows no conditions, else five to seven.
 *
 * @param key of an object that nobody else knows
 */
export async function findAbilities(
  bucket: S3Bucket,
  key: string,
  signal: AbortSignal,
): Promise<Abilities> {
  const body = `"Which conditions does this server honour?"\n`;
  const wrong = { kind: "etag", etag: wrongEtag } as const;
  let first = await bucket.put(key, body, { kind: "absent" }, signal);
  if (first.kind === "unable") return { put: false, remove: false };
  let put = first.kind === "done";
  if (!put) first = await bucket.put(key, body, { kind: "any" }, signal);
  put &&= (await bucket.put(key, body, { kind: "absent" }, signal)).kind === "refused";
  put &&= (await bucket.put(key, body, wrong, signal)).kind === "refused";
  let remove = put && (await bucket.remove(key, wrong, signal)).kind === "refused";
  if (remove && first.kind === "done") {
    const right = { kind: "etag", etag: first.etag } as const;
    remove = (await bucket.remove(key, right, signal)).kind === "done";
    // Who removes twice must be told, too.
    remove &&= (await bucket.remove(key, right, signal)).kind === "refused";
  }
  if (!remove) await bucket.remove(key, { kind: "any" }, signal);
  return { put, remove };
}
