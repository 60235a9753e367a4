/**
 * Asks others to try a member that does not answer this node (SWIM's indirect probe).
 *
 * @module
 */
import type { Settings } from "../settings.ts";
import type { MemberList } from "../members/member_list.ts";
import type { Links } from "./links.ts";
import type { LocalHealth } from "./local_health.ts";
import type { Random } from "../base/random.ts";
import type { Effect } from "../input.ts";
import type { NodeName } from "../base/name.ts";
import { shuffled } from "../base/random.ts";
import type { MemberRecord } from "../members/record.ts";

/** Helpers asked at once. */
const helpersMax = 3;

/** What is being asked about one member. */
interface Probe {
  readonly record: MemberRecord;
  pending: number;
  /** When this node gives up on helpers that do not answer. */
  readonly until: number;
}

/** What the helpers have found out about a member: one of them reached it, or none did. */
export interface ProbeFinding {
  readonly record: MemberRecord;
  readonly reached: boolean;
}

/** What asking helpers works with. */
export interface IndirectProbesParts {
  readonly settings: Settings;
  readonly memberList: MemberList;
  readonly links: Links;
  readonly health: LocalHealth;
  readonly random: Random;
}

/** Asks one helper. */
export type Question = Effect & { readonly kind: "ask-probe" };

/** The probes of one node that are under way, at most one for each member. */
export class IndirectProbes {
  readonly #parts: IndirectProbesParts;
  readonly #probes = new Map<NodeName, Probe>();
  /** What each helper that has not answered yet was asked for. */
  readonly #asked = new Map<number, Probe>();
  #count = 0;

  constructor(parts: IndirectProbesParts) {
    this.#parts = parts;
  }

  /** True if helpers are asked about that member and may still answer. */
  isAsking(name: NodeName, now: number): boolean {
    const probe = this.#probes.get(name);
    return probe !== undefined && now < probe.until;
  }

  /** Asks some members that answer this node; no questions if there are none. */
  ask(record: MemberRecord, now: number): Question[] {
    const { memberList, links, random, settings } = this.#parts;
    const candidates = [...memberList.ring.targets.values()].filter(({ name }) =>
      name !== record.name && links.get(name)?.isBad === false &&
      links.get(name)?.hasAnswered === true
    );
    const helpers = shuffled(candidates, random).slice(0, helpersMax);
    if (helpers.length === 0) return [];
    const timeoutMs = settings.timings.indirectTimeoutMs * this.#parts.health.stretch(now);
    const until = now + 2 * timeoutMs;
    const asked: Probe = { record, pending: helpers.length, until };
    this.#probes.set(record.name, asked);
    return helpers.map((helper) => {
      const probe = ++this.#count;
      this.#asked.set(probe, asked);
      const subject = links.addressee(record);
      return { kind: "ask-probe", probe, helper: links.addressee(helper), subject, timeoutMs };
    });
  }

  /**
   * A helper has answered, or has not (`undefined`).
   *
   * @returns what is known by that; `undefined` while others may still answer, or if nobody waits
   */
  ended(number: number, reached: boolean | undefined): ProbeFinding | undefined {
    const probe = this.#asked.get(number);
    this.#asked.delete(number);
    // The answer to a question that was called off is none to the next one about that member.
    if (probe === undefined || this.#probes.get(probe.record.name) !== probe) return undefined;
    if (reached !== true && --probe.pending > 0) return undefined;
    this.#probes.delete(probe.record.name);
    return { record: probe.record, reached: reached === true };
  }

  /** Nobody waits for what helpers say of that member any more. */
  cancel(name: NodeName): void {
    this.#probes.delete(name);
  }
}
