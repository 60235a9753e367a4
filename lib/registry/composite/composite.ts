/**
 * Several registries as one: read from all, written to all, alive while one of them is.
 *
 * So a cluster outlives its registry, and can move to another one while it runs: first all nodes use
 * both, then only the new one. None of the registries knows of the others. What one of them missed
 * while it was away is put there by the next write of each row.
 *
 * The first registry that can be reached decides who gets a name, and the others follow. That is why
 * all nodes should name their registries in the same order.
 *
 * One thing cannot be had: a row that was removed while a registry was away is there again when that
 * registry is back, because nobody is left who knows. It is a leftover like that of a killed node,
 * and treated as such.
 *
 * @module
 */
import { RegistryError } from "../../core/base/errors.ts";
import type { NodeName } from "../../core/base/name.ts";
import { rowBytes, rowMaxBytes } from "../../core/members/row.ts";
import type { Row } from "../../core/members/row.ts";
import type { Answer, Backend } from "./backend.ts";
import { Backends } from "./backends.ts";
import type { ManyRegistriesOptions } from "./backends.ts";
import { ManyCookies } from "./composite_cookie.ts";
import { mergedListing } from "./composite_listing.ts";
import { judgeRemove, merged, parseTimestampVersion, parseVersion } from "./composite_version.ts";
import type { Copy } from "./composite_version.ts";
import { KeyedMutex } from "./keyed_mutex.ts";
import { CompositeWrite, NameConflictGrace } from "./composite_write.ts";
import type { ManyWriteParts } from "./composite_write.ts";
import type { Listing, Registry, RowVersion, StoredRow, WriteResult } from "../registry.ts";

/**
 * One registry made of `registries`, at least one, in the order in which they decide; it closes them
 * in the end.
 */
export function openManyRegistries(
  registries: readonly Registry[],
  options: ManyRegistriesOptions,
): Registry {
  return new ManyRegistries(registries, options);
}

class ManyRegistries implements Registry {
  readonly #backends: Backends;
  readonly #cookies: ManyCookies;
  readonly #writeParts: ManyWriteParts;
  /** A row that is being removed must not be brought back by a write that finds half of it gone. */
  readonly #keyedMutex = new KeyedMutex();

  constructor(registries: readonly Registry[], options: ManyRegistriesOptions) {
    this.#backends = new Backends(registries, options);
    this.#cookies = new ManyCookies(this.#backends, options.onTrouble);
    this.#writeParts = {
      backends: this.#backends,
      cookies: this.#cookies,
      nameConflictGrace: new NameConflictGrace(options.clock),
    };
  }

  get url(): string {
    return this.#backends.url;
  }

  get paceMs(): number {
    return Math.max(...this.#backends.all.map(({ registry }) => registry.paceMs));
  }

  get stalenessMs(): number {
    return Math.max(...this.#backends.all.map(({ registry }) => registry.stalenessMs));
  }

  async list(signal: AbortSignal): Promise<Listing> {
    const answers = await this.#backends.askAll("read", signal, (one) => one.list(signal));
    return mergedListing(
      answers.map((answer) => answer.kind === "answer" ? answer.value : undefined),
    );
  }

  async read(name: NodeName, signal: AbortSignal): Promise<StoredRow | undefined> {
    return merged(await this.#look(name, signal));
  }

  async write(
    row: Row,
    expectedVersion: RowVersion | undefined,
    signal: AbortSignal,
  ): Promise<WriteResult> {
    const size = rowBytes(row);
    if (size > rowMaxBytes) {
      const reason = `the row has ${size} bytes, the most is ${rowMaxBytes}`;
      throw new RegistryError(`Cannot write ${row.name} into ${this.url}: ${reason}`);
    }
    const known = expectedVersion === undefined ? undefined : parseVersion(expectedVersion);
    const write = new CompositeWrite(this.#writeParts, row, known, signal);
    return await this.#keyedMutex.run(row.name, signal, () => write.run());
  }

  remove(
    name: NodeName,
    expectedVersion: RowVersion,
    signal: AbortSignal,
  ): Promise<"removed" | "conflict"> {
    return this.#keyedMutex.run(name, signal, () => this.#remove(name, expectedVersion, signal));
  }

  cookie(signal: AbortSignal): Promise<string | undefined> {
    return this.#cookies.read(signal);
  }

  getOrCreateCookie(minted: string, signal: AbortSignal): Promise<string> {
    return this.#cookies.mint(minted, signal);
  }

  async watch(onChange: () => void, signal: AbortSignal): Promise<void> {
    await Promise.all(this.#backends.all.map(({ registry }) => registry.watch(onChange, signal)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#backends.all.map(({ registry }) => registry[Symbol.asyncDispose]()));
  }

  async #remove(
    name: NodeName,
    expectedVersion: RowVersion,
    signal: AbortSignal,
  ): Promise<"removed" | "conflict"> {
    const timestamp = parseTimestampVersion(expectedVersion);
    if (timestamp !== undefined) return await this.#removeTimestamp(name, timestamp, signal);
    const known = parseVersion(expectedVersion);
    const copies = await this.#look(name, signal);
    if (judgeRemove(copies, known).kind === "conflict") return "conflict";
    const removeFrom = (backend: Backend): Promise<Answer<"removed" | "conflict">> => {
      const { version } = copies[backend.index] as StoredRow;
      backend.forget(name);
      return backend.ask("write", signal, (one) => one.remove(name, version, signal)).answer;
    };
    const isFirst = ({ index }: Backend): number => index === known.first ? 0 : 1;
    const holders = this.#backends.all
      .filter(({ index }) => typeof copies[index] === "object")
      .sort((one, other) => isFirst(one) - isFirst(other));
    for (const [place, backend] of holders.entries()) {
      const answer = await removeFrom(backend);
      if (answer.kind === "away") continue;
      if (answer.value === "removed") await Promise.all(holders.slice(place + 1).map(removeFrom));
      this.#backends.tell("write");
      return answer.value;
    }
    throw this.#backends.allAway("write");
  }

  /** Out of the registry that decides if it has not moved there, and then out of all others. */
  async #removeTimestamp(
    name: NodeName,
    { index, version }: { readonly index: number; readonly version: RowVersion },
    signal: AbortSignal,
  ): Promise<"removed" | "conflict"> {
    const removeFrom = (
      backend: Backend,
      expectedVersion: RowVersion,
    ): Promise<Answer<"removed" | "conflict">> =>
      backend.ask("write", signal, (one) => one.remove(name, expectedVersion, signal)).answer;
    const decider = this.#backends.all[index];
    if (decider === undefined) return "conflict";
    const answer = await removeFrom(decider, version);
    if (answer.kind === "answer" && answer.value === "removed") {
      const others = this.#backends.all.filter((backend) => backend !== decider);
      await Promise.all(others.map(async (backend) => {
        const listing = await backend.ask("read", signal, (one) => one.list(signal)).answer;
        const copies = listing.kind === "answer" ? listing.value.timestamps : [];
        const copy = copies.find((one) => one.name === name);
        if (copy !== undefined) await removeFrom(backend, copy.version);
      }));
    }
    this.#backends.tell("write");
    if (answer.kind === "answer") return answer.value;
    throw new RegistryError(`Cannot remove ${name} from ${decider.url}: ${answer.reason}`);
  }

  async #look(name: NodeName, signal: AbortSignal): Promise<Copy[]> {
    const copies = await this.#backends.look(name, signal);
    if (copies.every((copy) => copy === "away")) throw this.#backends.allAway("read");
    return copies;
  }
}
