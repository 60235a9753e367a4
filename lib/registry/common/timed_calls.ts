/**
 * Calls that always end.
 *
 * Storage can hang, and most of what hangs cannot be stopped: a lock that a frozen process holds, a
 * network drive whose server is gone. So the caller stops waiting instead, after a timeout or an
 * abort, and the work that was left behind keeps its queue: until it has really ended, no further
 * work starts in that queue. However long the storage hangs, there is never more than one piece of
 * work per queue stuck in it. Time in which this process was held up does not count: to give up then,
 * and to begin again, is more work for a machine that has too much of it. Nor is a storage given up
 * that is getting on, as far as its work can tell: what takes longer than a call, such as a login far
 * away, would else begin anew with each call, and never come to an end.
 *
 * @module
 */
import { afterPatiently } from "../../clock.ts";
import type { Clock } from "../../clock.ts";
import { RegistryError } from "../../core/base/errors.ts";

/** One running piece of work, as it sees itself. */
export interface Call {
  /** What it is busy with, told in the error if time runs out meanwhile: "waiting for a lock". */
  doing: string;
  /**
   * True if the storage has got on since this was last asked. It is asked when time has run out, and
   * then the caller waits as long again, up to five times in all.
   */
  isGettingOn: (() => boolean) | undefined;
  /** Throws once nobody waits for the result any more: for between the steps. */
  checkpoint(): void;
  /** Aborted once nobody waits for the result any more: for whatever can be stopped. */
  readonly signal: AbortSignal;
  /** "Cannot …: `reason`" */
  fault(reason: string, cause?: unknown): RegistryError;
}

/** How many timeouts a caller waits at most for a storage that is getting on. */
const patienceMax = 5;

/** What {@linkcode TimedCalls} needs to know. */
export interface BoundedCallsOptions {
  readonly clock: Clock;
  /** How long a caller waits, in milliseconds. */
  readonly timeoutMs: number;
  /**
   * What the storage means by an error, as the end of a sentence, or `undefined` if it is none of
   * the storage's: that one is passed on as it is, because it is a bug of ours.
   */
  readonly explain: (error: unknown) => string | undefined;
}

type Job = () => Promise<void>;

/** Runs work in queues, each with a deadline and a signal; calls in one queue run one at a time. */
export class TimedCalls implements AsyncDisposable {
  readonly #options: BoundedCallsOptions;
  /** Jobs waiting behind the running one, by queue. */
  readonly #queues = new Map<string, Job[]>();
  readonly #closers = new Set<() => void>();
  #closed = false;
  #onIdle: (() => void)[] = [];

  constructor(options: BoundedCallsOptions) {
    this.#options = options;
  }

  /**
   * The result of `work`.
   *
   * @param queue calls with the same queue wait for each other
   * @param what completes "Cannot …" in errors: "list the rows of file:///tmp/x"
   * @throws {RegistryError} after the timeout, when closed, and for faults of the storage
   * @throws the abort reason as soon as `signal` is aborted
   */
  run<T>(
    queueKey: string,
    what: string,
    signal: AbortSignal,
    work: (call: Call) => Promise<T>,
  ): Promise<T> {
    const { clock, timeoutMs } = this.#options;
    return new Promise((resolve, reject) => {
      const closedError = (): Error => new RegistryError(`Cannot ${what}: the registry is closed`);
      if (signal.aborted) return reject(signal.reason);
      if (this.#closed) return reject(closedError());
      let ended = false;
      let stopping: AbortController | undefined;
      const end = (): boolean => {
        if (ended) return false;
        ended = true;
        stopping?.abort();
        cancelTimer();
        signal.removeEventListener("abort", onAbort);
        this.#closers.delete(onClose);
        this.#forget(queueKey, job);
        return true;
      };
      const call: Call = {
        doing: "waiting for an earlier call",
        isGettingOn: undefined,
        get signal(): AbortSignal {
          stopping ??= new AbortController();
          if (ended) stopping.abort();
          return stopping.signal;
        },
        checkpoint() {
          if (ended) throw new RegistryError(`Cannot ${what}: nobody waits for it any more`);
        },
        fault: (reason, cause) => new RegistryError(`Cannot ${what}: ${reason}`, { cause }),
      };
      const job = async (): Promise<void> => {
        call.doing = "";
        try {
          const result = await work(call);
          if (end()) resolve(result);
        } catch (error) {
          if (end()) reject(this.#translated(call, error));
        }
      };
      const onAbort = (): void => {
        if (end()) reject(signal.reason);
      };
      const onClose = (): void => {
        if (end()) reject(closedError());
      };
      const giveTime = (times: number): () => void =>
        afterPatiently(clock, timeoutMs, () => {
          if (times < patienceMax && call.isGettingOn?.() === true) {
            cancelTimer = giveTime(times + 1);
            return;
          }
          const doing = call.doing === "" ? "" : `, ${call.doing}`;
          if (end()) reject(call.fault(`no answer within ${times * timeoutMs} ms${doing}`));
        });
      let cancelTimer = giveTime(1);
      signal.addEventListener("abort", onAbort, { once: true });
      this.#closers.add(onClose);
      this.#enqueue(queueKey, job);
    });
  }

  /** Ends all calls and waits, up to the timeout, for the work that they leave behind. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    for (const close of [...this.#closers]) close();
    if (this.#queues.size === 0) return;
    await new Promise<void>((resolve) => {
      const cancel = this.#options.clock.after(this.#options.timeoutMs, resolve);
      this.#onIdle.push(() => {
        cancel();
        resolve();
      });
    });
  }

  #enqueue(queueKey: string, job: Job): void {
    const waiting = this.#queues.get(queueKey);
    if (waiting) {
      waiting.push(job);
      return;
    }
    this.#queues.set(queueKey, []);
    this.#drain(queueKey, job);
  }

  async #drain(queueKey: string, first: Job): Promise<void> {
    const waiting = this.#queues.get(queueKey) ?? [];
    for (let job: Job | undefined = first; job; job = waiting.shift()) await job();
    this.#queues.delete(queueKey);
    if (this.#queues.size > 0) return;
    for (const idle of this.#onIdle.splice(0)) idle();
  }

  /** Takes a job that nobody waits for out of the queue, so that a long hang piles up nothing. */
  #forget(queueKey: string, job: Job): void {
    const waiting = this.#queues.get(queueKey);
    const place = waiting?.indexOf(job) ?? -1;
    if (place >= 0) waiting?.splice(place, 1);
  }

  #translated(call: Call, error: unknown): unknown {
    if (error instanceof RegistryError) return error;
    const reason = this.#options.explain(error);
    return reason === undefined ? error : call.fault(reason, error);
  }
}
