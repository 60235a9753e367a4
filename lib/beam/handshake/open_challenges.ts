/**
 * The challenges that this node has given out and whose proofs it waits for.
 *
 * The handshake of the BEAM lets the dialler prove the cookie first, and its proof does not say
 * whom it is for. So somebody without the cookie could have this node solve its own riddle: connect
 * to it, get this node to dial, hand the challenge of the first connection back over the second,
 * and the proof back over the first. Therefore a challenge that is open here is never answered
 * here.
 *
 * @module
 */

/** A challenge of this node; open until it is disposed of. */
export interface OwnChallenge extends Disposable {
  readonly challenge: number;
  /** True if somebody is to answer `challenge` to this node at the moment. */
  readonly isOwn: (challenge: number) => boolean;
}

/** All of one node that are open. */
export class OpenChallenges {
  readonly #random32: () => number;
  readonly #open = new Set<OwnChallenge>();

  constructor(random32: () => number) {
    this.#random32 = random32;
  }

  /** How many there are. */
  get size(): number {
    return this.#open.size;
  }

  /** A new one. */
  draw(): OwnChallenge {
    const own: OwnChallenge = {
      challenge: this.#random32(),
      isOwn: (challenge) => [...this.#open].some((one) => one.challenge === challenge),
      [Symbol.dispose]: () => void this.#open.delete(own),
    };
    this.#open.add(own);
    return own;
  }
}
