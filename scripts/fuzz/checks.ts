/**
 * What holds after each step of a core, whatever it was told: all that it writes and says is legal by
 * its own schemas and small enough, it wants to be woken at a time that comes, and it asks no more
 * often than it may.
 *
 * @module
 */
import { bodyMaxBytes } from "../../lib/protocol/envelope.ts";
import type { Effect } from "../../lib/core/input.ts";
import type { Membership } from "../../lib/core/membership.ts";
import { decodeAnswer, decodeNotice, decodeRequest } from "../../lib/protocol/message.ts";
import { encodeMessage } from "../../lib/protocol/message.ts";
import type { Answer, Notice, Request } from "../../lib/protocol/message.ts";
import { pingsMaxPerInterval } from "../../lib/core/detector/prober.ts";
import { probesMaxPerInterval } from "../../lib/core/detector/probes_for_others.ts";
import { decodeRow, encodeRow } from "../../lib/core/members/row.ts";
import type { NodeName } from "../../lib/core/base/name.ts";
import type { Settings } from "../../lib/core/settings.ts";

/**
 * Most pings within any interval: those to members and those for others may each be twice what an
 * interval allows, what was saved and what is renewed; and a few to the holder of a wished name.
 */
const pingsMax = (fullMesh: boolean): number =>
  2 * pingsMaxPerInterval(fullMesh) + 2 * probesMaxPerInterval + 10;

/** Wake-ups in a row at one moment that do no harm. */
const wakesAtOnceMax = 8;

/** Watches one core. */
export class Checks {
  readonly #core: Membership;
  #wokenAt = -Infinity;
  #wakes = 0;
  #lastPing = 0;
  readonly #settings: Settings;
  /** When pings were sent, within the last interval. */
  #pinged: number[] = [];

  constructor(core: Membership, settings: Settings) {
    this.#core = core;
    this.#settings = settings;
  }

  /** What is wrong with a step at `now`; `undefined` if nothing is. */
  fault(effects: readonly Effect[], now: number): string | undefined {
    for (const effect of effects) {
      const fault = this.#effectFault(effect);
      if (fault !== undefined) return `${effect.kind}: ${fault}`;
    }
    return this.#pingsFault(effects, now) ?? this.#wakeFault(now);
  }

  /** What is wrong with what it shows; this takes longer. */
  viewFault(names: readonly NodeName[], now: number): string | undefined {
    const core = this.#core;
    const members = core.members(now);
    for (const member of members) {
      const fault = answerFault({ kind: "members", members: [member], more: false });
      if (fault !== undefined) return `members: ${fault}`;
    }
    for (const link of core.links(now)) {
      const fault = answerFault({ kind: "links", links: [link], more: false });
      if (fault !== undefined) return `links: ${fault}`;
    }
    for (const name of names) {
      const explanation = core.explain(name, now);
      if (explanation === undefined) continue;
      const fault = answerFault({ kind: "explain", explanation });
      if (fault !== undefined) return `explain: ${fault}`;
    }
    const shownTwice = members.find(({ name }, index) => members[index - 1]?.name === name);
    return shownTwice && `members: ${shownTwice.name} stands there twice`;
  }

  #pingsFault(effects: readonly Effect[], now: number): string | undefined {
    for (const { kind } of effects) if (kind === "ping") this.#pinged.push(now);
    const { intervalMs, fullMesh } = this.#settings;
    this.#pinged = this.#pinged.filter((at) => now - at < intervalMs);
    const { length } = this.#pinged;
    return length > pingsMax(fullMesh) ? `it sends ${length} pings in ${intervalMs} ms` : undefined;
  }

  #wakeFault(now: number): string | undefined {
    const { wakeAt } = this.#core;
    if (Number.isNaN(wakeAt)) return "it wants to be woken at no time";
    // What is due is done in each step: nothing can be due again at once for ever.
    this.#wakes = now === this.#wokenAt && wakeAt <= now ? this.#wakes + 1 : 0;
    this.#wokenAt = now;
    return this.#wakes > wakesAtOnceMax ? "it wants to be woken at once for ever" : undefined;
  }

  #effectFault(effect: Effect): string | undefined {
    switch (effect.kind) {
      case "ping": {
        if (effect.ping <= this.#lastPing) return `number ${effect.ping} comes again`;
        this.#lastPing = effect.ping;
        const { to, content, connectTimeoutMs, answerTimeoutMs } = effect;
        return timesFault([connectTimeoutMs, answerTimeoutMs]) ??
          requestFault({ kind: "probe", subject: to }) ??
          requestFault({ kind: "ping", content });
      }
      case "pong":
        return answerFault({ kind: "pong", content: effect.content });
      case "tell":
        return noticeFault({ kind: "news", news: effect.news });
      case "ask-probe":
        return timesFault([effect.timeoutMs]) ??
          requestFault({ kind: "probe", subject: effect.helper }) ??
          requestFault({ kind: "probe", subject: effect.subject });
      case "ask-sync":
        return requestFault({ kind: "probe", subject: effect.from }) ??
          requestFault({ kind: "sync", buckets: effect.buckets });
      case "sync-answer": {
        const { buckets, records, more } = effect;
        return answerFault({ kind: "sync", buckets, records, more });
      }
      case "write": {
        const row = { ...effect.row, activeAt: "2016-03-10T18:51:29.277Z" };
        const decoded = decodeRow(row.name, encodeRow(row));
        if (decoded.kind === "row") return undefined;
        return decoded.kind === "damaged" ? decoded.reason : "it looks like a timestamp";
      }
      case "changes":
        return answerFault({
          kind: "events",
          events: effect.changes.map((change) => ({
            ...change,
            ...{ instance: "", incarnation: 0, number: 0, agoMs: 0 },
          })),
          ...{ next: 1, more: false },
        });
      case "status":
        return effect.alive > effect.shown ? `${effect.alive} of ${effect.shown}` : undefined;
      default:
        return undefined;
    }
  }
}

function timesFault(times: readonly number[]): string | undefined {
  return times.every((ms) => ms > 0 && ms < Infinity) ? undefined : `it may take ${times} ms`;
}

function requestFault(request: Request): string | undefined {
  return bodyFault(request, decodeRequest);
}

function answerFault(answer: Answer): string | undefined {
  return bodyFault(answer, decodeAnswer);
}

function noticeFault(notice: Notice): string | undefined {
  return bodyFault(notice, decodeNotice);
}

function bodyFault<T extends Request | Answer | Notice>(
  message: T,
  decode: (body: Uint8Array) => unknown,
): string | undefined {
  const body = encodeMessage(message);
  if (body.length > bodyMaxBytes) return `a ${message.kind} has ${body.length} bytes`;
  if (decode(body) !== undefined) return undefined;
  return `no node would read ${JSON.stringify(message).slice(0, 400)}`;
}
