/**
 * What tests of the etcd registry look at: handles, hints, errors, and a gateway that can be told to
 * misbehave.
 *
 * @module
 */
import { systemClock, withDeadline } from "../../lib/clock.ts";
import type { Clock } from "../../lib/clock.ts";
import { openEtcdRegistry } from "../../lib/registry/etcd/etcd.ts";
import type { Registry } from "../../lib/registry/registry.ts";
import { nameOf, never, randomText, rowOf } from "../registry/rows.ts";
import { patienceMs } from "../support/waiting.ts";

/** A handle on cluster `default` at `url`. */
export function openHandle(
  url: string,
  { timeoutMs = patienceMs, clock = systemClock }: { timeoutMs?: number; clock?: Clock } = {},
): Registry {
  return openEtcdRegistry(url, { cluster: "default", clock, timeoutMs, randomText });
}

/** All calls of a registry that ask the storage. */
export function allCalls(handle: Registry): (() => Promise<unknown>)[] {
  const name = nameOf("n1@h");
  return [
    () => handle.list(never),
    () => handle.read(name, never),
    () => handle.write(rowOf(name), undefined, never),
    () => handle.remove(name, "1.1.1.1", never),
    () => handle.getOrCreateCookie("minted", never),
    () => handle.cookie(never),
  ];
}

/** A handle that watches, and counts what it hears. */
export class Watcher implements AsyncDisposable {
  count = 0;
  readonly #stopping = new AbortController();
  readonly #watch: Promise<void>;
  #onHint = (): void => {};

  constructor(handle: Registry) {
    this.#watch = handle.watch(() => {
      this.count++;
      this.#onHint();
    }, this.#stopping.signal);
  }

  /** Resolves when a hint has come since the watcher had heard `seen` of them. */
  async more(seen: number): Promise<void> {
    const heard = new Promise<void>((resolve) => {
      this.#onHint = () => {
        if (this.count > seen) resolve();
      };
      this.#onHint();
    });
    await withDeadline(systemClock, patienceMs, "a hint", heard);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    await this.#watch;
  }
}

/** What a gateway does with a request: pass it on, or something else. */
type Meddling = (path: string, pass: () => Promise<Response>) => Promise<Response>;

/** Something between a handle and an etcd. */
export class Gateway implements AsyncDisposable {
  /** Paths that were asked for: `kv/range`. */
  readonly paths: string[] = [];
  /** How many watches etcd has begun. */
  watches = 0;
  meddle: Meddling = (_path, pass) => pass();
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  /** @param target host and port of the etcd */
  constructor(target: string) {
    const options = { hostname: "127.0.0.1", port: 0, onListen() {} };
    this.#server = Deno.serve(options, async (request) => {
      const path = new URL(request.url).pathname.slice("/v3/".length);
      this.paths.push(path);
      const body = await request.text();
      return await this.meddle(path, async () => {
        const response = await fetch(`http://${target}/v3/${path}`, { method: "POST", body });
        // Its first message is what it answers with.
        if (path === "watch") this.watches++;
        return response;
      });
    });
  }

  get host(): string {
    return `127.0.0.1:${this.#server.addr.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}
