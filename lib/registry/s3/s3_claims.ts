/**
 * One writer at a time, on a server that can only put, list and remove.
 *
 * Whoever wants to change something leaves a claim, an object with a random name beside those of the
 * others, and then looks who else has one. Alone, it may go on. Otherwise the one with the lowest
 * name stays and looks again, and all others take their claims back, and come again a little later:
 *
 *     put claim ──▶ list claims ──alone──▶ compare, change ──▶ remove claim
 *                    ▲       │
 *                    │       ├──lowest───▶ wait ──▶ list again
 *                    │       └──not lowest──▶ remove claim, wait, put another one
 *
 * No two are ever alone: each puts before it lists, so of two, the later one to list finds the
 * other's claim. That needs no clock, only a listing that shows each claim that was put before it;
 * and as a check of that, a listing which lacks one's own claim is not believed.
 *
 * Those who die leave claims behind. By the server's clock these grow old, and after twice the
 * longest call they count as nothing. So this is what is promised: **of many changes that saw the
 * same version one wins, as long as the server's listings are current, and a change reaches the
 * server within {@linkcode ClaimsOptions.ageMaxMs} after its claim.** A process that is frozen for
 * longer exactly between its comparison and its change, or a request that is that long on its way,
 * can overwrite what somebody else has written meanwhile. Both were then told "written"; the loser
 * finds another version at its next heartbeat, which is a conflict, and goes on from there.
 *
 * @module
 */
import { sleep } from "../../clock.ts";
import type { Clock } from "../../clock.ts";
import type { Call } from "../common/timed_calls.ts";
import type { S3Bucket } from "./s3_bucket.ts";

/** What claims are made of. */
export interface ClaimsOptions {
  readonly bucket: S3Bucket;
  readonly clock: Clock;
  /** Keys of claims begin with it; ends in a slash. */
  readonly prefix: string;
  readonly randomText: () => string;
  /** How old a claim can be before nobody works under it any more, in milliseconds. */
  readonly ageMaxMs: number;
}

/** Shortest pause before looking again, in milliseconds. */
const pauseMinMs = 10;

/** Longest pause before looking again, in milliseconds. */
const pauseMaxMs = 160;

/** How long the removal of a claim may take when its call has already ended, in milliseconds. */
const removeMaxMs = 1_000;

/** Takes and gives back claims. */
export class S3Claims {
  readonly #options: ClaimsOptions;

  constructor(options: ClaimsOptions) {
    this.#options = options;
  }

  /**
   * Does `work` while nobody else works on `key`.
   *
   * @param givesUp asked before each further try; if it gives a value, that is the result
   */
  async alone<T>(
    key: string,
    call: Call,
    givesUp: () => Promise<T | undefined>,
    work: () => Promise<T>,
  ): Promise<T> {
    for (let round = 0;; round++) {
      call.checkpoint();
      const given = round === 0 ? undefined : await givesUp();
      if (given !== undefined) return given;
      const done = await this.#try(key, call, work);
      if (done !== undefined) return done.result;
      call.doing = "waiting for other writers";
      await this.#pause(round, call);
    }
  }

  /** The result of `work`, or `undefined` if somebody else goes first. */
  async #try<T>(
    key: string,
    call: Call,
    work: () => Promise<T>,
  ): Promise<{ result: T } | undefined> {
    const { bucket, prefix, randomText } = this.#options;
    const folder = `${prefix}${key}/`;
    const own = `${folder}${randomText()}`;
    try {
      await bucket.put(own, "", { kind: "any" }, call.signal);
      for (let round = 0;; round++) {
        call.checkpoint();
        const claims = await this.#claims(folder, own, call);
        const isLate = !claims.includes(own);
        if (!isLate && claims.length === 1) return { result: await work() };
        if (!isLate && claims.some((claim) => claim < own)) return undefined;
        await this.#pause(round, call);
      }
    } finally {
      await this.#withdraw(own);
    }
  }

  /** Keys of the claims that count; the others are removed. */
  async #claims(folder: string, own: string, call: Call): Promise<string[]> {
    const { bucket, ageMaxMs } = this.#options;
    const found: string[] = [];
    for (const { key, ageMs } of await bucket.list(folder, call.signal)) {
      if (key === own || ageMs <= ageMaxMs) found.push(key);
      else await bucket.remove(key, { kind: "any" }, call.signal);
    }
    return found;
  }

  /** Also when nobody waits any more: a claim that stays is in the way of everybody. */
  async #withdraw(claim: string): Promise<void> {
    const { bucket, clock } = this.#options;
    const ending = new AbortController();
    const cancel = clock.after(removeMaxMs, () => ending.abort());
    try {
      await bucket.remove(claim, { kind: "any" }, ending.signal);
    } catch {
      // It grows old; what has been done under it stays as it is.
    } finally {
      cancel();
    }
  }

  async #pause(round: number, call: Call): Promise<void> {
    const most = Math.min(pauseMaxMs, pauseMinMs * 2 ** Math.min(round, 10));
    // Not all the same: those who come together would meet again.
    const share = parseInt(this.#options.randomText().slice(-2), 36) / 36 ** 2;
    await sleep(this.#options.clock, most * (0.5 + share / 2), call.signal);
  }
}
