/** Nodes, rogues and proxies for the transport tests. */
import assert from "node:assert/strict";
import { systemClock } from "../../lib/clock.ts";
import type { Address } from "../../lib/core/base/address.ts";
import type { Hello } from "../../lib/protocol/hello.ts";
import type { NodeName } from "../../lib/core/base/name.ts";
import type { InstanceId } from "../../lib/core/members/row.ts";
import { decodeUtf8, encodeUtf8 } from "../../lib/core/base/text.ts";
import { initiate, introduce, makeKeys } from "../../lib/transport/handshake.ts";
import type { HandshakeResult } from "../../lib/protocol/noise_handshake.ts";
import { listenTcp, type TcpOptions, type TcpTransport } from "../../lib/transport/tcp.ts";
import type {
  Deadlines,
  Outcome,
  Target,
  TransportHandler,
} from "../../lib/transport/transport.ts";
import { FramedSocket } from "../../lib/transport/framed_socket.ts";
import type { Connect } from "../../lib/transport/attempt.ts";
import { loudBarrier } from "../loud_barrier.ts";
import { needing } from "../permissions.ts";

export const loopback: Address = { host: "127.0.0.1", port: 0 };
export const cookie = "u3Wn0uS1kq3cN4v6YjzXb1Tt8lQm5Ro7Gh2Ed9Fa0Pw";
/** Long enough for a machine that does other things too; no test waits for it to pass. */
export const patient: Deadlines = { connectTimeoutMs: 20_000, answerTimeoutMs: 20_000 };

/** For what does not answer: the attempt to connect ends soon. */
export const never: Deadlines = { ...patient, connectTimeoutMs: 30 };

/** Declares a test that dials. */
export const dialling = (name: string, fn: () => Promise<void>): void =>
  Deno.test({ ...needing(name, "net"), fn });

/** Connects as nodes do. */
export const real = ({ host, port }: Address, signal: AbortSignal): ReturnType<Connect> =>
  Deno.connect({ hostname: host, port, signal });

/** Gets no answer at all. */
export const black = (_address: Address, signal: AbortSignal): ReturnType<Connect> =>
  new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason)));

export const randomBytes = (count: number): Uint8Array =>
  crypto.getRandomValues(new Uint8Array(count));

export const text = (bytes: Uint8Array): string => decodeUtf8(bytes) ?? "(not text)";
export const bytes = encodeUtf8;

/** A random instance id. */
export const newInstance = (): InstanceId =>
  Array.from(randomBytes(16), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** What a node was told, in order: `lost n1@h`, `stranger 127.0.0.1 …`, `notice n1@h …`. */
export class Story {
  readonly lines: string[] = [];
  readonly #waiting = new Set<() => void>();

  add(line: string): void {
    this.lines.push(line);
    for (const wake of this.#waiting) wake();
  }

  /** Resolves with the first line that begins like this, past or to come. */
  async line(beginning: string): Promise<string> {
    for (;;) {
      const found = this.lines.find((line) => line.startsWith(beginning));
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#waiting.delete(wake);
          resolve();
        };
        this.#waiting.add(wake);
      });
    }
  }
}

/** A node under test: answers `echo:<body>` unless told otherwise. */
export interface TestNode extends AsyncDisposable {
  readonly transport: TcpTransport;
  readonly hello: Hello;
  readonly story: Story;
  /** How others reach it. */
  readonly target: Target;
  ask(target: Target, body?: string, deadlines?: Deadlines): Promise<Outcome>;
}

export interface TestNodeOptions extends Partial<Omit<TcpOptions, "handler" | "hello">> {
  readonly name?: string;
  readonly instance?: InstanceId;
  readonly role?: Hello["role"];
  /** What it tells the others about where it is reached; nothing if left out. */
  readonly addresses?: Hello["addresses"];
  readonly onRequest?: TransportHandler["onRequest"];
}

export async function openNode(options: TestNodeOptions = {}): Promise<TestNode> {
  const { name = "n1@test", instance = newInstance(), role = "member", addresses = [], ...rest } =
    options;
  const story = new Story();
  const cluster = options.cluster ?? "default";
  const hello: Hello = {
    role,
    name: name as NodeName,
    instance,
    cluster,
    addresses,
    software: "test",
  };
  const transport = await listenTcp({
    listen: loopback,
    cookies: [cookie],
    cluster,
    clock: systemClock,
    barrier: loudBarrier,
    randomBytes,
    ...rest,
    hello: () => hello,
    handler: {
      onRequest: options.onRequest ??
        ((_from, body, answer) => answer(bytes(`echo:${text(body)}`))),
      onNotice: (from, body) => story.add(`notice ${from.name} ${text(body)}`),
      onLost: (from) => story.add(`lost ${from.name}`),
      onLate: (from) => story.add(`late ${from.name}`),
      onRejected: (address, reason) => story.add(`stranger ${address} ${reason}`),
    },
  });
  const target = {
    name: hello.name,
    instance,
    addresses: [{ host: "127.0.0.1", port: transport.port }],
  };
  return {
    transport,
    hello,
    story,
    target,
    ask: (whom, body = "hi", deadlines = patient) => transport.ask(whom, bytes(body), deadlines),
    [Symbol.asyncDispose]: () => transport[Symbol.asyncDispose](),
  };
}

/** A node that notes each request it is handed. */
export function openWitness(seen: string[]): Promise<TestNode> {
  return openNode({
    name: "witness@test",
    onRequest: (from, body, answer) => {
      seen.push(from.name);
      answer(bytes(`echo:${text(body)}`));
    },
  });
}

/** Fails unless `outcome` is the answer `expected`. */
export function assertAnswer(outcome: Outcome, expected = "echo:hi"): void {
  const told = outcome.kind === "answer" ? text(outcome.body) : JSON.stringify(outcome);
  assert.equal(told, expected);
}

/** Fails unless `outcome` is of `kind`; returns its detail. */
export function assertFailure(outcome: Outcome, kind: Outcome["kind"]): string {
  assert.equal(outcome.kind, kind, JSON.stringify(outcome));
  return outcome.kind === "answer" ? "" : outcome.detail;
}

/** A socket to a node. */
export function dialRaw(target: Target): Promise<Deno.TcpConn> {
  const [address] = target.addresses;
  assert.ok(address);
  return Deno.connect({ hostname: address.host, port: address.port });
}

/** All that comes until the other side closes. */
export async function readToEnd(socket: Deno.Conn): Promise<number> {
  const buffer = new Uint8Array(4096);
  let total = 0;
  try {
    for (let count = await socket.read(buffer); count !== null;) {
      total += count;
      count = await socket.read(buffer);
    }
  } catch {
    // A reset is an end as well.
  }
  return total;
}

/** An identified peer that can misbehave. */
export interface Rogue {
  readonly socket: Deno.TcpConn;
  readonly framed: FramedSocket;
  readonly ciphers: HandshakeResult;
  readonly hello: Hello;
}

/** Dials `target`, proves the cookie and says hello, honestly so far. */
export async function openRogue(target: Target, name = "rogue@test"): Promise<Rogue> {
  const socket = await dialRaw(target);
  const framed = new FramedSocket(socket, 65_536, 1_000_000);
  const keys = makeKeys([cookie], "default", randomBytes);
  const introduction = await initiate(framed, keys, keys.starts);
  assert.ok(introduction, JSON.stringify(framed.end));
  const hello: Hello = {
    role: "member",
    name: name as NodeName,
    instance: newInstance(),
    cluster: "default",
    addresses: [],
    software: "test",
  };
  introduce(framed, introduction.ciphers, hello, false);
  await framed.flushed();
  return { socket, framed, ciphers: introduction.ciphers, hello };
}

/** A TCP listener that treats each connection as `behave` says. */
export class FakeListener implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #sockets = new Set<Deno.TcpConn>();
  readonly #tasks: Promise<void>[] = [];
  readonly #accepting: Promise<void>;
  accepted = 0;

  constructor(behave: (socket: Deno.TcpConn) => Promise<void>) {
    this.#accepting = this.#acceptAll(behave);
  }

  get target(): Target {
    const { port } = this.#listener.addr;
    return {
      name: "fake@test" as NodeName,
      instance: undefined,
      addresses: [{ host: "127.0.0.1", port }],
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    // One may just have been accepted, and not be among the sockets yet.
    await this.#accepting;
    for (const socket of this.#sockets) closeQuietly(socket);
    await Promise.all(this.#tasks);
  }

  async #acceptAll(behave: (socket: Deno.TcpConn) => Promise<void>): Promise<void> {
    for await (const socket of this.#listener) {
      this.accepted++;
      this.#sockets.add(socket);
      this.#tasks.push(behave(socket).catch(() => {}));
    }
  }
}

export function closeQuietly(socket: { close(): void }): void {
  try {
    socket.close();
  } catch {
    // Closed already.
  }
}

/** A proxy in front of `target` that passes bytes through `change` on their way to it. */
export function openProxy(
  target: Target,
  change: (chunk: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer> | undefined,
): FakeListener {
  return new FakeListener(async (near) => {
    const far = await dialRaw(target);
    const pump = async (from: Deno.Conn, to: Deno.Conn, forth: boolean): Promise<void> => {
      const buffer = new Uint8Array(8192);
      try {
        for (let count = await from.read(buffer); count !== null; count = await from.read(buffer)) {
          const chunk = buffer.slice(0, count);
          const passed = forth ? change(chunk) : chunk;
          if (passed === undefined) break;
          await to.write(passed);
        }
      } catch {
        // One side is gone; so is the other soon.
      }
      closeQuietly(near);
      closeQuietly(far);
    };
    await Promise.all([pump(near, far, true), pump(far, near, false)]);
  });
}

/** `target` as seen through another listener. */
export function through(listener: FakeListener, target: Target): Target {
  return { ...target, addresses: listener.target.addresses };
}

/** A port at which nobody listens. */
export function deadTarget(): Target {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  return {
    name: "dead@test" as NodeName,
    instance: undefined,
    addresses: [{ host: "127.0.0.1", port }],
  };
}
