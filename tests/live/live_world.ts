/**
 * Many nodes without processes: the shipped core of each, a simulated network between them, and real
 * handles on a real registry.
 *
 * Their clock is the simulation's. First it runs as fast as it can, with a simulated registry, until
 * the nodes have settled and nobody's heartbeats and listings go together any more; then it is held
 * to real time, and all that the cores want of the registry is done in the real one. From there the
 * nodes can move on to another one: its handles take over the rows, and the cores do not notice.
 *
 * @module
 */
import { simSettings } from "../../lib/simulation/sim_settings.ts";
import assert from "node:assert/strict";
import { sleep, systemClock } from "../../lib/clock.ts";
import type { Effect, Input } from "../../lib/core/input.ts";
import type { StoredRow } from "../../lib/core/members/row.ts";
import type { NodeName } from "../../lib/core/base/name.ts";
import { seededRandom } from "../../lib/core/base/random.ts";
import type { Registry } from "../../lib/registry/registry.ts";
import { EventQueue } from "../../lib/simulation/event_queue.ts";
import { SimNetwork } from "../../lib/simulation/network.ts";
import { Post } from "../../lib/simulation/post.ts";
import { SimNode } from "../../lib/simulation/sim_node.ts";
import { SimRegistry } from "../../lib/simulation/sim_registry.ts";
import { never } from "../registry/rows.ts";

/** Time between the starts of two nodes, in virtual milliseconds: two hundred take a minute. */
const startPauseMs = 300;

/** The longest pause of a node between two listings, and more, in virtual milliseconds. */
const settlingMs = 90_000;

/** How often the simulation catches up with real time, in milliseconds. */
const tickMs = 5;

type RegistryEffect = Effect & { kind: "list" | "write" | "remove" };

/** What the nodes asked of their registry, and what came of it. */
export interface Asked {
  /** By node. */
  readonly listings: Map<NodeName, number>;
  /** In all listings together. */
  rows: number;
  writes: number;
  removals: number;
  /** Why calls failed, and what was lost to others. */
  readonly failures: string[];
}

/** Nodes in one process. */
export class LiveWorld {
  readonly nodes: SimNode[] = [];
  readonly #paceMs: number;
  readonly #queue = new EventQueue();
  readonly #network: SimNetwork;
  readonly #post: Post;
  readonly #random = seededRandom(1);
  readonly #simulated = new SimRegistry();
  readonly #pending = new Set<Promise<void>>();
  /** One for each node; none before the first move. */
  #handles: ReadonlyMap<NodeName, Registry> | undefined;
  /** What versions have become that the nodes saw before they moved. */
  #versions = new Map<string, string>();
  /** What each node has written last, under the version that it knows. */
  readonly #rows = new Map<NodeName, StoredRow>();
  #asked = nothingAsked();

  /**
   * `count` nodes that have settled.
   *
   * @param paceMs what their registries will call their pace, see {@linkcode Registry.paceMs}
   */
  constructor(count: number, paceMs = 0) {
    this.#paceMs = paceMs;
    this.#network = new SimNetwork(this.#random.fork(), 1);
    this.#post = new Post(this.#network, this.#queue);
    for (let index = 0; index < count; index++) {
      this.#start(index);
      this.#runTo(this.#queue.now + startPauseMs);
    }
    this.#runTo(this.#queue.now + settlingMs);
    this.assertAllAlive();
    const rows = this.#simulated.list(this.#queue.now);
    assert.ok(typeof rows !== "string");
    for (const stored of rows) this.#rows.set(stored.row.name, stored);
  }

  /** From now on the nodes use `handles`, one each; all rows are written there first. */
  async moveTo(handles: readonly Registry[]): Promise<void> {
    assert.equal(this.#rows.size, this.nodes.length);
    const byName = this.nodes.map(({ core }, index) => {
      return [core.name, handles[index] ?? assert.fail("a handle for each node")] as const;
    });
    const next = new Map(byName);
    const versions = new Map<string, string>();
    await Promise.all([...this.#rows.values()].map(async ({ row, version }) => {
      const result = await next.get(row.name)?.write(row, undefined, never);
      assert.equal(result?.kind, "written", `${row.name} is taken over`);
      if (result?.kind === "written") versions.set(version, result.version);
    }));
    this.#handles = next;
    this.#versions = versions;
  }

  /** Lets real time pass; what the nodes asked of their registry meanwhile. */
  async live(forMs: number, signal: AbortSignal): Promise<Asked> {
    const asked = nothingAsked();
    this.#asked = asked;
    const behindMs = systemClock.now() - this.#queue.now;
    const end = this.#queue.now + forMs;
    while (this.#queue.now < end) {
      await sleep(systemClock, tickMs, signal);
      this.#runTo(Math.min(end, systemClock.now() - behindMs));
    }
    // What was asked for is answered before anything else happens.
    await Promise.all(this.#pending);
    return asked;
  }

  /** Tells a node that somebody may have changed something. */
  hint(index: number): void {
    this.nodes[index]?.take({ kind: "registry-hint" });
  }

  /** Fails unless each node sees all others alive. */
  assertAllAlive(): void {
    for (const { core, lastStatus } of this.nodes) {
      assert.equal(lastStatus?.alive, this.nodes.length, `${core.name} sees all others`);
    }
  }

  #start(index: number): void {
    const words = Array.from({ length: 4 }, () => this.#random.next());
    const node = new SimNode(
      {
        ...simSettings,
        name: `n${index + 1}@10.0.0.${index + 1}` as NodeName,
        instance: words.map((word) => word.toString(16).padStart(8, "0")).join(""),
        addresses: [{ host: `10.0.0.${index + 1}`, port: 4370 }],
        registryPaceMs: this.#paceMs,
      },
      this.#random.fork(),
      {
        now: () => this.#queue.now,
        at: (at, run) => this.#queue.at(at, run),
        carryOut: (from, effect) => this.#carryOut(from, effect),
        stepped: () => {},
      },
    );
    this.nodes.push(node);
    this.#network.add(node);
  }

  #runTo(until: number): void {
    while (this.#queue.takeNext(until));
    this.#queue.advance(until);
  }

  #carryOut(node: SimNode, effect: Effect): void {
    switch (effect.kind) {
      case "ping":
      case "pong":
      case "probe-answer":
      case "sync-answer":
      case "tell":
      case "ask-probe":
      case "ask-sync":
        return this.#post.carry(node, effect);
      case "list":
      case "write":
      case "remove":
        return this.#queue.at(this.#queue.now + 1, () => this.#useRegistry(node, effect));
      case "stop":
        return assert.fail(`${node.core.name} stops: ${effect.reason.kind}`);
      default:
        // Nobody reads what these nodes say.
        return;
    }
  }

  #useRegistry(node: SimNode, effect: RegistryEffect): void {
    const handle = this.#handles?.get(node.core.name);
    if (handle === undefined) return node.take(this.#simulated.use(effect, this.#queue.now));
    const call = this.#call(node.core.name, handle, effect).then((input) => node.take(input));
    const pending = call.finally(() => this.#pending.delete(pending));
    this.#pending.add(pending);
  }

  async #call(name: NodeName, handle: Registry, effect: RegistryEffect): Promise<Input> {
    const asked = this.#asked;
    try {
      switch (effect.kind) {
        case "list": {
          asked.listings.set(name, (asked.listings.get(name) ?? 0) + 1);
          const { rows } = await handle.list(never);
          asked.rows += rows.length;
          return { kind: "listed", rows };
        }
        case "write": {
          asked.writes++;
          const activeAt = new Date(systemClock.wallTime()).toISOString();
          const row = { ...effect.row, activeAt };
          const result = await handle.write(row, this.#versionOf(effect.expectedVersion), never);
          if (result.kind === "written") {
            this.#rows.set(row.name, { row, version: result.version });
            return result;
          }
          asked.failures.push(`conflict of ${effect.row.name}`);
          return { kind: "write-conflict", current: result.current };
        }
        case "remove": {
          asked.removals++;
          const version = this.#versionOf(effect.version) ?? assert.fail();
          const result = await handle.remove(effect.name, version, never);
          if (result === "removed") return { kind: "removed", name: effect.name };
          const current = await handle.read(effect.name, never);
          return { kind: "remove-conflict", name: effect.name, current };
        }
      }
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      asked.failures.push(reason);
      if (effect.kind === "list") return { kind: "list-failed", reason };
      if (effect.kind === "write") return { kind: "write-failed", reason };
      return { kind: "remove-failed", name: effect.name, reason };
    }
  }

  #versionOf(expectedVersion: string | undefined): string | undefined {
    return expectedVersion === undefined
      ? undefined
      : this.#versions.get(expectedVersion) ?? expectedVersion;
  }
}

function nothingAsked(): Asked {
  return { listings: new Map(), rows: 0, writes: 0, removals: 0, failures: [] };
}
