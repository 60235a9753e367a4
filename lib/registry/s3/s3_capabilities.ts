/**
 * What a server that speaks S3 can do, found out by trying.
 *
 * Some honour conditions on changes, some refuse them, some ignore them without a word, and no
 * answer to any question says which. So an object with a name that nobody else uses is put, put
 * again under conditions that are not met, and removed again, likewise.
 *
 * @module
 */
import type { ChangeAnswer, Condition, S3Bucket } from "./s3_bucket.ts";

/** Which conditions a server honours. */
export interface Capabilities {
  /** It puts an object only if there is none, or only if the one that is there has an ETag. */
  readonly put: boolean;
  /** It removes an object only if it has an ETag. */
  readonly remove: boolean;
}

/** ETag of no object. */
const wrongEtag = "00000000000000000000000000000000";

/**
 * A trial of what a server can do; leaves nothing behind. One request where the server says at once
 * that it knows no conditions, else five to seven.
 *
 * Some servers let a key be changed once a second only. So what was answered is kept, and a trial
 * that was held up goes on where it was.
 */
export class CapabilityTrial {
  readonly #bucket: S3Bucket;
  readonly #key: string;
  readonly #answers: unknown[] = [];

  /** @param key of an object that nobody else knows */
  constructor(bucket: S3Bucket, key: string) {
    this.#bucket = bucket;
    this.#key = key;
  }

  /** Goes on until all is known; what it throws, the next call tries again. */
  async run(signal: AbortSignal): Promise<Capabilities> {
    let step = 0;
    const once = async <T>(ask: () => Promise<T>): Promise<T> => {
      const index = step++;
      if (index === this.#answers.length) this.#answers.push(await ask());
      return this.#answers[index] as T;
    };
    return await findCapabilities({
      put: (...args) => once(() => this.#bucket.put(this.#key, ...args, signal)),
      remove: (condition) => once(() => this.#bucket.remove(this.#key, condition, signal)),
    });
  }
}

/** What is done with the object of a trial. */
interface TrialObject {
  put(body: string, condition: Condition): Promise<ChangeAnswer>;
  remove(condition: Condition): Promise<ChangeAnswer>;
}

async function findCapabilities(object: TrialObject): Promise<Capabilities> {
  const body = `"Which conditions does this server honour?"\n`;
  const wrong = { kind: "etag", etag: wrongEtag } as const;
  let first = await object.put(body, { kind: "absent" });
  if (first.kind === "unable") return { put: false, remove: false };
  let put = first.kind === "done";
  if (!put) first = await object.put(body, { kind: "any" });
  put &&= (await object.put(body, { kind: "absent" })).kind === "refused";
  put &&= (await object.put(body, wrong)).kind === "refused";
  let remove = put && (await object.remove(wrong)).kind === "refused";
  if (remove && first.kind === "done") {
    const right = { kind: "etag", etag: first.etag } as const;
    remove = (await object.remove(right)).kind === "done";
    // Who removes twice must be told, too.
    remove &&= (await object.remove(right)).kind === "refused";
  }
  if (!remove) await object.remove({ kind: "any" });
  return { put, remove };
}
