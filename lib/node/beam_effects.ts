/**
 * Where BEAM nodes are pinged and come in: carries out what the core wants of them, and turns what
 * they do into inputs.
 *
 * They are served once the node's name is settled, because under that name BEAM nodes ask for it.
 * Their pings go through the core's inbox and are answered from its loop, like all others.
 *
 * @module
 */
import type { Beam, BeamHandler } from "../beam/beam.ts";
import type { Effect, Input } from "../core/input.ts";
import type { NodeName } from "../core/base/name.ts";
import type { Log } from "../log/log.ts";

/** Begins to answer under that name. */
export type BeamOpener = (name: NodeName, handler: BeamHandler) => Promise<Beam>;

/** Pings of BEAM nodes that may wait for the loop; the oldest beyond that is not answered. */
export const beamRepliesMax = 1024;

/** What they work with. */
export interface BeamEffectsParts {
  readonly log: Log;
  readonly openBeam: BeamOpener;
}

/** A ping of a BEAM node that waits for the loop. */
interface Waiting {
  readonly answer: () => void;
  /** There will be no answer. */
  readonly drop: () => void;
}

/** One node's dealings with BEAM nodes. */
export class BeamEffects implements AsyncDisposable {
  readonly #parts: BeamEffectsParts;
  readonly #put: (input: Input) => void;
  readonly #waiting = new Map<number, Waiting>();
  #opening: Promise<Beam> | undefined;
  #replies = 0;

  /** @param put takes the inputs */
  constructor(parts: BeamEffectsParts, put: (input: Input) => void) {
    this.#parts = parts;
    this.#put = put;
  }

  /**
   * Answers under `name` from now on.
   *
   * @throws {ListenError} if it cannot listen
   */
  async open(name: NodeName): Promise<void> {
    this.#opening = this.#parts.openBeam(name, this.#handler());
    await this.#opening;
  }

  /** Does one thing; what came of it is put into the inbox. Never rejects. */
  async carryOut(effect: Effect & { kind: "beam-ping" | "beam-pong" }): Promise<void> {
    if (effect.kind === "beam-pong") {
      const waiting = this.#waiting.get(effect.reply);
      this.#waiting.delete(effect.reply);
      return waiting?.answer();
    }
    const { ping, to, connectTimeoutMs, answerTimeoutMs } = effect;
    const beam = await this.#opening?.catch(() => undefined);
    const outcome = await beam?.ping(to, { connectTimeoutMs, answerTimeoutMs });
    // A node that ends has nothing to say about others.
    if (outcome === undefined || outcome.kind === "closed") return;
    if (outcome.kind !== "pong" && this.#parts.log.writes("debug")) {
      this.#parts.log.debug(`Ping to ${to} (beam): ${outcome.kind} (${outcome.detail})`);
    }
    this.#put({ kind: "beam-ping-ended", ping, outcome });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const beam = await this.#opening?.catch(() => undefined);
    this.#waiting.clear();
    await beam?.[Symbol.asyncDispose]();
  }

  #handler(): BeamHandler {
    return {
      onPing: (from, answer, drop) =>
        this.#put({ kind: "beam-pinged", from, reply: this.#keep({ answer, drop }) }),
      onLost: (name) => this.#put({ kind: "beam-lost", name }),
      onRejected: (address, reason) =>
        this.#parts.log.warning(`Rejected a BEAM node at ${address}: ${reason}`, {
          event: "rejected",
          address,
        }),
      onNote: (level, message) => this.#parts.log[level](message),
    };
  }

  #keep(waiting: Waiting): number {
    const [oldest] = this.#waiting;
    if (this.#waiting.size >= beamRepliesMax && oldest !== undefined) {
      this.#waiting.delete(oldest[0]);
      // Whoever asked counts it against its limit for as long as it is not told.
      oldest[1].drop();
    }
    this.#waiting.set(++this.#replies, waiting);
    return this.#replies;
  }
}
