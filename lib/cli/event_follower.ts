/**
 * The history of a cluster as many of its nodes tell it, and what is added to it.
 *
 * Several nodes are asked again and again. Where one ends, the others tell of that; where one is new,
 * it is asked, too, and for all that it knows: so nothing is lost whoever comes and goes. What
 * happened is given out once all have been asked after it happened: so it comes in order.
 *
 * @module
 */
import { systemClock } from "../clock.ts";
import { RegistryError } from "../core/base/errors.ts";
import type { ChangeKind } from "../core/members/change.ts";
import type { MemberStatus, MemberView } from "../core/members/member.ts";
import type { GivenName } from "../options/option_identity.ts";
import type { EventView } from "../protocol/message.ts";
import { Client, rowsOfThisMachine, unanswered, unexpected } from "./client.ts";
import type { Asked, ClientOptions } from "./client.ts";
import { tellingOnce } from "./context.ts";
import type { CliContext } from "./context.ts";
import { EventMerge } from "./event_merge.ts";
import type { MergedEvent } from "./event_merge.ts";
import { CommandError } from "./exit_codes.ts";
import { KeptHistories } from "./kept_histories.ts";

/** Nodes that are asked at once, and that are asked again and again. */
const observersMax = 16;

/** Pause before more are looked for, in milliseconds: after a change, and where one did not answer. */
const searchSoonMs = 1000;
const searchMs = 10_000;

/** Members that may answer, whatever the one who tells of them reaches. */
const answering: ReadonlySet<MemberStatus> = new Set(["alive", "suspect", "unreachable"]);

/** What a new observer has seen is shown if it is at most so much older than what was shown, in milliseconds. */
const lateMs = 10_000;

/** Changes after which there may be a node that was not asked yet. */
const newcomers: ReadonlySet<ChangeKind> = new Set(["joined", "returned", "replaced"]);

/** Whose history is followed, and from when on. */
export interface FollowedPart {
  /** The only node that is asked; if left out, many are. */
  readonly from?: GivenName | undefined;
  /** How far back, over restarts, in milliseconds; if left out, the last changes alone. */
  readonly sinceMs?: number | undefined;
}

/** Asks the nodes of a cluster what has changed. */
export class EventFollower implements AsyncDisposable {
  readonly #world: CliContext;
  readonly #options: ClientOptions;
  readonly #from: GivenName | undefined;
  readonly #abort = new AbortController();
  readonly #merge = new EventMerge();
  /** Who is asked, by instance. */
  readonly #observers = new Map<string, Asked>();
  /** What they remember over their restarts, if that is asked for. */
  readonly #past: KeptHistories | undefined;
  /** The number of the next change of each run that was ever asked for. */
  readonly #next = new Map<string, number>();
  #client: Client | undefined;
  /** From when on what a new observer has seen is shown. */
  #shownFrom = -Infinity;
  #searchAt = -Infinity;
  #search: Promise<void> | undefined;

  constructor(
    world: CliContext,
    options: ClientOptions,
    { from, sinceMs }: FollowedPart = {},
  ) {
    this.#world = world;
    this.#options = options;
    this.#from = from;
    this.#past = sinceMs === undefined ? undefined : new KeptHistories(sinceMs);
  }

  /**
   * What the nodes know by now.
   *
   * @throws {RegistryError} if the registry cannot be read
   * @throws {CommandError} if nobody is registered or answers, or no cookie is to be had
   */
  async history(): Promise<MergedEvent[]> {
    const begun = systemClock.now();
    if (this.#past !== undefined) this.#shownFrom = begun - this.#past.sinceMs;
    await this.#begin();
    const lack = this.#past?.lack();
    if (lack !== undefined) this.#tell(lack);
    return this.#released(begun);
  }

  /** What was added since; after {@linkcode history}. While no node answers it is nothing. */
  async added(): Promise<MergedEvent[]> {
    const begun = systemClock.now();
    await this.#lookForObservers(begun);
    const client = this.#client;
    if (client === undefined) return [];
    await Promise.all([...this.#observers.values()].map(async (node) => {
      if (await this.#ask(client, node).then(() => true, unanswered)) return;
      this.#observers.delete(node.instance);
      this.#searchWithin(searchSoonMs);
      if (this.#observers.size === 0) {
        this.#tell(`${node.name} no longer answers; waiting for ${this.#from ? "it" : "a node"}`);
      }
    }));
    return this.#observers.size === 0 ? [] : this.#released(begun);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort();
    const client = this.#client;
    // Then nothing that was asked is waited for.
    await client?.[Symbol.asyncDispose]();
    await this.#search;
    if (this.#client !== client) await this.#client?.[Symbol.asyncDispose]();
  }

  /** What happened before all were asked, at `begun`. */
  #released(begun: number): MergedEvent[] {
    this.#shownFrom = begun - lateMs;
    const events = this.#merge.release(begun);
    if (events.some(({ kind }) => newcomers.has(kind))) this.#searchWithin(searchSoonMs);
    return events;
  }

  #searchWithin(pauseMs: number): void {
    this.#searchAt = Math.min(this.#searchAt, systemClock.now() + pauseMs);
  }

  /** Looks for more observers if it is time, beside all else; without any there is nothing else. */
  async #lookForObservers(now: number): Promise<void> {
    const isAlone = this.#observers.size === 0;
    if (this.#search === undefined && now >= this.#searchAt) {
      this.#search = this.#searchAgain().finally(() => this.#search = undefined);
    }
    if (isAlone) await this.#search;
  }

  async #searchAgain(): Promise<void> {
    this.#searchAt = Infinity;
    const client = this.#client;
    const [observer] = this.#observers.values();
    try {
      if (client !== undefined && observer !== undefined) {
        return await this.#introduceOthers(client, await client.members(observer));
      }
      // Nobody answers: perhaps the registry names others, or there is another cookie by now.
      this.#client = undefined;
      await client?.[Symbol.asyncDispose]();
      this.#tell(`${(await this.#begin()).name} answers`);
    } catch (error) {
      // The registry, or a node, may be there the next time.
      const isOfWorld = error instanceof CommandError || error instanceof RegistryError;
      if (!isOfWorld && !this.#abort.signal.aborted) throw error;
      this.#searchWithin(searchSoonMs);
    }
  }

  /** Finds a node by the registry, and by that one all others; returns the first. */
  async #begin(): Promise<Asked> {
    const { signal } = this.#abort;
    const client = await Client.begin(tellingOnce(this.#world), this.#options, signal);
    this.#client = client;
    signal.throwIfAborted();
    const first = await client.observer(this.#from, rowsOfThisMachine(client, undefined));
    // It has just answered a ping: one answer that was late on a busy machine is not the end.
    const members = await this.#introduce(client, first).catch(unanswered) ??
      await this.#introduce(client, first);
    await this.#introduceOthers(client, members);
    return first;
  }

  /** Asks as many of `members` as may be alive, one side of a split as well as the other. */
  async #introduceOthers(client: Client, members: readonly MemberView[]): Promise<void> {
    if (this.#from !== undefined) return;
    const others = members.filter(({ kind, self, status, instance }) =>
      kind === "node" && !self && answering.has(status) && !this.#observers.has(instance)
    );
    const some = others.slice(0, Math.max(0, observersMax - this.#observers.size));
    await Promise.all(some.map(async (member) => {
      const isThere = await this.#introduce(client, member).then(() => true, unanswered);
      if (!isThere) this.#searchWithin(searchMs);
    }));
  }

  /** One more observer tells what it knows, and is asked from then on. */
  async #introduce(client: Client, node: Asked): Promise<readonly MemberView[]> {
    const isKept = await this.#askHistory(client, node);
    const first = await this.#ask(client, node);
    const members = await client.members(node);
    // One alone is taken at its word.
    if (this.#from === undefined) this.#merge.know(members, systemClock.now());
    this.#observers.set(node.instance, node);
    if (isKept) return members;
    const knowsAll = first === undefined || first.number === 0;
    const self = members.find(({ self }) => self);
    this.#past?.unkept(node.name, (knowsAll ? self?.forMs : first.agoMs) ?? 0);
    return members;
  }

  /** What a node remembers over its restarts; false if it keeps nothing, or is not asked for that. */
  async #askHistory(client: Client, node: Asked): Promise<boolean> {
    if (this.#past === undefined || this.#next.has(node.instance)) return false;
    const shownFrom = this.#shownFrom;
    return await this.#past.read(client, node, (runs) => {
      for (const { run, events } of runs) {
        const next = this.#next.get(run) ?? 0;
        const added = events.filter(({ number }) => number >= next);
        const observer = { name: node.name, instance: run };
        this.#merge.take(observer, added, systemClock.now(), shownFrom);
        const last = added.at(-1);
        // Of a run without a change nothing is known yet.
        if (last !== undefined) this.#next.set(run, last.number + 1);
      }
    });
  }

  /**
   * Takes what one node has to add; returns the first of it.
   *
   * @throws {CommandError} if it does not answer
   */
  async #ask(client: Client, node: Asked): Promise<EventView | undefined> {
    const isNew = !this.#next.has(node.instance);
    const shownFrom = isNew ? this.#shownFrom : -Infinity;
    let first: EventView | undefined;
    for (let more = true; more;) {
      const from = this.#next.get(node.instance) ?? 0;
      const answer = await client.askFor(node, { kind: "events", from });
      if (answer.kind !== "events") throw unexpected(node, answer);
      if (!isNew) this.#tellGap(node, from, answer.events);
      first ??= answer.events[0];
      this.#next.set(node.instance, answer.next);
      this.#merge.take(node, answer.events, systemClock.now(), shownFrom);
      more = answer.more;
    }
    return first;
  }

  /** A node keeps only so many changes: since it was asked last there may have been more. */
  #tellGap({ name }: Asked, from: number, [first]: readonly EventView[]): void {
    const missing = (first?.number ?? from) - from;
    if (missing > 0) this.#tell(`${name} no longer keeps ${missing} changes that came before`);
  }

  #tell(sentence: string): void {
    this.#world.writeStderr(`clusternode: ${sentence}\n`);
  }
}
