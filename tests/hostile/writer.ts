/**
 * Somebody who may write a directory registry, and knows of it what docs/protocol.md says. It holds
 * no cookie.
 *
 * @module
 */
import { bytesOf } from "./noise.ts";
import type { Hello } from "./channel.ts";

/** A row; whoever wants another one writes any text. */
export interface Row {
  readonly version: number;
  readonly name: string;
  readonly instance: string;
  readonly incarnation: number;
  readonly heartbeat: number;
  readonly heartbeatIntervalMs: number;
  readonly addresses: Hello["addresses"];
  readonly state: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly startedAt: string;
  readonly activeAt: string;
  readonly software: string;
}

/** The row of somebody who runs under that name. */
export function rowOf(
  who: { readonly name: string; readonly instance: string; readonly addresses: Hello["addresses"] },
  more: Partial<Row> = {},
): Row {
  const { name, instance, addresses } = who;
  return {
    version: 1,
    name,
    instance,
    incarnation: 0,
    heartbeat: 1,
    heartbeatIntervalMs: 1000,
    addresses,
    state: "up",
    tags: {},
    startedAt: "2026-01-01T00:00:00.000Z",
    activeAt: "2026-01-01T00:00:00.000Z",
    software: "stranger/1",
    ...more,
  };
}

/** Writes into the registry folder of the cluster `default`. */
export class Writer {
  readonly folder: string;
  readonly #own: string;
  #files = 0;

  /** @param folder the registry folder, in which a node has run already */
  constructor(folder: string) {
    this.folder = folder;
    this.#own = `${folder}/.clusternode`;
  }

  /** Names of the rows that are there. */
  async names(): Promise<string[]> {
    const entries = await Array.fromAsync(Deno.readDir(this.folder));
    return entries.map(({ name }) => name).filter((name) => name.includes("@"));
  }

  /** What lies under that name now; `undefined` if it is no row. */
  async read(name: string): Promise<Row | undefined> {
    try {
      return JSON.parse(await Deno.readTextFile(`${this.folder}/${name}`));
    } catch {
      return undefined;
    }
  }

  /** Puts it there in one step and gives a hint; under the lock of the row if `isPolite`. */
  async write(name: string, content: Row | string | Uint8Array, isPolite = false): Promise<void> {
    using lock = await this.lock(name, isPolite);
    void lock;
    const text = content instanceof Uint8Array || typeof content === "string"
      ? content
      : `${JSON.stringify(content)}\n`;
    const bytes = typeof text === "string" ? bytesOf(text) : text;
    const temporary = `${this.#own}/tmp/stranger.${++this.#files}`;
    await Deno.writeFile(temporary, bytes);
    await Deno.rename(temporary, `${this.folder}/${name}`);
    await this.hint();
  }

  async remove(name: string): Promise<void> {
    await Deno.remove(`${this.folder}/${name}`, { recursive: true }).catch(() => {});
    await this.hint();
  }

  /** Tells all who watch that something has changed. */
  async hint(): Promise<void> {
    await Deno.writeTextFile(`${this.#own}/news/changed`, "\n");
  }

  /** Holds the lock of a row until it is disposed of; one of nothing unless `isWanted`. */
  async lock(name: string, isWanted = true): Promise<Disposable> {
    if (!isWanted) return { [Symbol.dispose](): void {} };
    const path = `${this.#own}/locks/${name}`;
    const file = await Deno.open(path, { read: true, write: true, create: true, mode: 0o600 });
    await file.lock(true);
    return file;
  }
}
