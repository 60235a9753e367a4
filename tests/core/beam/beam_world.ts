/**
 * One core among scripted BEAM nodes, in virtual time: each answers, refuses, hangs, or turns it
 * away, and its timestamp moves or stands still.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { BeamPingOutcome, Effect, Input } from "../../../lib/core/input.ts";
import type { StoredRow, StoredTimestamp } from "../../../lib/core/members/row.ts";
import type { Change } from "../../../lib/core/members/change.ts";
import type { MemberView } from "../../../lib/core/members/member.ts";
import { Membership } from "../../../lib/core/membership.ts";
import type { NodeName } from "../../../lib/core/base/name.ts";
import { profileTimings } from "../../../lib/core/base/profile.ts";
import { seededRandom } from "../../../lib/core/base/random.ts";
import type { Settings } from "../../../lib/core/settings.ts";

/** What a scripted node does. */
export type Behaviour = Exclude<BeamPingOutcome["kind"], "pong"> | "pong";

/** A BEAM node as it really is. */
export interface Scripted {
  behaviour: Behaviour;
  /** Its timestamp moves each second. */
  heartbeats: boolean;
  /** Its file is in the folder. */
  present: boolean;
  /** Which one of several registries shows it, each with a version of its own. */
  registry?: number;
  creation: number;
  /** How many pings it has got, and when. */
  readonly askedAt: number[];
}

const own = "n1@10.0.0.1" as NodeName;
const instance = "0123456789abcdef0123456789abcdef";

/** Settings of the core under test. */
export function settingsOf(changed: Partial<Settings> = {}): Settings {
  return {
    name: own,
    nameIsAutomatic: false,
    instance,
    addresses: [{ host: "10.0.0.1", port: 4000 }],
    tags: {},
    startedAt: "2026-01-01T00:00:00.000Z",
    software: "clusternode/1",
    intervalMs: 1000,
    timings: profileTimings.lan,
    fullMesh: false,
    statusEntriesMax: 100,
    startTimeoutMs: 30_000,
    leaveTimeoutMs: 5000,
    registryPaceMs: 0,
    beam: true,
    ...changed,
  };
}

interface Arrival {
  readonly at: number;
  readonly input: Input;
}

/** The core, its registry and the BEAM nodes around it. */
export class BeamWorld {
  readonly core: Membership;
  now = 1_000;
  readonly changes: (Change & { readonly at: number })[] = [];
  readonly notes: string[] = [];
  readonly answered: number[] = [];
  readonly forgotten: (Effect & { kind: "forgotten" })[] = [];
  readonly removals: string[] = [];
  /** The last status line: names with what is said of them. */
  line: Record<string, boolean> = {};
  readonly #nodes = new Map<string, Scripted>();
  readonly #rows = new Map<string, StoredRow>();
  #arrivals: Arrival[] = [];

  constructor(changed: Partial<Settings> = {}, seed = 1) {
    this.core = new Membership(settingsOf(changed), seededRandom(seed), this.now);
    this.give({ kind: "wake" });
  }

  /** Puts a BEAM node into the folder. */
  add(name: string, behaviour: Behaviour = "pong", heartbeats = true): Scripted {
    const node: Scripted = { behaviour, heartbeats, present: true, creation: 7, askedAt: [] };
    this.#nodes.set(name, node);
    return node;
  }

  /** What the core says of a member. */
  sees(name: string): MemberView | undefined {
    return this.core.members(this.now).find((view) => view.name === name);
  }

  status(name: string): string | undefined {
    return this.sees(name)?.status;
  }

  /** Kinds of the changes of one member, with the status of failures. */
  story(name: string): string[] {
    return this.changes.filter((change) => change.name === name).map(({ kind, status }) =>
      status === undefined ? kind : `${kind} ${status}`
    );
  }

  /** Lets time pass. */
  run(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const arrival = this.#arrivals.toSorted((one, other) => one.at - other.at)[0];
      const next = Math.min(arrival?.at ?? Infinity, this.core.wakeAt);
      if (next > end) break;
      this.now = Math.max(this.now, next);
      if (arrival !== undefined && arrival.at <= this.now) {
        this.#arrivals = this.#arrivals.filter((one) => one !== arrival);
        this.give(arrival.input);
      } else this.give({ kind: "wake" });
    }
    this.now = end;
  }

  /** Runs until `isSo`, and tells how long that took; fails after `limitMs`. */
  runUntil(isSo: () => boolean, limitMs: number): number {
    const begun = this.now;
    while (!isSo()) {
      assert.ok(this.now - begun <= limitMs, `not so after ${limitMs} ms`);
      this.run(10);
    }
    return this.now - begun;
  }

  /** The process does nothing for so long; what arrives meanwhile waits. */
  holdUp(ms: number): void {
    this.now += ms;
    this.#arrivals = this.#arrivals.map(({ at, input }) => ({ at: Math.max(at, this.now), input }));
  }

  /** Hands one input to the core and carries out what it wants. */
  give(input: Input): void {
    for (const effect of this.core.step(input, this.now)) this.#carryOut(effect);
  }

  #carryOut(effect: Effect): void {
    switch (effect.kind) {
      case "beam-ping":
        return this.#ping(effect);
      case "beam-pong":
        return void this.answered.push(effect.reply);
      case "list": {
        const rows = [...this.#rows.values()];
        return this.#later(2, { kind: "listed", rows, beams: this.#beams() });
      }
      case "write": {
        const version = `${effect.row.heartbeat}`;
        this.#rows.set(effect.row.name, { row: { ...effect.row, activeAt: "" }, version });
        return this.#later(2, { kind: "written", version });
      }
      case "remove":
        return this.#remove(effect);
      case "changes":
        for (const change of effect.changes) this.changes.push({ ...change, at: this.now });
        return;
      case "status":
        this.line = Object.fromEntries(
          (effect.entries ?? []).map(({ name, alive }) => [name, alive]),
        );
        assert.equal(effect.shown, effect.entries?.length ?? effect.shown);
        assert.equal(effect.alive, Object.values(this.line).filter((alive) => alive).length);
        return;
      case "note":
        return void this.notes.push(effect.message);
      case "forgotten":
        return void this.forgotten.push(effect);
      default:
        return;
    }
  }

  #beams(): StoredTimestamp[] {
    return [...this.#nodes].filter(([, { present }]) => present).map(
      ([name, { heartbeats, registry = 0 }]) => ({
        name: name as NodeName,
        version: `${registry}.${heartbeats ? Math.floor(this.now / 1000) : "still"}`,
        registry,
      }),
    );
  }

  #remove({ name, version }: Effect & { kind: "remove" }): void {
    const there = this.#beams().find((row) => row.name === name);
    if (there?.version !== version) {
      return this.#later(2, { kind: "remove-failed", name, reason: "it has changed" });
    }
    const node = this.#nodes.get(name);
    if (node !== undefined) node.present = false;
    this.removals.push(name);
    this.#later(2, { kind: "removed", name });
  }

  #ping({ ping, to, connectTimeoutMs, answerTimeoutMs }: Effect & { kind: "beam-ping" }): void {
    const node = this.#nodes.get(to);
    node?.askedAt.push(this.now);
    const kind = node?.behaviour ?? "refused";
    const address = { host: "10.0.0.9", port: 5000 };
    const outcome: BeamPingOutcome = kind === "pong"
      ? { kind, roundTripUs: 500, address, creation: node?.creation ?? 0 }
      : { kind, detail: `it was ${kind}` };
    const tookMs = kind === "silent"
      ? answerTimeoutMs
      : kind === "no-answer"
      ? connectTimeoutMs
      : 1;
    this.#later(tookMs, { kind: "beam-ping-ended", ping, outcome });
  }

  #later(ms: number, input: Input): void {
    this.#arrivals.push({ at: this.now + ms, input });
  }
}

/** The BEAM node that most tests are about. */
export const elixir = "elixir@10.0.0.9";

/** A world in which one BEAM node has been alive for a while. */
export function settled(seed = 1): { world: BeamWorld; node: Scripted } {
  const world = new BeamWorld({}, seed);
  const node = world.add(elixir);
  world.runUntil(() => world.status(elixir) === "alive", 3000);
  world.run(10_000);
  return { world, node };
}
