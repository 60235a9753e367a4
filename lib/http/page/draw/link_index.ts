/**
 * How the links are, looked up by their two ends, alone and summed up between bundles.
 *
 * @module
 */

/** A link as it is told; a link of `matrix.v1` is one. */
export interface TimedLink {
  /** Full name of the node that pings. */
  readonly from: string;
  /** Full name of the node that is pinged. */
  readonly to: string;
  /** `pong`, a failure, or `unknown`. */
  readonly result: string;
  /** The last round trip. */
  readonly roundTripUs?: number | undefined;
  /** How long before the answer that was. */
  readonly agoMs?: number | undefined;
}

/**
 * What a link is drawn as: `good`; `stale` if its last ping is long ago; `failed` if pings fail, and
 * those of the other direction are not known to work; `one-way` if those are answered; `unmeasured`.
 */
export type LinkState = "good" | "stale" | "failed" | "one-way" | "unmeasured" | "self";

/** A ping that is older than this tells little of now, in milliseconds. */
export const staleMs = 60_000;

/** All links between two slots. */
export interface LinkSum {
  readonly state: LinkState;
  /** Links that were measured. */
  readonly count: number;
  /** How many of them fail, in one direction or in both. */
  readonly badCount: number;
  /** The median of those that work; missing if none does. */
  readonly roundTripUs?: number | undefined;
  /** Age of the oldest of them. */
  readonly agoMs?: number | undefined;
}

/** Links by their two ends. */
export class LinkIndex {
  readonly links: readonly TimedLink[];
  readonly #rows = new Map<string, Map<string, TimedLink>>();
  #bad: readonly BadLink[] | undefined;

  /** @param links of two with the same ends the last counts */
  constructor(links: readonly TimedLink[]) {
    this.links = links;
    for (const link of links) {
      const row = this.#rows.get(link.from);
      if (row === undefined) this.#rows.set(link.from, new Map([[link.to, link]]));
      else row.set(link.to, link);
    }
  }

  /** True if that node told of its links. */
  tells(from: string): boolean {
    return this.#rows.has(from);
  }

  link(from: string, to: string): TimedLink | undefined {
    return this.#rows.get(from)?.get(to);
  }

  state(from: string, to: string): LinkState {
    if (from === to) return "self";
    const link = this.link(from, to);
    if (link === undefined || link.result === "unknown") return "unmeasured";
    if (link.result === "pong") return (link.agoMs ?? 0) > staleMs ? "stale" : "good";
    return this.link(to, from)?.result === "pong" ? "one-way" : "failed";
  }

  /** Each bad pair once, in the order of the links; of one that fails both ways the first is told. */
  get bad(): readonly BadLink[] {
    return this.#bad ??= badLinks(this);
  }

  /** All links from one of `froms` to one of `tos`. The state is the worst of them. */
  sum(froms: readonly string[], tos: readonly string[]): LinkSum {
    const roundTrips: number[] = [];
    let [count, failed, oneWay, stale, agoMs] = [0, 0, 0, 0, 0];
    for (const from of froms) {
      if (!this.tells(from)) continue;
      for (const to of tos) {
        const state = this.state(from, to);
        if (state === "self" || state === "unmeasured") continue;
        count++;
        if (state === "failed") failed++;
        else if (state === "one-way") oneWay++;
        else {
          if (state === "stale") stale++;
          const link = this.link(from, to);
          if (link?.roundTripUs !== undefined) roundTrips.push(link.roundTripUs);
          agoMs = Math.max(agoMs, link?.agoMs ?? 0);
        }
      }
    }
    const isSelf = froms.length === 1 && tos.length === 1 && froms[0] === tos[0];
    const good = stale === count ? "stale" : "good";
    const state = count === 0 ? isSelf ? "self" : "unmeasured" : good;
    return {
      state: failed > 0 ? "failed" : oneWay > 0 ? "one-way" : state,
      count,
      badCount: failed + oneWay,
      roundTripUs: median(roundTrips),
      agoMs: roundTrips.length === 0 ? undefined : agoMs,
    };
  }
}

function median(values: number[]): number | undefined {
  values.sort((one, other) => one - other);
  return values[Math.floor((values.length - 1) / 2)];
}

/** A pair of nodes between which something fails. */
export interface BadLink {
  readonly from: string;
  readonly to: string;
  /** True if `to` reaches `from`. */
  readonly isOneWay: boolean;
  /** How the ping failed. */
  readonly result: string;
}

function badLinks(index: LinkIndex): BadLink[] {
  const told = new Set<string>();
  return index.links.flatMap(({ from, to, result }) => {
    // Most links are good, and need not be looked up.
    if (result === "pong" || result === "unknown") return [];
    const state = index.state(from, to);
    if (state !== "failed" && state !== "one-way") return [];
    if (state === "failed" && told.has(`${to} ${from}`)) return [];
    told.add(`${from} ${to}`);
    return [{ from, to, isOneWay: state === "one-way", result }];
  });
}
