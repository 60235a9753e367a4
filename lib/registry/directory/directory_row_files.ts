/**
 * Files of rows as they were read last: one that is still the same is looked at, and not opened.
 *
 * A row is replaced by another file, so that a change shows in which file lies there. Who writes into
 * a file by hand changes its time. As such times are coarse, a file is believed to be the same only if
 * it had looked so for a while when it was read.
 *
 * @module
 */
import type { Clock } from "../../clock.ts";
import { infoOf, lookOf, readKnownFile, settlesAfterMs } from "./directory_files.ts";
import type { Content } from "./directory_files.ts";

interface Known {
  /** Which file lay there, and what it looked like. */
  readonly look: string;
  /** When it was first seen to look so. */
  readonly since: number;
  /** What it held, once it was settled. */
  content?: Content;
}

/** What one handle has read in a folder. */
export class RowFiles {
  readonly #clock: Pick<Clock, "now">;
  readonly #known = new Map<string, Known>();
  #opened = 0;
  /** When the listing began that goes on. */
  #beganAt = 0;

  constructor(clock: Pick<Clock, "now">) {
    this.#clock = clock;
  }

  /** How many files were opened so far. */
  get opened(): number {
    return this.#opened;
  }

  /** A listing begins, of files with these names: forgets all others. */
  keep(names: readonly string[]): void {
    this.#beganAt = this.#clock.now();
    const there = new Set(names);
    for (const name of this.#known.keys()) if (!there.has(name)) this.#known.delete(name);
  }

  /** True if `name` was first seen in this listing, or to look as it does. */
  isNew(name: string): boolean {
    return (this.#known.get(name)?.since ?? -Infinity) >= this.#beganAt;
  }

  /**
   * What stands in the file `name` of the folder `root`; `undefined`: it is gone.
   *
   * @param buffer one byte larger than the largest legal file; overwritten
   * @throws what the system says, if it is about the storage and not about this one file
   */
  async read(root: string, name: string, buffer: Uint8Array): Promise<Content> {
    const path = `${root}/${name}`;
    const now = this.#clock.now();
    const before = this.#known.get(name);
    if (before === undefined) {
      this.#opened++;
      // A start waits for its first listing: it looks while it reads.
      const [info, content] = await Promise.all([infoOf(path), readKnownFile(path, buffer)]);
      this.#known.set(name, { look: lookOf(info), since: now });
      return content;
    }
    const info = await infoOf(path);
    const look = lookOf(info);
    const known = before.look === look ? before : { look, since: now };
    if (known.content !== undefined) return known.content;
    this.#known.set(name, known);
    this.#opened++;
    const content = await readKnownFile(path, buffer);
    if (now - known.since >= settlesAfterMs(info)) known.content = content;
    return content;
  }
}
