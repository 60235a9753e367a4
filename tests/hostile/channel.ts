/**
 * A connection to a node, as docs/protocol.md describes it: frames, the handshake, envelopes.
 *
 * It keeps to the protocol unless told otherwise: {@linkcode Channel.sendPlain} and
 * {@linkcode Channel.sendBytes} put anything on the wire. It shares no code with the program.
 *
 * @module
 */
import {
  bytesOf,
  type Ciphers,
  Initiator,
  joined,
  prologueOf,
  pskOf,
  Responder,
  secretOf,
} from "./noise.ts";

/** The first byte of an envelope. */
export const kinds = { request: 1, answer: 2, notice: 3, hello: 4, visit: 5, goodbye: 6 } as const;

/** What an envelope is for. */
export type Kind = keyof typeof kinds;

/** Who somebody says to be. */
export interface Hello {
  readonly role: string;
  readonly name: string;
  readonly instance: string;
  readonly cluster: string;
  readonly addresses: readonly { readonly host: string; readonly port: number }[];
  readonly software: string;
}

/** An envelope that came. */
export interface Envelope {
  readonly kind: Kind | undefined;
  readonly id: number;
  readonly body: Uint8Array;
}

/** What a connection ended with, before it was identified. */
export class Rejected extends Error {
  override readonly name = "Rejected";
}

/** Any value of JSON, also one that the protocol knows nothing of. */
export type Json = unknown;

/** Cuts a TCP stream into frames. */
export class Frames {
  readonly #conn: Deno.Conn;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(conn: Deno.Conn) {
    this.#conn = conn;
  }

  /** The payload of the next frame; `undefined` when the connection has ended. */
  async next(): Promise<Uint8Array | undefined> {
    for (;;) {
      const length = this.#rest.length < 4 ? undefined : view(this.#rest).getUint32(0);
      if (length !== undefined && this.#rest.length >= 4 + length) {
        const payload = this.#rest.slice(4, 4 + length);
        this.#rest = this.#rest.slice(4 + length);
        return payload;
      }
      const chunk = new Uint8Array(65_536);
      const count = await this.#conn.read(chunk).catch(() => null);
      if (count === null) return undefined;
      this.#rest = joined(this.#rest, chunk.subarray(0, count));
    }
  }
}

/** `payload` as a frame. */
export function frame(payload: Uint8Array): Uint8Array {
  const header = new Uint8Array(4);
  view(header).setUint32(0, payload.length);
  return joined(header, payload);
}

/** An envelope as bytes. */
export function envelope(kind: Kind, id: number, body: Uint8Array): Uint8Array {
  if (kind !== "request" && kind !== "answer") return joined(Uint8Array.of(kinds[kind]), body);
  const header = new Uint8Array(5);
  header[0] = kinds[kind];
  view(header).setUint32(1, id);
  return joined(header, body);
}

/** How to dial or to accept. */
export interface Membership {
  readonly cookie: string;
  readonly cluster: string;
  readonly hello: Hello;
}

/** An identified connection. */
export class Channel {
  readonly conn: Deno.Conn;
  /** What the other side said about itself. */
  readonly peer: Hello;
  readonly #frames: Frames;
  readonly #ciphers: Ciphers;
  readonly #waiting = new Map<number, (body: Uint8Array | undefined) => void>();
  #next = 0;
  #ended = false;
  #writing: Promise<unknown> = Promise.resolve();

  constructor(conn: Deno.Conn, frames: Frames, ciphers: Ciphers, peer: Hello) {
    this.conn = conn;
    this.peer = peer;
    this.#frames = frames;
    this.#ciphers = ciphers;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Bytes as they are: most of them end the connection. */
  sendBytes(bytes: Uint8Array): Promise<void> {
    const write = async (): Promise<void> => {
      let rest = bytes;
      while (rest.length > 0 && !this.#ended) rest = rest.subarray(await this.conn.write(rest));
    };
    const done = this.#writing.then(write).catch(() => this.close());
    this.#writing = done;
    return done;
  }

  /** An encrypted frame with any plaintext. */
  sendPlain(plain: Uint8Array): Promise<void> {
    return this.sendBytes(frame(this.#ciphers.send.encrypt(plain)));
  }

  send(kind: Kind, id: number, body: Uint8Array | Json): Promise<void> {
    return this.sendPlain(envelope(kind, id, bodyOf(body)));
  }

  /** Asks, and waits for the answer; `undefined` if the connection ends before. */
  async request(body: Uint8Array | Json): Promise<Json> {
    const id = this.#next++;
    const { promise, resolve } = Promise.withResolvers<Uint8Array | undefined>();
    this.#waiting.set(id, resolve);
    if (this.#ended) resolve(undefined);
    await this.send("request", id, body);
    const answer = await promise;
    return answer && JSON.parse(new TextDecoder().decode(answer));
  }

  /** Asks, and forgets the answer. */
  ask(body: Uint8Array | Json): Promise<void> {
    return this.send("request", this.#next++, body);
  }

  /** Reads until the connection ends; answers go to those who wait, all else to `take`. */
  async run(take: (envelope: Envelope) => void = () => {}): Promise<void> {
    for (;;) {
      const payload = await this.#frames.next();
      if (payload === undefined) break;
      const plain = this.#ciphers.receive.decrypt(payload);
      const found = decoded(plain);
      if (found.kind !== "answer") {
        take(found);
        continue;
      }
      this.#waiting.get(found.id)?.(found.body);
      this.#waiting.delete(found.id);
    }
    this.close();
  }

  close(): void {
    if (this.#ended) return;
    this.#ended = true;
    for (const resolve of this.#waiting.values()) resolve(undefined);
    closeQuietly(this.conn);
  }
}

/**
 * Dials a node and says hello.
 *
 * @throws {Rejected} if it closes, or does not hold the cookie
 */
export async function dial(
  address: { readonly hostname: string; readonly port: number },
  { cookie, cluster, hello }: Membership,
  kind: "hello" | "visit" = "hello",
): Promise<Channel> {
  const conn = await Deno.connect(address);
  try {
    const frames = new Frames(conn);
    const initiator = new Initiator(prologueOf(cluster), pskOf(secretOf(cookie, cluster)));
    await writeAll(conn, frame(initiator.first()));
    const message = await frames.next();
    if (message === undefined) throw new Rejected("closed without a word");
    const { payload, ciphers } = initiator.finish(message);
    const channel = new Channel(conn, frames, ciphers, parsed(payload) as Hello);
    await channel.send(kind, 0, hello);
    return channel;
  } catch (error) {
    closeQuietly(conn);
    throw error;
  }
}

/**
 * Takes in who has dialled.
 *
 * @throws {Rejected} if it closes before it has said who it is; other errors if it is no member
 */
export async function accept(
  conn: Deno.Conn,
  { cookie, cluster, hello }: Membership,
): Promise<Channel> {
  try {
    const frames = new Frames(conn);
    const first = await frames.next();
    if (first === undefined) throw new Rejected("closed without a word");
    const responder = new Responder(prologueOf(cluster), pskOf(secretOf(cookie, cluster)));
    const { message, ciphers } = responder.answer(first, bodyOf(hello));
    await writeAll(conn, frame(message));
    const sealed = await frames.next();
    if (sealed === undefined) throw new Rejected("closed before its hello");
    const { kind, body } = decoded(ciphers.receive.decrypt(sealed));
    if (kind !== "hello" && kind !== "visit") throw new Rejected("no hello");
    return new Channel(conn, frames, ciphers, parsed(body) as Hello);
  } catch (error) {
    closeQuietly(conn);
    throw error;
  }
}

/** The name of the cluster of a node, for a holder of the same cookie, a strong one. */
export async function clusterOf(
  address: { readonly hostname: string; readonly port: number },
  cookie: string,
): Promise<string | undefined> {
  using conn = await Deno.connect(address);
  const frames = new Frames(conn);
  const initiator = new Initiator(prologueOf(), pskOf(cookie));
  await writeAll(conn, frame(initiator.first()));
  const message = await frames.next();
  return message && new TextDecoder().decode(initiator.finish(message).payload);
}

/** Reads an envelope. */
export function decoded(plain: Uint8Array): Envelope {
  const kind = (Object.keys(kinds) as Kind[]).find((one) => kinds[one] === plain[0]);
  if (kind !== "request" && kind !== "answer") return { kind, id: 0, body: plain.slice(1) };
  return { kind, id: view(plain).getUint32(1), body: plain.slice(5) };
}

/** A body as JSON. */
export function parsed(body: Uint8Array): Json {
  return JSON.parse(new TextDecoder().decode(body));
}

function bodyOf(body: Uint8Array | Json): Uint8Array {
  return body instanceof Uint8Array ? body : bytesOf(JSON.stringify(body));
}

/** Closes a connection that may be closed already. */
export function closeQuietly(conn: Deno.Conn): void {
  try {
    conn.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}

async function writeAll(conn: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let rest = bytes; rest.length > 0;) rest = rest.subarray(await conn.write(rest));
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
