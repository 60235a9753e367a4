/** A wire and its end: what is read before it, and which of several reasons it keeps. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { decodeUtf8, encodeUtf8 } from "../../lib/core/base/text.ts";
import { MessageSocket } from "../../lib/sockets/message_socket.ts";
import type { ByteSocket, MessageReader, SocketEnd } from "../../lib/sockets/message_socket.ts";
import { needing } from "../permissions.ts";
import { settle } from "../support/waiting.ts";

/** Messages are lines; a question mark in one makes no sense. */
class LineReader implements MessageReader {
  fault: string | undefined;
  #text = "";

  get unfinished(): boolean {
    return this.#text !== "";
  }

  feed(chunk: Uint8Array): void {
    this.#text += decodeUtf8(chunk) ?? "";
  }

  next(): Uint8Array | undefined {
    const length = this.#text.indexOf("\n");
    if (length < 0 || this.fault !== undefined) return undefined;
    const line = this.#text.slice(0, length);
    this.#text = this.#text.slice(length + 1);
    if (!line.includes("?")) return encodeUtf8(line);
    this.fault = `a question: ${line}`;
    return undefined;
  }
}

function textOf(message: Uint8Array | undefined): string | undefined {
  return message && decodeUtf8(message);
}

/** Lines over one socket. */
class LineSocket extends MessageSocket<LineReader> {
  constructor(socket: ByteSocket, queueMaxBytes = 10, chunkBytes = 4) {
    super(socket, { reader: new LineReader(), unit: "line", chunkBytes, queueMaxBytes });
  }

  write(text: string): void {
    this.writeBytes(encodeUtf8(text));
  }

  /** The next line, waited for. */
  async line(): Promise<string | undefined> {
    return textOf(await this.read());
  }

  /** All lines until the end. */
  async lines(): Promise<string[]> {
    const all: string[] = [];
    for (let line = await this.line(); line !== undefined; line = await this.line()) all.push(line);
    return all;
  }
}

/** A socket that the test is the other side of. */
class FakeSocket implements ByteSocket {
  closed = 0;
  readonly written: string[] = [];
  /** Set if each call of that kind fails. */
  isBroken = false;
  #incoming = "";
  #end: "open" | "closed" | Error = "open";
  #wake = (): void => {};

  /** The other side sends `text`, and then, if told so, ends. */
  send(text: string, end: "open" | "closed" | Error = "open"): void {
    this.#incoming += text;
    this.#end = end;
    this.#wake();
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    while (this.#incoming === "") {
      if (this.closed > 0) throw new Deno.errors.BadResource("Bad resource ID");
      if (this.#end === "closed") return null;
      if (this.#end !== "open") throw this.#end;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
    const { read, written } = new TextEncoder().encodeInto(this.#incoming, buffer);
    this.#incoming = this.#incoming.slice(read);
    return written;
  }

  write(bytes: Uint8Array): Promise<number> {
    if (this.isBroken) return Promise.reject(new Deno.errors.BrokenPipe("Broken pipe"));
    this.written.push(decodeUtf8(bytes) ?? "");
    // Nobody reads.
    return new Promise(() => {});
  }

  close(): void {
    this.closed++;
    this.#wake();
    if (this.isBroken) throw new Deno.errors.BadResource("Bad resource ID");
  }

  setNoDelay(): void {
    if (this.isBroken) throw new Deno.errors.BadResource("Bad resource ID");
  }
}

Deno.test("MessageSocket.read() gives messages in order, however they are cut, and then the end", async () => {
  const socket = new FakeSocket();
  const wire = new LineSocket(socket);
  socket.send("a\nb\n\nlong er\nc\n", "closed");
  assert.deepEqual(await wire.lines(), ["a", "b", "", "long er", "c"]);
  assert.deepEqual(wire.end, { kind: "closed", detail: "closed by the other side" });
  assert.equal(socket.closed, 1, "an end closes the socket");
});

Deno.test("MessageSocket.next() gives what has come, fill() waits for more, both until the end", async () => {
  const socket = new FakeSocket();
  const wire = new LineSocket(socket, 10, 100);
  assert.equal(wire.next(), undefined);
  const filled = wire.fill();
  socket.send("a\nb\nc");
  assert.ok(await filled);
  assert.deepEqual([wire.next(), wire.next(), wire.next()].map(textOf), ["a", "b", undefined]);
  socket.send("\nd\n");
  assert.ok(await wire.fill());
  assert.equal(textOf(wire.next()), "c");
  wire.close("ours", "enough");
  assert.equal(wire.next(), undefined, "what was not taken before the end is lost");
  assert.ok(!await wire.fill());
});

/** How it ends, by what the other side does after `a`. */
const ends: readonly (readonly [string, "closed" | Error, SocketEnd])[] = [
  ["", "closed", { kind: "closed", detail: "closed by the other side" }],
  ["hal", "closed", { kind: "garbage", detail: "closed in the middle of a line" }],
  ["", new Error("Connection reset by peer (os error 104)"), {
    kind: "reset",
    detail: "Connection reset by peer",
  }],
  ["hal", new Error(""), { kind: "reset", detail: "Error" }],
  ["why?\nb\n", "closed", { kind: "garbage", detail: "a question: why?" }],
];

for (const [rest, how, end] of ends) {
  Deno.test(`MessageSocket ends with ${end.kind} (${end.detail}), after what came before`, async () => {
    const socket = new FakeSocket();
    const wire = new LineSocket(socket);
    socket.send(`a\n${rest}`, how);
    assert.deepEqual(await wire.lines(), ["a"]);
    assert.deepEqual(wire.end, end);
    assert.equal(socket.closed, 1);
    assert.equal(await wire.line(), undefined);
  });
}

Deno.test("MessageSocket.close() ends a read that waits, and only the first reason counts", async () => {
  const socket = new FakeSocket();
  const wire = new LineSocket(socket);
  const line = wire.line();
  await settle();
  wire.close("ours", "the node stops");
  wire.close("garbage", "too late");
  assert.equal(await line, undefined);
  assert.deepEqual(wire.end, { kind: "ours", detail: "the node stops" });
  assert.equal(socket.closed, 1);
});

Deno.test("MessageSocket gives nothing that comes in after its end", async () => {
  const socket = new FakeSocket();
  const wire = new LineSocket(socket);
  const filled = wire.fill();
  await settle();
  socket.send("a\n");
  wire.close("ours", "enough");
  assert.ok(!await filled);
  assert.equal(wire.next(), undefined);
});

Deno.test("MessageSocket ends when more waits to be written than may, and not before", async () => {
  const socket = new FakeSocket();
  const wire = new LineSocket(socket);
  wire.write("12345");
  await settle();
  wire.write("67890");
  assert.equal(wire.end, undefined);
  const flushed = wire.flushed();
  wire.write("1");
  const detail = "the other side does not read: 11 bytes are waiting";
  assert.deepEqual(wire.end, { kind: "ours", detail });
  await flushed;
  wire.write("2");
  await wire.flushed();
  assert.deepEqual([socket.written, socket.closed], [["12345"], 1]);
});

Deno.test("MessageSocket.close() lets go who waits for what is queued, and writes none of it", async () => {
  const socket = new FakeSocket();
  const wire = new LineSocket(socket);
  wire.write("a");
  const flushed = wire.flushed();
  wire.close("ours", "enough");
  await flushed;
  assert.deepEqual(socket.written, []);
});

Deno.test("MessageSocket still reads the goodbye of a peer to which nothing can be written", async () => {
  const socket = new FakeSocket();
  const wire = new LineSocket(socket);
  socket.isBroken = true;
  wire.write("a");
  await wire.flushed();
  assert.equal(wire.end, undefined);
  socket.send("goodbye\n", "closed");
  assert.deepEqual(await wire.lines(), ["goodbye"]);
  assert.deepEqual(wire.end, { kind: "closed", detail: "closed by the other side" });
});

Deno.test("MessageSocket takes a socket that is gone already, and tells its end by reading", async () => {
  const socket = new FakeSocket();
  socket.isBroken = true;
  socket.send("", new Error("Connection reset by peer (os error 104)"));
  const wire = new LineSocket(socket);
  assert.equal(await wire.line(), undefined);
  assert.deepEqual(wire.end, { kind: "reset", detail: "Connection reset by peer" });
});

Deno.test({
  ...needing("MessageSocket carries messages over TCP both ways until one side closes", "net"),
  async fn() {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr;
    const far = new LineSocket(await Deno.connect({ hostname: "127.0.0.1", port }));
    const near = new LineSocket(await listener.accept());
    near.write("ping\n");
    assert.equal(await far.line(), "ping");
    far.write("pong\n");
    await far.flushed();
    far.close("ours", "done");
    assert.deepEqual(await near.lines(), ["pong"]);
    assert.equal(near.end?.kind, "closed");
  },
});

Deno.test({
  ...needing(
    "MessageSocket tells a peer that resets the connection from one that closes it",
    "net",
  ),
  async fn() {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const far = connect(listener.addr.port, "127.0.0.1");
    const near = new LineSocket(await listener.accept());
    near.write("unread\n");
    await near.flushed();
    far.resetAndDestroy();
    await once(far, "close");
    assert.equal(await near.line(), undefined);
    assert.deepEqual(near.end, { kind: "reset", detail: "Connection reset by peer" });
  },
});
