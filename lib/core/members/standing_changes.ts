/**
 * What holds by now, of all changes that were told.
 *
 * Of each member the last change is kept until the next one takes its place, as a log does that is
 * compacted by key. Whoever gets those knows as much as one who has heard them all.
 *
 * @module
 */
import type { Change, ChangeKind } from "./change.ts";

/** What a change says something about, and which change of the same kind it takes the place of. */
type Subject = "verdict" | "link" | "service" | "isolation";

const subjects: Readonly<Record<Exclude<ChangeKind, "left" | "forgotten" | "held-up">, Subject>> = {
  "joined": "verdict",
  "returned": "verdict",
  "failed": "verdict",
  "replaced": "verdict",
  "suspected": "link",
  "cleared": "link",
  "link-bad": "link",
  "link-mended": "link",
  "service": "service",
  "isolated": "isolation",
  "connected": "isolation",
};

/** Changes after which all is as if nothing had been told of it. */
const mending: ReadonlySet<ChangeKind> = new Set(["cleared", "link-mended", "connected"]);

/** The last change of each member, and of each thing that is said about it. */
export class StandingChanges<Kept> {
  readonly #membersMax: number;
  /** By the name of a member and what is said about it. */
  readonly #standing = new Map<string, Map<Subject, Kept>>();

  /** @param membersMax of so many members at most; of more those are forgotten that were told first */
  constructor(membersMax = Infinity) {
    this.#membersMax = membersMax;
  }

  /**
   * Takes the next change.
   *
   * @param kept what is given out in its place as long as it holds
   */
  add({ kind, name }: Pick<Change, "kind" | "name">, kept: Kept): void {
    if (kind === "held-up") return;
    if (kind === "left" || kind === "forgotten") {
      this.#standing.delete(name);
      return;
    }
    const standing = this.#standing.get(name) ?? new Map<Subject, Kept>();
    const subject = subjects[kind];
    // A verdict says all that is to be said of the link.
    if (subject === "verdict") standing.delete("link");
    if (mending.has(kind)) standing.delete(subject);
    else standing.set(subject, kept);
    if (standing.size > 0) this.#standing.set(name, standing);
    else this.#standing.delete(name);
    if (this.#standing.size <= this.#membersMax) return;
    for (const oldest of this.#standing.keys()) return void this.#standing.delete(oldest);
  }

  /** What holds, member by member. */
  get all(): readonly Kept[] {
    return [...this.#standing.values()].flatMap((kept) => [...kept.values()]);
  }

  /** Forgets all. */
  clear(): void {
    this.#standing.clear();
  }
}
