/**
 * Proofs that a row which reclaims its name was written by somebody who holds the cookie.
 *
 * Whoever can write the registry can write any row. So what can end a node in a row is signed: with
 * HMAC-SHA-256 (RFC 2104), by a key that is made of the cookie and the name of the cluster with
 * HKDF-SHA256 (RFC 5869), over name and instance of the row and over all that it reclaims.
 * As an instance is random for each run, what was signed once says nothing of any other run.
 *
 * @module
 */
import { sameSecret } from "../core/base/same_secret.ts";
import { keyOfCookie } from "./cookie_key.ts";
import { hmacHex } from "./hash.ts";
import type { Reclaim, Row } from "../core/members/row.ts";
import { encodeUtf8 } from "../core/base/text.ts";

/** Hexadecimal digits of a proof. */
const proofDigits = 32;

/** A row that reclaims its name, as far as that is signed. */
export type ReclaimingRow = Pick<Row, "name" | "instance"> & {
  readonly reclaims: Pick<Reclaim, "from">;
};

/** Makes and checks the proofs of one cluster. */
export class ReclaimProofs {
  readonly #keys: readonly Uint8Array[];

  /** @param secrets stretched cookies; the first one signs, all of them are accepted */
  constructor(secrets: readonly string[], cluster: string) {
    this.#keys = secrets.map((secret) => keyOfCookie(secret, `name reclaim\0${cluster}`));
  }

  /** The proof for that row: 32 hexadecimal digits; `undefined` without a cookie. */
  prove(row: ReclaimingRow): string | undefined {
    const [key] = this.#keys;
    return key === undefined ? undefined : proofBy(key, row);
  }

  /** True if `proof` was made for that very row by somebody who holds one of the cookies. */
  isProven(row: ReclaimingRow, proof: string): boolean {
    return this.#keys.some((key) => sameSecret(encodeUtf8(proofBy(key, row)), encodeUtf8(proof)));
  }
}

function proofBy(key: Uint8Array, { name, instance, reclaims }: ReclaimingRow): string {
  const rows = reclaims.from.flatMap((row) => [row.instance, `${row.heartbeat}`]);
  // No name, instance or number holds a NUL.
  const text = encodeUtf8([name, instance, ...rows].join("\0"));
  return hmacHex(key, text).slice(0, proofDigits);
}
