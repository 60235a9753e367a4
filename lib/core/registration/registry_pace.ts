/**
 * How often a node writes its heartbeat and lists the registry, so that the load stays bounded for
 * the whole cluster and not per node.
 *
 * @module
 */
import type { Parts } from "../parts.ts";
import { hintPauseMinMs, retryMaxMinMs } from "./registry_keeper.ts";

/** Up to this many nodes each one lists the registry every interval. */
const eagerListingMax = 32;

/** Nodes that list often for all, in a larger cluster. */
const delegatesCount = 3;

/** Rows that the delegates together read per second, at most. */
const rowsPerSecondMax = 600;

/** Row writes of the whole cluster stay below this many per second. */
const writesPerSecondMax = 50;

/** Longest pause between two heartbeats or two listings of one node, in milliseconds. */
const pauseMaxMs = 60_000;

/** For so long after its start a node looks often, in milliseconds. */
const youngMs = 10_000;

/** For so long after a failure it looks often: the heartbeat of the failed may tell more. */
const missingMs = 30_000;

/** Longest pause between two listings of a node that need not list, in milliseconds. */
const restMaxMs = 60 * 60_000;

/** Sets the pace of one node's keeper. */
export class RegistryPace {
  readonly #parts: Pick<Parts, "settings" | "memberList" | "keeper" | "random">;
  #firstAt: number | undefined;
  #rowCount = 0;

  constructor(parts: Pick<Parts, "settings" | "memberList" | "keeper" | "random">) {
    this.#parts = parts;
  }

  /** A complete listing of so many rows came. */
  listed(rowCount: number, now: number): void {
    this.#firstAt ??= now;
    this.#rowCount = rowCount;
    this.#adjust(now);
  }

  /**
   * Keeps the writes of the whole cluster bounded. Asked for after each heartbeat, too: where
   * listings are dear the next one may be an hour away, while the cluster grows and this node grows
   * up.
   */
  paceHeartbeats(now: number): void {
    const { keeper } = this.#parts;
    const heartbeatMs = this.#nodes() * 1000 / writesPerSecondMax;
    keeper.heartbeatIntervalMs = Math.round(clamp(heartbeatMs, this.#paceMs(now), pauseMaxMs));
    // Whoever is back after an outage is not met by more than would write anyway.
    keeper.retryMaxMs = Math.round(clamp(heartbeatMs, retryMaxMinMs, pauseMaxMs));
  }

  #nodes(): number {
    return Math.max(this.#rowCount, this.#parts.memberList.shown);
  }

  #paceMs(now: number): number {
    const { intervalMs, registryPaceMs } = this.#parts.settings;
    return this.#mayRest(now) ? Math.max(intervalMs, registryPaceMs) : intervalMs;
  }

  /** Keeps the load on the registry bounded for the whole cluster, not per node. */
  #adjust(now: number): void {
    const { settings: { registryPaceMs, beam }, keeper, memberList, random } = this.#parts;
    this.paceHeartbeats(now);
    const nodes = this.#nodes();
    const paceMs = this.#paceMs(now);
    const isLonely = memberList.ring.size === 0 && now - (this.#firstAt ?? now) < youngMs;
    if (nodes <= eagerListingMax || isLonely) {
      keeper.listIntervalMs = paceMs;
      keeper.hintPauseMs = hintPauseMinMs;
    } else if (this.isDelegate) {
      const listMs = nodes * delegatesCount * 1000 / rowsPerSecondMax;
      keeper.listIntervalMs = Math.round(clamp(listMs, paceMs, pauseMaxMs));
      keeper.hintPauseMs = Math.max(hintPauseMinMs, Math.round(listMs));
    } else {
      // The others hear of newcomers by gossip. Together they read no more than the delegates, and
      // ± 20 %, so that nodes that started together do not read together for ever.
      const sharedMs = nodes * nodes * 1000 / rowsPerSecondMax;
      // Nobody gossips of BEAM nodes: who wants to see them has to look.
      const [leastMs, mostMs] = beam === true ? [paceMs, pauseMaxMs] : [pauseMaxMs, restMaxMs];
      const listMs = registryPaceMs > 0 ? mostMs : clamp(sharedMs, leastMs, mostMs);
      keeper.listIntervalMs = Math.round(listMs * 0.8 + random.below(listMs * 0.4));
      keeper.hintPauseMs = Infinity;
    }
  }

  /** True if it is enough to look at a dear registry now and then: nobody is new or missing. */
  #mayRest(now: number): boolean {
    const { memberList, settings } = this.#parts;
    if (settings.registryPaceMs === 0 || this.#firstAt === undefined) return false;
    if (now - this.#firstAt < youngMs) return false;
    // The last one to fail is the last one in the map.
    return now - ([...memberList.failed.values()].at(-1) ?? -Infinity) >= missingMs;
  }

  /** True if this node is one of the few that look after the registry for all. */
  get isDelegate(): boolean {
    const { memberList } = this.#parts;
    if (memberList.shown <= eagerListingMax) return true;
    const own = memberList.self.instanceHash;
    let before = 0;
    for (const { instanceHash } of memberList.ring.members()) {
      if (instanceHash < own && ++before >= delegatesCount) return false;
    }
    return true;
  }
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}
