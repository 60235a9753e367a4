/**
 * A cluster that is as a test says, and changes when it says so; and those who ask of it.
 *
 * @module
 */
import type { NodeName } from "../../../lib/core/base/name.ts";
import type { LinkReport } from "../../../lib/core/explain/link_matrix.ts";
import type { MemberView } from "../../../lib/core/members/member.ts";
import { RouteTable } from "../../../lib/http/route.ts";
import { allRoutes } from "../../../lib/http/routes.ts";
import type { HttpAnswer, HttpDocument, HttpRequest } from "../../../lib/http/server/http.ts";
import type {
  ChangePage,
  ClusterSource,
  NumberedChange,
  Standing,
} from "../../../lib/http/source.ts";
import { ManualClock } from "../../support/manual_clock.ts";

/** What the wall clock of a fake cluster shows at first. */
export const begunAt = Date.UTC(2026, 2, 10, 8, 51, 29);

/** Member `number`; alive, if nothing else is said. */
export function member(number: number, draft: Partial<MemberView> = {}): MemberView {
  const host = `10.0.0.${number}`;
  return {
    ...{ name: `n${number}@${host}` as NodeName, kind: "node", incarnation: 0, status: "alive" },
    ...{ instance: `${number}`.padStart(32, "0"), self: number === 1, linkWorks: true },
    ...{ addresses: [{ host, port: 4000 }], forMs: 1000, flapping: false, tags: {} },
    ...{ reason: "it answers pings, the last in 85 µs", roundTripUs: 85 },
    ...{ startedAt: "2026-03-10T08:51:29.000Z", software: "clusternode/0.1.0" },
    ...draft,
  };
}

/** A cluster of two, until a test changes it. */
export class FakeCluster implements ClusterSource {
  readonly clock = new ManualClock(begunAt);
  readonly name = member(1).name;
  instance = "ab".repeat(16);
  readonly cluster = "default";
  readonly software = "clusternode/0.1.0";
  readonly startedAt = begunAt;
  readonly registries = ["file:///srv/nodes"];
  views: readonly MemberView[] = [member(1), member(2)];
  state: Standing = { phase: "joined", isolated: false, localHealth: 0, registryWorks: true };
  reports: readonly LinkReport[] = [];
  /** Why it is not healthy. */
  fault: string | undefined;
  /** How often the members were looked at. */
  looks = 0;
  /** Who watches. */
  readonly listeners = new Set<() => void>();
  readonly #changes: NumberedChange[] = [];
  #first = 0;

  now(): number {
    return this.clock.wallTime();
  }

  standing(): Standing {
    return this.state;
  }

  health(): { readonly healthy: boolean; readonly reason: string } {
    return this.fault === undefined
      ? { healthy: this.state.phase === "joined", reason: "it is registered" }
      : { healthy: false, reason: this.fault };
  }

  members(): readonly MemberView[] {
    this.looks++;
    return this.views;
  }

  explain(name: NodeName): ReturnType<ClusterSource["explain"]> {
    const found = this.views.find((view) => view.name === name);
    return found && {
      ...{ name, kind: "node", status: found.status, verdict: found.reason, accusers: [] },
      ...{ votesNeeded: 2, watched: true, pings: [], timeoutMs: 700, heartbeat: "moving" },
      ...{ registryWorks: true, localHealth: 0, isolated: false, failures: 0, incarnation: 0 },
      wouldChange: [],
    };
  }

  changes(from: number): ChangePage {
    const next = this.#first + this.#changes.length;
    const changes = this.#changes.filter(({ number }) => number >= from);
    return { changes, next, first: this.#first };
  }

  history(sinceMs: number): ReturnType<ClusterSource["history"]> {
    const entries = this.#changes.map(({ time, ...event }) => (
      { run: this.instance, agoMs: this.now() - time, event }
    ));
    return { entries, reachMs: sinceMs };
  }

  links(signal: AbortSignal): Promise<readonly LinkReport[]> {
    signal.throwIfAborted();
    return Promise.resolve(this.reports);
  }

  watch(listener: () => void): Disposable {
    this.listeners.add(listener);
    return { [Symbol.dispose]: () => void this.listeners.delete(listener) };
  }

  /** Member `number` is as `draft` says from now on, and the watchers are told. */
  become(number: number, draft: Partial<MemberView>): void {
    this.views = [
      ...this.views.filter(({ name }) => name !== member(number).name),
      member(number, draft),
    ].sort((one, other) => one.name < other.name ? -1 : 1);
    for (const listener of this.listeners) listener();
  }

  /** Something happened to member `number`. */
  happened(number: number): void {
    this.#changes.push({
      ...{ kind: "failed", name: member(number).name, status: "down", reason: "refused" },
      ...{ instance: member(number).instance, incarnation: 0 },
      ...{ number: this.#first + this.#changes.length, time: this.now() },
    });
  }

  /** The oldest changes are no longer kept. */
  forget(count: number): void {
    this.#changes.splice(0, count);
    this.#first += count;
  }

  /** Answers a request as the server would have it answered. */
  readonly ask = asker(this);
}

/** What of a request a test decides. */
interface Asked {
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: HttpRequest["method"];
  readonly signal?: AbortSignal;
}

function asker(cluster: FakeCluster): (url: string, asked?: Asked) => Promise<HttpAnswer> {
  const build = { version: "0.1.0", commit: "1a2b3c4", deno: "2.4.2" };
  const parts = { isSimulated: false, clock: cluster.clock, build, counting: undefined };
  let table: RouteTable | undefined;
  return async (
    url,
    { headers = {}, method = "GET", signal = new AbortController().signal } = {},
  ) => {
    const { pathname, searchParams: query } = new URL(url, "http://127.0.0.1");
    const lower = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
    );
    table ??= new RouteTable(allRoutes({ ...parts, source: cluster }));
    return await table.answer({
      ...{ method, path: decodeURIComponent(pathname), query, body: "", signal },
      header: (name) => lower[name.toLowerCase()],
    });
  };
}

/** An answer that is over once it was sent, with its body as text. */
export function textOf(answer: HttpAnswer): HttpDocument & { readonly text: string } {
  if ("stream" in answer) throw new TypeError("It is a stream");
  const { body } = answer;
  return { ...answer, text: typeof body === "string" ? body : new TextDecoder().decode(body) };
}

/** One who follows a stream, and keeps what it was sent. */
export class Client {
  readonly #over = new AbortController();
  #text = "";

  constructor(answer: HttpAnswer) {
    if (!("stream" in answer)) throw new TypeError("It is no stream");
    answer.stream({
      send: (piece) => {
        this.#text += typeof piece === "string" ? piece : new TextDecoder().decode(piece);
        return !this.#over.signal.aborted;
      },
      signal: this.#over.signal,
      end: () => this.leave(),
    });
  }

  leave(): void {
    this.#over.abort();
  }

  /** What came since this was asked last: kind, data and id of each event; comments as kind alone. */
  taken(): readonly StreamEvent[] {
    const blocks = this.#text.split("\n\n").filter((block) => block !== "");
    this.#text = "";
    return blocks.map((block) => {
      const lines = block.split("\n");
      const value = (key: string): string | undefined =>
        lines.find((line) => line.startsWith(`${key}: `))?.slice(key.length + 2);
      const data = value("data");
      return {
        kind: value("event") ?? block,
        id: value("id"),
        data: data === undefined ? {} : JSON.parse(data),
      };
    });
  }
}

/** One event of a stream. */
export interface StreamEvent {
  readonly kind: string;
  readonly id: string | undefined;
  // deno-lint-ignore no-explicit-any -- whatever was sent
  readonly data: any;
}
