/** The stream that the page follows. */
import assert from "node:assert/strict";
import { EventParser } from "../../../lib/http/page/state/event_parser.ts";
import { Follower } from "../../../lib/http/page/state/follow.ts";
import type { Connection } from "../../../lib/http/page/state/follow.ts";
import { ManualClock } from "../../support/manual_clock.ts";
import { until } from "../../support/waiting.ts";

Deno.test("EventParser.push() gives events once they are complete, wherever the text is cut", () => {
  const text = "event: node\ndata: {}\n\n: still here\n\nid: ab-7\r\nevent:change\r\n" +
    "data: one\r\ndata: two\r\n\r\ndata: bare\n\n";
  const events = [
    { event: "node", data: "{}", id: undefined },
    { event: "change", data: "one\ntwo", id: "ab-7" },
    { event: "message", data: "bare", id: undefined },
  ];
  for (const size of [1, 2, 7, text.length]) {
    const parser = new EventParser();
    const parts = Array.from(
      { length: Math.ceil(text.length / size) },
      (_, index) => text.slice(index * size, (index + 1) * size),
    );
    assert.deepEqual(parts.flatMap((part) => parser.push(part)), events, `by ${size}`);
  }
});

/** A node that answers as it is told, and what a follower made of that. */
class FakeNode implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly asked: (string | undefined)[] = [];
  readonly told: string[] = [];
  readonly connections: Connection[] = [];
  answer: () => Response = () => {
    throw new TypeError("refused");
  };
  readonly follower: Follower;
  readonly #end = new AbortController();
  readonly #done: Promise<void>;

  constructor() {
    this.follower = new Follower({
      clock: this.clock,
      open: (lastId, signal) => {
        this.asked.push(lastId);
        const response = this.answer();
        signal.addEventListener("abort", () => this.#stream?.error(signal.reason), { once: true });
        return Promise.resolve(response);
      },
      onEvent: ({ data }) => this.told.push(data),
      onConnection: (connection) => this.connections.push(connection),
    });
    this.#done = this.follower.run(this.#end.signal);
  }

  #stream: ReadableStreamDefaultController<Uint8Array> | undefined;

  /** A stream that stays open. */
  open(): Response {
    return new Response(
      new ReadableStream({
        start: (controller) => {
          this.#stream = controller;
        },
      }),
    );
  }

  send(text: string): void {
    this.#stream?.enqueue(new TextEncoder().encode(text));
  }

  hangUp(): void {
    this.#stream?.close();
    this.#stream = undefined;
  }

  get last(): Connection | undefined {
    return this.connections.at(-1);
  }

  async connected(): Promise<void> {
    await until("it is connected", () => this.last?.kind === "open");
  }

  async lost(count: number): Promise<void> {
    await until("it is lost", () => this.asked.length === count && this.last?.kind === "lost");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    await this.#done;
  }
}

Deno.test("Follower goes on where it was after the connection has ended", async () => {
  await using node = new FakeNode();
  node.answer = () => node.open();
  await node.lost(1);
  await node.clock.passGradually(500);
  await node.connected();
  node.send("id: aa-5\ndata: one\n\n");
  await until("the event came", () => node.told.length === 1);
  node.hangUp();
  await until("it is lost", () => node.last?.kind === "lost");
  await node.clock.passGradually(1000);
  await node.connected();
  assert.deepEqual(node.asked, [undefined, undefined, "aa-5"]);
});

Deno.test("Follower waits longer after each failure, and at once tries when it is hurried", async () => {
  await using node = new FakeNode();
  const pauses: number[] = [];
  for (let tries = 1; tries <= 7; tries++) {
    await node.lost(tries);
    const { last } = node;
    assert.ok(last?.kind === "lost");
    assert.equal(last.at, 0, "lost since the first failure");
    const pauseMs = last.retryAt - node.clock.now();
    pauses.push(pauseMs);
    await node.clock.passGradually(pauseMs);
  }
  assert.deepEqual(pauses, [500, 1000, 2000, 4000, 8000, 8000, 8000]);
  await node.lost(8);
  node.answer = () => node.open();
  node.follower.hurry();
  await node.connected();
  assert.equal(node.asked.length, 9);
});

Deno.test("Follower takes a stream for lost that says nothing for 25 s", async () => {
  await using node = new FakeNode();
  await node.lost(1);
  node.answer = () => node.open();
  node.follower.hurry();
  await node.connected();
  await node.clock.passGradually(24_000);
  node.send(": still here\n\n");
  await node.clock.passGradually(24_000);
  assert.equal(node.last?.kind, "open");
  await node.clock.passGradually(1000);
  await until("it is lost", () => node.last?.kind === "lost");
  assert.deepEqual(node.last, {
    kind: "lost",
    at: 49_000,
    retryAt: 49_500,
    reason: "The node has said nothing for 25 s",
  });
});

Deno.test("Follower tells the sentence with which a node refuses", async () => {
  await using node = new FakeNode();
  await node.lost(1);
  node.answer = () => new Response("This node wants a token\n", { status: 401 });
  node.follower.hurry();
  await node.lost(2);
  assert.ok(node.last?.kind === "lost");
  assert.equal(node.last.reason, "This node wants a token");
});
