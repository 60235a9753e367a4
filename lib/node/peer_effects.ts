/**
 * Where peers are asked and told: carries out what the core wants of them, and turns their answers
 * into inputs.
 *
 * @module
 */
import { unreachable } from "../core/base/assert.ts";
import type { Addressee, Effect, Input, PingOutcome } from "../core/input.ts";
import { decodeAnswer, encodeMessage } from "../protocol/message.ts";
import type { Answer, Request } from "../protocol/message.ts";
import type { Log } from "../log/log.ts";
import type { Outcome, Transport } from "../transport/transport.ts";

/** How long a peer may take to compare member lists, in milliseconds. */
const syncTimeoutMs = 2000;

/** What the core wants of peers. */
export type PeerEffect = Effect & { kind: "ping" | "ask-probe" | "ask-sync" | "tell" | "drop" };

/** What they work with. */
export interface PeerEffectsParts {
  readonly transport: Transport;
  readonly log: Log;
  /** True once the name of this node is settled. */
  registered(): boolean;
}

/** One node's dealings with its peers, as far as it begins them itself. */
export class PeerEffects {
  readonly #parts: PeerEffectsParts;
  readonly #put: (input: Input) => void;

  /** @param put takes the inputs */
  constructor(parts: PeerEffectsParts, put: (input: Input) => void) {
    this.#parts = parts;
    this.#put = put;
  }

  /** Does one thing; what came of it is put into the inbox. Never rejects. */
  async carryOut(effect: PeerEffect): Promise<void> {
    const { transport } = this.#parts;
    switch (effect.kind) {
      case "ping":
        return await this.#ping(effect);
      case "ask-probe": {
        const { probe, helper, subject, timeoutMs } = effect;
        const answer = await this.#ask(helper, { kind: "probe", subject }, timeoutMs);
        const reached = answer?.kind === "probe" ? answer.reached : undefined;
        return this.#put({ kind: "probe-ended", probe, reached });
      }
      case "ask-sync": {
        const { from, buckets } = effect;
        const answer = await this.#ask(from, { kind: "sync", buckets }, syncTimeoutMs);
        const synced = answer?.kind === "sync" ? answer : { buckets: [], records: [], more: false };
        return this.#put({ ...synced, kind: "synced", from: from.instance });
      }
      case "tell": {
        const body = encodeMessage({ kind: "news", news: effect.news });
        for (const instance of effect.to) transport.tell(instance, body);
        return;
      }
      case "drop":
        return transport.drop(effect.hosts);
      default:
        return unreachable(effect);
    }
  }

  async #ping(effect: Effect & { kind: "ping" }): Promise<void> {
    const { transport, log } = this.#parts;
    const { to, content, connectTimeoutMs, answerTimeoutMs } = effect;
    // Peers remember for a connection who opened it, so none made before the name is settled is kept.
    const fresh = effect.fresh || !this.#parts.registered();
    const body = encodeMessage({ kind: "ping", content });
    const outcome = await transport.ask(to, body, { connectTimeoutMs, answerTimeoutMs, fresh });
    if (outcome.kind === "closed") return;
    if (outcome.kind !== "answer" && log.writes("debug")) {
      log.debug(`Ping to ${to.name}: ${outcome.kind} (${outcome.detail})`);
    }
    this.#put({ kind: "ping-ended", ping: effect.ping, outcome: pingOutcome(outcome) });
  }

  /** The answer of a peer; `undefined` if it gave none in time, or none that makes sense. */
  async #ask(to: Addressee, request: Request, timeoutMs: number): Promise<Answer | undefined> {
    const outcome = await this.#parts.transport.ask(to, encodeMessage(request), {
      connectTimeoutMs: timeoutMs,
      answerTimeoutMs: timeoutMs,
    });
    return outcome.kind === "answer" ? decodeAnswer(outcome.body) : undefined;
  }
}

function pingOutcome(outcome: Exclude<Outcome, { kind: "closed" }>): PingOutcome {
  if (outcome.kind !== "answer") return outcome;
  const answer = decodeAnswer(outcome.body);
  if (answer?.kind !== "pong" || answer.content === undefined) {
    return { kind: "garbage", detail: "it answered a ping with something else" };
  }
  const { roundTripUs, address } = outcome;
  return { kind: "pong", roundTripUs, address, ...answer.content };
}
