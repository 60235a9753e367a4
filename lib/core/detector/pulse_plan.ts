/**
 * When a node asks whom, and by when it should have heard from whom.
 *
 * Both matter to the moment, but not to the same degree. An ask has its time. A silence is noticed as
 * soon as it is one, as long as the node is awake anyway: where many ping it, it wakes up every moment,
 * and an alarm of its own for each of them would be for nothing nearly always. So that alarm is set
 * late, for the case that nobody is heard any more.
 *
 * @module
 */
import type { NodeName } from "../base/name.ts";
import { Schedule } from "../base/schedule.ts";

/** From so many that should be heard on, something else wakes a node up between two of them. */
const manyMin = 3;

/** How much later than it is one the alarm for a silence comes, as a part of an interval. */
const alarmDelay = 0.2;

/** Members, each either to be asked or to be heard of. */
export class PulsePlan {
  readonly #asks = new Schedule<NodeName>();
  readonly #silences = new Schedule<NodeName>();
  readonly #alarmDelayMs: number;

  /** @param intervalMs the pulse, in milliseconds */
  constructor(intervalMs: number) {
    this.#alarmDelayMs = alarmDelay * intervalMs;
  }

  /** When the node has to be awake for this. */
  get wakeAt(): number {
    const delayMs = this.#silences.size < manyMin ? 0 : this.#alarmDelayMs;
    return Math.min(this.#asks.earliest, this.#silences.earliest + delayMs);
  }

  /** When that member is asked, at the latest; `undefined` if it is neither asked nor heard of. */
  at(name: NodeName): number | undefined {
    return this.#asks.at(name) ?? this.#silences.at(name);
  }

  /** When that member is asked, whether it is heard of before or not; `Infinity`: only then. */
  askedAt(name: NodeName): number {
    return this.#asks.at(name) ?? Infinity;
  }

  /** That member is asked at `at`, whatever was planned. */
  ask(name: NodeName, at: number): void {
    this.#silences.delete(name);
    this.#asks.set(name, at);
  }

  /** That member is asked at `at`, unless it is asked sooner. */
  askBy(name: NodeName, at: number): void {
    const before = this.at(name);
    if (before === undefined || at < before) this.ask(name, at);
  }

  /** That member is heard of before `at`, or asked. */
  hearBy(name: NodeName, at: number): void {
    this.#asks.delete(name);
    this.#silences.set(name, at);
  }

  /** Nothing is planned for that member. */
  delete(name: NodeName): void {
    this.#asks.delete(name);
    this.#silences.delete(name);
  }

  /** Takes out one that is to be asked now. */
  take(now: number): NodeName | undefined {
    return this.#asks.take(now) ?? this.#silences.take(now);
  }
}
