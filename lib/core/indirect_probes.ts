/**
 * Asks others to try a member that does not answer this node (SWIM's indirect probe).
 *
 * @module
 */
import type { Bench } from "./bench.ts";
import type { Effect } from "./input.ts";
import { shuffled } from "./random.ts";
import type { MemberRecord } from "./record.ts";
import type { InstanceId } from "./row.ts";

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

/** The probes of one node that are under way, at most one for each member. */
export class IndirectProbes {
  readonly #bench: Bench;
  readonly #probes = new Map<InstanceId, Probe>();
  readonly #subjects = new Map<number, InstanceId>();

  constructor(bench: Bench) {
    this.#bench = bench;
  }

  /** True if helpers are asked about that instance and may still answer. */
  isAsking(instance: InstanceId, now: number): boolean {
    const probe = this.#probes.get(instance);
    return probe !== undefined && now < probe.until;
  }

  /** Asks some members that answer this node; false if there are none. */
  ask(record: MemberRecord, now: number, out: Effect[]): boolean {
    const { roster, monitor, random, settings } = this.#bench;
    const candidates = [...roster.ring.targets.values()].filter(({ instance }) =>
      instance !== record.instance && monitor.link(instance)?.isBad === false &&
      monitor.link(instance)?.hasAnswered === true
    );
    const helpers = shuffled(candidates, random).slice(0, helpersMax);
    if (helpers.length === 0) return false;
    const timeoutMs = settings.timings.indirectTimeoutMs * this.#bench.health.stretch(now);
    const until = now + 2 * timeoutMs;
    this.#probes.set(record.instance, { record, pending: helpers.length, until });
    for (const helper of helpers) {
      const probe = this.#bench.nextNumber();
      this.#subjects.set(probe, record.instance);
      out.push({
        kind: "ask-probe",
        probe,
        helper: monitor.addressee(helper),
        subject: monitor.addressee(record),
        timeoutMs,
      });
    }
    return true;
  }

  /**
   * A helper has answered, or has not (`undefined`).
   *
   * @returns what is known by that; `undefined` while others may still answer, or if nobody waits
   */
  ended(number: number, reached: boolean | undefined): ProbeFinding | undefined {
    const instance = this.#subjects.get(number);
    this.#subjects.delete(number);
    const probe = instance === undefined ? undefined : this.#probes.get(instance);
    if (instance === undefined || probe === undefined) return undefined;
    if (reached !== true && --probe.pending > 0) return undefined;
    this.#probes.delete(instance);
    return { record: probe.record, reached: reached === true };
  }

  /** Nobody waits for what helpers say of that instance any more. */
  cancel(instance: InstanceId): void {
    this.#probes.delete(instance);
  }
}
