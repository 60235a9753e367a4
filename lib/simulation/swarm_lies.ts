/**
 * Lies in a random cluster: rows that somebody writes who does not hold the cookie, and a member that
 * says of others what is not so.
 *
 * No row may end a node, or touch one that has answered; nothing that is said of a member may make one
 * false that answers those who watch it. What they draw is apart from all other chance, so that clusters
 * without lies go on as they did.
 *
 * @module
 */
import { seededRandom } from "../core/random.ts";
import type { Random } from "../core/random.ts";
import { makeRecord } from "../core/record.ts";
import type { RecordState } from "../core/record.ts";
import { monitoredMax } from "../core/ring.ts";
import type { Row } from "../core/row.ts";
import type { SimNode } from "./sim_node.ts";
import { onceIn, pick } from "./swarm_config.ts";
import type { SwarmParts } from "./swarm_faults.ts";

/** Longest pause between two lies, in milliseconds. */
const pauseMostMs = 2000;

/** Tells apart what is drawn here from what makes up the cluster. */
const salt = 0x5bd1e995;

/** Tells lies to one world. */
export class SwarmLies {
  readonly #parts: SwarmParts;
  readonly #random: Random;
  readonly #forges: boolean;
  readonly #slanders: boolean;
  #count = 0;

  constructor(parts: SwarmParts, seed: number) {
    this.#parts = parts;
    this.#random = seededRandom(seed ^ salt);
    this.#forges = onceIn(3, this.#random);
    this.#slanders = onceIn(3, this.#random);
  }

  /** Goes on until `until`, in virtual milliseconds. */
  begin(until: number): void {
    if (!this.#forges && !this.#slanders) return;
    const { world } = this.#parts;
    const pauseMs = 1 + this.#random.below(pauseMostMs);
    if (world.now + pauseMs >= until) return;
    world.after(pauseMs, () => {
      if (this.#forges) this.#forge();
      if (this.#slanders) this.#slander();
      this.begin(until);
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
    const forged: Row = isCopy
      ? { ...row, name: `copy${number}@10.66.0.1` as Row["name"], addresses }
      : { ...row, instance: number.toString(16).padStart(32, "f"), beat: row.beat + 1, addresses };
    this.#note(isCopy ? `a row claims to be ${row.name}` : `the row of ${row.name} is forged`);
    const rows = registry.list(now);
    if (typeof rows === "string") return;
    const seen = rows.find((stored) => stored.row.name === forged.name)?.version;
    registry.write(forged, seen, now);
  }

  /** Says of a member, to another one that watches it and reaches it, what is not so. */
  #slander(): void {
    const { world, reach } = this.#parts;
    const living = this.#living();
    if (!reach.isCalm() || living.length > monitoredMax) return;
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
    const news = { records: [record], votes: [], witnesses: [] };
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
