/**
 * Requests in flight over one connection: numbers, deadlines, and what to do with an answer that
 * comes when nobody waits any more.
 *
 * @module
 */
import { heldUpMs } from "../clock.ts";
import type { Clock } from "../clock.ts";

/** How a request over an open connection ended. */
export type RequestResult =
  | { readonly kind: "answer"; readonly body: Uint8Array; readonly roundTripUs: number }
  /** The connection was dead before the request left this machine: worth another connection. */
  | { readonly kind: "unsent"; readonly detail: string }
  | {
    readonly kind: "silent" | "reset" | "garbage" | "closed";
    readonly detail: string;
  };

/** A request that failed. */
export type RequestFailure = Exclude<RequestResult, { kind: "answer" }>;

/** What the owner is told. */
export interface RequestEvents {
  /** An answer came after its deadline. */
  onLate(roundTripUs: number): void;
  /** A request was not answered in time: so many in a row since anything was heard. */
  onSilent(silentInRow: number): void;
  /** Nobody waits for an answer any more. */
  onIdle(): void;
}

interface Pending {
  readonly resolve: (result: RequestResult) => void;
  readonly timeoutMs: number;
  readonly sentUs: number;
  deadlineUs: number;
  /** True if its deadline passed while this process was held up. */
  isGivenAgain?: boolean;
  sentBytes: number;
}

/** Unanswered requests whose number is remembered to recognise a late answer. */
const lateMax = 64;

/**
 * Where this process was held up, an answer may have come long ago and wait to be read: so long it is
 * given for that, in milliseconds.
 */
const readAgainMs = 100;

/** The requests of one connection, with one alarm: for the earliest of their deadlines. */
export class Requests {
  readonly #clock: Clock;
  readonly #max: number;
  readonly #events: RequestEvents;
  readonly #pending = new Map<number, Pending>();
  /** When requests were sent that timed out, in microseconds, the oldest first. */
  readonly #late = new Map<number, number>();
  /** The deadline that is set: of the first request, or of one that was answered before it. */
  #deadlineUs = Infinity;
  #cancelAlarm: () => void = () => {};
  #nextId = 0;
  #silentInRow = 0;

  constructor(clock: Clock, max: number, events: RequestEvents) {
    this.#clock = clock;
    this.#max = max;
    this.#events = events;
  }

  /** How many wait for their answer. */
  get waiting(): number {
    return this.#pending.size;
  }

  /**
   * A new request; `resolve` is called once.
   *
   * @returns its number, or `undefined` if there are too many, in which case it has failed already
   */
  add(timeoutMs: number, resolve: (result: RequestResult) => void): number | undefined {
    if (this.#pending.size >= this.#max) {
      resolve({ kind: "silent", detail: `${this.#max} requests wait for an answer already` });
      return undefined;
    }
    const id = this.#nextId;
    this.#nextId = (id + 1) >>> 0;
    const sentUs = this.#clock.nowUs();
    const deadlineUs = sentUs + timeoutMs * 1000;
    this.#pending.set(id, { resolve, timeoutMs, sentUs, deadlineUs, sentBytes: 0 });
    if (deadlineUs < this.#deadlineUs) this.#setDeadline(deadlineUs);
    return id;
  }

  /** Request `id` ends at byte `sentBytes` of what is written. */
  sent(id: number, sentBytes: number): void {
    const pending = this.#pending.get(id);
    if (pending) pending.sentBytes = sentBytes;
  }

  /** Something came from the peer. */
  heard(): void {
    this.#silentInRow = 0;
  }

  /** An answer came. One that nobody asked for is ignored. */
  answer(id: number, body: Uint8Array): void {
    const pending = this.#pending.get(id);
    if (pending !== undefined) {
      this.#pending.delete(id);
      pending.resolve({ kind: "answer", body, roundTripUs: this.#clock.nowUs() - pending.sentUs });
      if (this.#pending.size === 0) {
        this.#stopWaiting();
        this.#events.onIdle();
      }
      return;
    }
    const sentUs = this.#late.get(id);
    if (sentUs === undefined) return;
    this.#late.delete(id);
    this.#events.onLate(this.#clock.nowUs() - sentUs);
  }

  /** Ends all requests with what `resultOf` makes of their last byte. */
  endAll(resultOf: (sentBytes: number) => RequestFailure): void {
    const all = [...this.#pending.values()];
    this.#pending.clear();
    this.#stopWaiting();
    for (const { resolve, sentBytes } of all) resolve(resultOf(sentBytes));
  }

  /** Ends what is due, and waits for what comes next. */
  #expireDue(): void {
    this.#deadlineUs = Infinity;
    const nowUs = this.#clock.nowUs();
    const due = [...this.#pending].filter(([, { deadlineUs }]) => deadlineUs <= nowUs);
    for (const [id, pending] of due) {
      if (pending.isGivenAgain || nowUs - pending.deadlineUs <= heldUpMs * 1000) {
        this.#expire(id, pending);
      } else {
        pending.isGivenAgain = true;
        pending.deadlineUs = nowUs + readAgainMs * 1000;
      }
    }
    let nextUs = Infinity;
    for (const { deadlineUs } of this.#pending.values()) nextUs = Math.min(nextUs, deadlineUs);
    if (nextUs < this.#deadlineUs) this.#setDeadline(nextUs);
  }

  #setDeadline(deadlineUs: number): void {
    this.#cancelAlarm();
    this.#deadlineUs = deadlineUs;
    const delayMs = Math.max(0, Math.ceil((deadlineUs - this.#clock.nowUs()) / 1000));
    this.#cancelAlarm = this.#clock.after(delayMs, () => this.#expireDue());
  }

  #stopWaiting(): void {
    this.#deadlineUs = Infinity;
    this.#cancelAlarm();
  }

  #expire(id: number, pending: Pending): void {
    // The events below may have ended it, with all the others.
    if (!this.#pending.delete(id)) return;
    this.#late.set(id, pending.sentUs);
    const [oldest] = this.#late.keys();
    if (this.#late.size > lateMax && oldest !== undefined) this.#late.delete(oldest);
    pending.resolve({ kind: "silent", detail: `no answer within ${pending.timeoutMs} ms` });
    this.#silentInRow++;
    this.#events.onSilent(this.#silentInRow);
    if (this.#pending.size === 0) this.#events.onIdle();
  }
}
