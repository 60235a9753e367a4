/**
 * A member that was written from docs/protocol.md alone. It behaves as that page asks, unless it is
 * given another way to answer.
 *
 * @module
 */
import { accept, closeQuietly, dial, parsed } from "./channel.ts";
import type { Channel, Envelope, Hello, Json } from "./channel.ts";
import { fingerprintsOf, type RecordContent } from "./view.ts";

/** Who a peer is. */
export interface PeerOptions {
  readonly cookie: string;
  readonly cluster?: string;
  /** `local@host`. */
  readonly name: string;
  /** 32 hexadecimal digits; random by default. */
  readonly instance?: string;
  /** Where it listens on 127.0.0.1; any free port by default. */
  readonly port?: number;
  /** Where it says that it is reached; where it listens by default. */
  readonly addresses?: Hello["addresses"];
  /** Answers requests in its place. */
  readonly onRequest?: (peer: Peer, channel: Channel, id: number, request: Json) => void;
}

/** A running member. */
export class Peer implements AsyncDisposable {
  readonly name: string;
  readonly instance: string;
  readonly addresses: Hello["addresses"];
  /** What it knows of others, by name. */
  readonly known = new Map<string, RecordContent>();
  readonly channels = new Set<Channel>();
  /** How often somebody connected to it. */
  accepted = 0;
  incarnation = 0;
  readonly #options: PeerOptions;
  readonly #listener: Deno.Listener;
  readonly #tasks = new Set<Promise<unknown>>();
  readonly #conns = new Set<Deno.Conn>();
  #isClosed = false;

  constructor(options: PeerOptions) {
    this.#options = options;
    this.#listener = Deno.listen({ hostname: "127.0.0.1", port: options.port ?? 0 });
    const { port } = this.#listener.addr as Deno.NetAddr;
    this.name = options.name;
    this.instance = options.instance ?? newInstance();
    this.addresses = options.addresses ?? [{ host: "127.0.0.1", port }];
    this.#track(this.#acceptAll());
  }

  /** What it says when it introduces itself. */
  get hello(): Hello {
    const { name, instance, addresses } = this;
    const { cluster = "default" } = this.#options;
    return { role: "member", name, instance, cluster, addresses, software: "stranger/1" };
  }

  /** Its own record. */
  get record(): RecordContent {
    const { name, instance, incarnation, addresses } = this;
    const software = "stranger/1";
    return {
      name,
      instance,
      incarnation,
      state: "alive",
      addresses,
      tags: {},
      startedAt: "",
      software,
    };
  }

  /** What rides on its pings and pongs. */
  get content(): { incarnation: number; fingerprint: number; record: RecordContent } {
    const { whole } = fingerprintsOf([this.record, ...this.known.values()]);
    return { incarnation: this.incarnation, fingerprint: whole, record: this.record };
  }

  /** Dials a node, and talks to it until the connection ends. */
  async dial(address: { readonly hostname: string; readonly port: number }): Promise<Channel> {
    const { cookie, cluster = "default" } = this.#options;
    return this.#keep(await dial(address, { cookie, cluster, hello: this.hello }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true;
    this.#listener.close();
    for (const conn of this.#conns) closeQuietly(conn);
    while (this.#tasks.size > 0) await Promise.all(this.#tasks);
  }

  async #acceptAll(): Promise<void> {
    const { cookie, cluster = "default" } = this.#options;
    for await (const conn of this.#listener) {
      this.accepted++;
      this.#conns.add(conn);
      const accepting = accept(conn, { cookie, cluster, hello: this.hello });
      this.#track(
        accepting.then((channel) => void this.#keep(channel), () => this.#conns.delete(conn)),
      );
    }
  }

  #keep(channel: Channel): Channel {
    this.channels.add(channel);
    this.#conns.add(channel.conn);
    if (this.#isClosed) closeQuietly(channel.conn);
    const running = channel.run((envelope) => this.#take(channel, envelope));
    this.#track(
      running.catch(() => channel.close()).finally(() => {
        this.channels.delete(channel);
        this.#conns.delete(channel.conn);
      }),
    );
    return channel;
  }

  #take(channel: Channel, { kind, id, body }: Envelope): void {
    if (kind === "goodbye") {
      void channel.send("goodbye", 0, new Uint8Array(0)).then(() => channel.close());
    } else if (kind === "request") {
      const { onRequest = answer } = this.#options;
      onRequest(this, channel, id, parsed(body));
    } else if (kind === "notice") {
      const { news } = parsed(body) as { news: { records: RecordContent[] } };
      for (const record of news.records) this.learn(record);
    }
  }

  /** Takes a record, if it wins over what is known. */
  learn(record: RecordContent): void {
    if (record.name === this.name) {
      const isAccused = record.instance === this.instance && record.state !== "alive";
      if (isAccused) this.incarnation = Math.max(this.incarnation, record.incarnation + 1);
      return;
    }
    const known = this.known.get(record.name);
    if (known === undefined || rank(record) > rank(known)) this.known.set(record.name, record);
  }

  #track(task: Promise<unknown>): void {
    this.#tasks.add(task);
    void task.finally(() => this.#tasks.delete(task));
  }
}

/** Answers a request as the protocol asks. */
export function answer(peer: Peer, channel: Channel, id: number, request: Json): void {
  const { kind, buckets } = request as { kind: string; buckets?: readonly number[] };
  const { content } = peer;
  switch (kind) {
    case "ping":
      return void channel.send("answer", id, { kind: "pong", content });
    case "probe":
      return void channel.send("answer", id, { kind: "probe", reached: false });
    case "sync": {
      const all = [peer.record, ...peer.known.values()];
      const own = fingerprintsOf(all, buckets?.length).buckets;
      const differing = own.flatMap((sum, bucket) => sum === buckets?.[bucket] ? [] : [bucket]);
      return void channel.send("answer", id, {
        kind: "sync",
        buckets: differing,
        records: all,
        more: false,
      });
    }
    default:
      return void channel.send("answer", id, { kind: "refused", reason: "it is not known here" });
  }
}

/** A random instance. */
export function newInstance(): string {
  return crypto.randomUUID().replaceAll("-", "");
}

/** A text that is greater the later a record is. */
function rank({ incarnation, instance, state }: RecordContent): string {
  const number = incarnation.toString(16).padStart(16, "0");
  return number + instance + ["alive", "failed", "left"].indexOf(state);
}
