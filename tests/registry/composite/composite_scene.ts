/**
 * Several registries in memory used as one, each of which can be away, silent or wiped.
 *
 * @module
 */
import { systemClock } from "../../../lib/clock.ts";
import type { Clock } from "../../../lib/clock.ts";
import type { Row } from "../../../lib/core/members/row.ts";
import { openManyRegistries } from "../../../lib/registry/composite/composite.ts";
import { MemoryStorage, openMemoryRegistry } from "../../../lib/registry/memory/memory.ts";
import type { Registry, RowVersion } from "../../../lib/registry/registry.ts";
import { nameOf, never, writtenVersion } from "../rows.ts";

/** The node that most tests are about. */
export const name = nameOf("n1@10.0.0.2");

/** One registry in memory, and how it behaves. */
export class Place {
  readonly storage = new MemoryStorage();
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  /** Refuses everything, or serves again. */
  away(isAway: boolean): void {
    this.storage.fault = isAway ? () => Promise.reject(new Error("it is away")) : undefined;
  }

  /** Answers nothing until the returned function is called. */
  silence(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.storage.fault = () => promise;
    return () => {
      this.storage.fault = undefined;
      resolve();
    };
  }

  /** Forgets everything. */
  wipe(): void {
    this.storage.cluster("default").cells.clear();
  }

  /** A handle on this one alone. */
  open(clock: Clock = systemClock, cluster = "default"): Registry {
    const { storage, url } = this;
    return openMemoryRegistry({ storage, cluster, clock, url, timeoutMs: 2_000 });
  }
}

/** Three places, and handles on several of them as one. */
export class ManyScene implements AsyncDisposable {
  readonly a = new Place("memory:a");
  readonly b = new Place("memory:b");
  readonly c = new Place("memory:c");
  /** What was told as trouble, by all handles. */
  readonly troubles: string[] = [];
  /** What was told to be back, by all handles. */
  readonly returns: string[] = [];
  readonly #clock: Clock;
  readonly #stack = new AsyncDisposableStack();

  constructor(clock: Clock = systemClock) {
    this.#clock = clock;
  }

  /** A handle on these places as one; on a and b if none are given. */
  open(...places: Place[]): Registry {
    const used = places.length > 0 ? places : [this.a, this.b];
    return this.#stack.use(this.join(used.map((place) => place.open(this.#clock))));
  }

  /** A handle on one place alone. */
  openOne(place: Place): Registry {
    return this.#stack.use(place.open(this.#clock));
  }

  /** One registry made of these; the caller closes it. */
  join(registries: readonly Registry[]): Registry {
    return openManyRegistries(registries, {
      clock: this.#clock,
      onTrouble: (message) => this.troubles.push(message),
      onBack: (message) => this.returns.push(message),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

/** Writes a row, which has to succeed; its version. */
export async function written(
  registry: Registry,
  row: Row,
  seen?: RowVersion,
): Promise<RowVersion> {
  return await writtenVersion(registry.write(row, seen, never));
}

/** What lies under {@linkcode name} in each of the places. */
export function heartbeatsIn(...places: Place[]): (number | undefined)[] {
  return places.map(({ storage }) => {
    const cell = storage.cluster("default").cells.get(name);
    return cell === undefined ? undefined : JSON.parse(cell.text).heartbeat;
  });
}
