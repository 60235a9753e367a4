/**
 * Lies in a random cluster: rows that somebody writes who does not hold the cookie, be they made up or
 * rows of the nodes themselves once more, and a member that says of others what is not so.
 *
 * No row may end a node, or touch one that has answered; nothing that is said of a member may make one
 * false that answers those who watch it. What they draw is apart from all other chance, so that
 * clusters without lies go on as they did.
 *
 * @module
 */
import { seededRandom } from "../../lib/core/base/random.ts";
import type { Random } from "../../lib/core/base/random.ts";
import { makeRecord } from "../../lib/core/members/record.ts";
import type { RecordState } from "../../lib/core/members/record.ts";
import { observersMax } from "../../lib/core/members/ring.ts";
import type { Row } from "../../lib/core/members/row.ts";
import type { SimNode } from "../../lib/simulation/sim_node.ts";
import { onceIn, pick } from "./swarm_config.ts";
import type { SwarmParts } from "./swarm_faults.ts";

/** Longest pause between two lies, in milliseconds. */
const pauseMaxMs = 2000;

/** Tells apart what is drawn here from what makes up the cluster. */
const salt = 0x5bd1e995;

/** Tells apart what is drawn for rows that are written once more. */
const replaySalt = 0x2545f491;

/** Rows that the liar keeps. */
const keptMax = 64;

/** Tells lies to one world. */
export class SwarmLies {
  readonly #parts: SwarmParts;
  readonly #random: Random;
  readonly #forges: boolean;
  readonly #slanders: boolean;
  readonly #replaying: Random;
  readonly #replays: boolean;
  /** Rows that it has read, with all that they hold. */
  readonly #kept: Row[] = [];
  #count = 0;

  constructor(parts: SwarmParts, seed: number) {
    this.#parts = parts;
    this.#random = seededRandom(seed ^ salt);
    this.#forges = onceIn(3, this.#random);
    this.#slanders = onceIn(3, this.#random);
    this.#replaying = seededRandom(seed ^ replaySalt);
    this.#replays = onceIn(4, this.#replaying);
  }

  /** Goes on until `until`, in virtual milliseconds. */
  begin(until: number): void {
    if (this.#forges || this.#slanders) {
      this.#repeat(this.#random, until, () => {
        if (this.#forges) this.#forge();
        if (this.#slanders) this.#slander();
      });
    }
    if (this.#replays) this.#repeat(this.#replaying, until, () => this.#replay());
  }

  #repeat(random: Random, until: number, lie: () => void): void {
    const { world } = this.#parts;
    const pauseMs = 1 + random.below(pauseMaxMs);
    if (world.now + pauseMs >= until) return;
    world.after(pauseMs, () => {
      lie();
      this.#repeat(random, until, lie);
    });
  }

  /** Writes a row over that of a node, or one that claims to be it. */
  #forge(): void {
    const { registry, now } = this.#parts.world;
    const victim = pick(this.#living(), this.#random);
    const row = victim && registry.row(victim.core.name);
    if (victim === undefined || row === undefined) return;
    const number = ++this.#count;
    const addresses = [{ host: `10.66.0.${number & 255}`, port: 4000 }];
    const isCopy = onceIn(2, this.#random);
    // What a row reclaims is signed, name and instance included.
    const { reclaims: _signed, ...unsigned } = row;
    const forged: Row = isCopy
      ? { ...unsigned, name: `copy${number}@10.66.0.1` as Row["name"], addresses }
      : {
        ...unsigned,
        instance: number.toString(16).padStart(32, "f"),
        heartbeat: row.heartbeat + 1,
        addresses,
      };
    this.#note(isCopy ? `a row claims to be ${row.name}` : `the row of ${row.name} is forged`);
    const rows = registry.list(now);
    if (typeof rows === "string") return;
    const seen = rows.find((stored) => stored.row.name === forged.name)?.version;
    registry.write(forged, seen, now);
  }

  /**
   * Reads one row, and writes another one again, over its successor, that it has read at some time.
   */
  #replay(): void {
    const { registry, now } = this.#parts.world;
    const rows = registry.list(now);
    if (typeof rows === "string") return;
    const read = pick(rows, this.#replaying)?.row;
    if (read !== undefined) this.#kept.push(read);
    if (this.#kept.length > keptMax) this.#kept.shift();
    const living = new Map(this.#living().map(({ core, instance }) => [instance, core.name]));
    // Of one that has left, or failed and come back, the others would rightly take it out at once.
    const known = this.#kept.filter((row) => living.get(row.instance) === row.name);
    const old = pick(known, this.#replaying);
    if (old === undefined || old === read) return;
    const stands = rows.find((stored) => stored.row.name === old.name);
    if (stands === undefined) return;
    this.#note(`a row of ${old.name} is written once more, with heartbeat ${old.heartbeat}`);
    registry.write(old, stands.version, now);
  }

  /** Says of a member, to another one that watches it and reaches it, what is not so. */
  #slander(): void {
    const { world, reach } = this.#parts;
    const living = this.#living();
    if (!reach.isCalm() || living.length > observersMax) return;
    const listener = pick(living, this.#random);
    const subject = pick(living, this.#random);
    const liar = pick(living, this.#random);
    if (listener === undefined || subject === undefined || liar === undefined) return;
    const { network } = world;
    if (!network.reaches(listener, subject) || !network.reaches(subject, listener)) return;
    const view = listener.sees(subject.core.name);
    if (listener === subject || liar === subject || view?.status !== "alive") return;
    const state = pick<RecordState>(["failed", "left", "alive"], this.#random) ?? "failed";
    const { name, incarnation, addresses, tags, startedAt, software } = view;
    const instance = state === "alive" ? "f".repeat(32) : view.instance;
    const content = { name, instance, incarnation, addresses, tags, startedAt, software };
    const record = makeRecord({ ...content, state });
    this.#note(`${liar.core.name} tells ${listener.core.name} that ${name} is ${state}`);
    reach.slandered(subject);
    const news = { records: [record], votes: [], sightings: [] };
    listener.take({ kind: "told", news, from: liar.instance });
  }

  #living(): SimNode[] {
    return this.#parts.world.nodes.filter(({ state }) => state === "running");
  }

  #note(what: string): void {
    const { story, now } = this.#parts.world;
    story.push({ at: now, who: "—", what });
  }
}
