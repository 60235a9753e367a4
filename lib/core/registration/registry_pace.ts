/**
 * How often a node writes its heartbeat and lists the registry, so that the load stays bounded for
 * the whole cluster and not per node.
 *
 * While all is well a node lists seldom: who is new asks the others, and hints tell of the rest. Once
 * a ping fails it lists each interval, because only the heartbeats in the rows tell dead from
 * unreachable.
 *
 * @module
 */
import type { Random } from "../base/random.ts";
import type { Links } from "../detector/links.ts";
import type { MemberList } from "../members/member_list.ts";
import type { Settings } from "../settings.ts";
import type { Ticks } from "../base/ticks.ts";

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

/** Pause between two listings while all is well, in milliseconds. */
const calmListMs = 30_000;

/** Longest pause between two listings of a node that need not list, in milliseconds. */
const restMaxMs = 60 * 60_000;

/** Longest pause between tries while the registry is away in a small cluster, in milliseconds. */
const retryMaxMinMs = 2000;

/** Shortest pause between a listing and one that a hint asks for, in milliseconds. */
const hintPauseMinMs = 250;

/** The same for one that knows members already: they tell of newcomers, too. In milliseconds. */
const hintPauseKnownMs = 1000;

/** Heartbeats that a node writes before it moves them to its ticks. */
const firstHeartbeats = 8;

/** How often one node uses the registry; all in milliseconds. */
export interface Pace {
  /** From one write of the row to the next. */
  readonly heartbeatIntervalMs: number;
  /** From one listing to the next. */
  readonly listIntervalMs: number;
  /** Shortest pause between a listing and one that a hint asks for; `Infinity`: hints are ignored. */
  readonly hintPauseMs: number;
  /** Longest pause between tries while the registry is away. */
  readonly retryMaxMs: number;
}

/** The pace of a node that knows nothing of its cluster yet. */
export function firstPace(intervalMs: number): Pace {
  return {
    heartbeatIntervalMs: intervalMs,
    listIntervalMs: intervalMs,
    hintPauseMs: hintPauseMinMs,
    retryMaxMs: retryMaxMinMs,
  };
}

/**
 * When the heartbeat behind number `heartbeat` is written: at a tick, as it would be a wake-up of its
 * own. The first ones keep to the pace, as by them a name is disputed, and so do those that are dear.
 */
export function nextHeartbeat(pace: Pace, ticks: Ticks, heartbeat: number, now: number): number {
  const pauseMs = pace.heartbeatIntervalMs;
  const isFree = heartbeat >= firstHeartbeats && pauseMs <= ticks.intervalMs;
  return isFree ? ticks.from(now + ticks.intervalMs / 4) : ticks.near(now + pauseMs);
}

/** What the pace depends on. */
export interface PaceParts {
  readonly settings: Settings;
  readonly memberList: MemberList;
  readonly links: Pick<Links, "isAnyFailing">;
  readonly keeper: { readonly phase: string };
  readonly random: Random;
}

/** Finds the pace of one node. */
export class RegistryPace {
  readonly #parts: PaceParts;
  #firstAt: number | undefined;
  #rowCount = 0;

  constructor(parts: PaceParts) {
    this.#parts = parts;
  }

  /** The pace after a complete listing of so many rows. */
  listed(rowCount: number, now: number): Pace {
    this.#firstAt ??= now;
    this.#rowCount = rowCount;
    return { ...this.#writes(now), ...this.#listings(now) };
  }

  /**
   * The pace after a heartbeat was written. Where listings are dear the next one may be an hour away,
   * while the cluster grows and this node grows up.
   */
  written(before: Pace, now: number): Pace {
    return { ...before, ...this.#writes(now) };
  }

  /** Keeps the writes of the whole cluster bounded. */
  #writes(now: number): Pick<Pace, "heartbeatIntervalMs" | "retryMaxMs"> {
    const heartbeatMs = oneOfFew(this.#nodes() * 1000 / writesPerSecondMax);
    return {
      heartbeatIntervalMs: Math.round(clamp(heartbeatMs, this.#paceMs(now), pauseMaxMs)),
      // Whoever is back after an outage is not met by more than would write anyway.
      retryMaxMs: Math.round(clamp(heartbeatMs, retryMaxMinMs, pauseMaxMs)),
    };
  }

  #nodes(): number {
    return Math.max(this.#rowCount, this.#parts.memberList.shown);
  }

  #paceMs(now: number): number {
    const { intervalMs, registryPaceMs } = this.#parts.settings;
    return this.#mayRest(now) ? Math.max(intervalMs, registryPaceMs) : intervalMs;
  }

  /** Keeps the listings of the whole cluster bounded. */
  #listings(now: number): Pick<Pace, "listIntervalMs" | "hintPauseMs"> {
    const { settings: { registryPaceMs, beam }, memberList, random } = this.#parts;
    const nodes = this.#nodes();
    const paceMs = this.#isCalm(now) ? Math.max(calmListMs, registryPaceMs) : this.#paceMs(now);
    const knowsNobody = memberList.ring.size === 0;
    if (nodes <= eagerListingMax || knowsNobody && this.#isYoung(now)) {
      return {
        listIntervalMs: paceMs,
        hintPauseMs: knowsNobody ? hintPauseMinMs : hintPauseKnownMs,
      };
    }
    if (this.isDelegate) {
      const listMs = nodes * delegatesCount * 1000 / rowsPerSecondMax;
      return {
        listIntervalMs: Math.round(clamp(listMs, paceMs, pauseMaxMs)),
        hintPauseMs: Math.max(hintPauseMinMs, Math.round(listMs)),
      };
    }
    // The others hear of newcomers by gossip. Together they read no more than the delegates, and
    // ± 20 %, so that nodes that started together do not read together for ever.
    const sharedMs = nodes * nodes * 1000 / rowsPerSecondMax;
    // Nobody gossips of BEAM nodes: who wants to see them has to look.
    const [minMs, maxMs] = beam === true ? [paceMs, pauseMaxMs] : [pauseMaxMs, restMaxMs];
    const listMs = registryPaceMs > 0 ? maxMs : clamp(sharedMs, minMs, maxMs);
    return {
      listIntervalMs: Math.round(listMs * 0.8 + random.below(listMs * 0.4)),
      hintPauseMs: Infinity,
    };
  }

  /** True if it is enough to look at a dear registry now and then: nobody is new or missing. */
  #mayRest(now: number): boolean {
    const { memberList, settings } = this.#parts;
    if (settings.registryPaceMs === 0 || this.#isYoung(now)) return false;
    // The last one to fail is the last one in the map.
    return now - ([...memberList.failed.values()].at(-1) ?? -Infinity) >= missingMs;
  }

  /** True if a listing would hardly tell anything that is not heard of anyway. */
  #isCalm(now: number): boolean {
    const { memberList, links, keeper, settings } = this.#parts;
    if (keeper.phase !== "held" || this.#isYoung(now)) return false;
    // Nobody hints at the timestamps of BEAM nodes.
    if (settings.beam === true) return false;
    // Other rows are those of candidates, or of members that were called gone and may not be.
    if (this.#rowCount !== memberList.shown) return false;
    return memberList.failed.size === 0 && !links.isAnyFailing;
  }

  #isYoung(now: number): boolean {
    return now - (this.#firstAt ?? now) < youngMs;
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

/**
 * That pause in milliseconds, or one up to 1.4 times as long. It stands in the row: were it another one
 * for each size of the cluster, whoever comes would have all others write theirs anew.
 */
function oneOfFew(pauseMs: number): number {
  return 1000 * 2 ** (Math.ceil(2 * Math.log2(pauseMs / 1000)) / 2);
}

function clamp(value: number, min: number, max: number): number {
  return Math.max(min, Math.min(max, value));
}
