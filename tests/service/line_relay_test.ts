import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import fc from "fast-check";
import { lineMaxBytes, LineRelay, lineWaitMs } from "../../lib/service/line_relay.ts";
import { SharedOutput } from "../../lib/service/shared_output.ts";
import { ManualClock } from "../support/manual_clock.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A service's output, and what became of it: one text per write. */
class Pipe {
  readonly clock = new ManualClock();
  readonly writes: string[] = [];
  readonly relay: LineRelay;
  cancelled = false;
  #controller!: ReadableStreamDefaultController<Uint8Array>;

  constructor(write?: (bytes: Uint8Array) => Promise<unknown>) {
    const source = new ReadableStream<Uint8Array>({
      start: (controller) => void (this.#controller = controller),
      cancel: () => void (this.cancelled = true),
    });
    const keep = (bytes: Uint8Array): Promise<void> => {
      this.writes.push(decoder.decode(bytes));
      return Promise.resolve();
    };
    this.relay = new LineRelay(source, write ?? keep, this.clock);
  }

  async send(bytes: Uint8Array | string): Promise<void> {
    this.#controller.enqueue(typeof bytes === "string" ? encoder.encode(bytes) : bytes);
    await turns();
  }

  async end(): Promise<void> {
    this.#controller.close();
    await this.relay.ended;
  }
}

/** Lets all promises run that can. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}

Deno.test("LineRelay passes whole lines on at once, and the beginning of one with its end", async () => {
  const pipe = new Pipe();
  await pipe.send("one\ntwo\nthr");
  deepEqual(pipe.writes, ["one\ntwo\n"]);
  await pipe.send("ee\nfour\n");
  deepEqual(pipe.writes, ["one\ntwo\n", "three\nfour\n"]);
  equal(pipe.clock.pending, 0);
  await pipe.end();
});

Deno.test("LineRelay passes a prompt or a progress bar on without its end after a moment", async () => {
  const pipe = new Pipe();
  await pipe.send("10 %\r");
  pipe.clock.pass(lineWaitMs - 1);
  await pipe.send("20 %\r");
  deepEqual(pipe.writes, []);
  pipe.clock.pass(1);
  await turns();
  deepEqual(pipe.writes, ["10 %\r20 %\r"], "the first part does not wait longer for the second");
  await pipe.end();
});

Deno.test("LineRelay passes on the last line without a line break", async () => {
  const pipe = new Pipe();
  await pipe.send("bye");
  await pipe.end();
  deepEqual(pipe.writes, ["bye"]);
});

Deno.test("LineRelay keeps no more of a long line than it may", async () => {
  const pipe = new Pipe();
  const part = "x".repeat(lineMaxBytes / 4);
  for (let sent = 0; sent < 3; sent++) await pipe.send(part);
  deepEqual(pipe.writes, []);
  await pipe.send(part);
  deepEqual(pipe.writes, [part.repeat(4)]);
  await pipe.end();
});

Deno.test("LineRelay changes no byte, whatever they are and however they are cut", async () => {
  const chunks = fc.array(fc.uint8Array({ minLength: 1, maxLength: 20 }), { maxLength: 20 });
  await fc.assert(fc.asyncProperty(chunks, async (chunks) => {
    const got: number[] = [];
    const pipe = new Pipe((bytes) => {
      got.push(...bytes);
      return Promise.resolve();
    });
    for (const chunk of chunks) await pipe.send(chunk);
    await pipe.end();
    deepEqual(got, chunks.flatMap((chunk) => [...chunk]));
  }));
});

Deno.test("LineRelay reads no further than one chunk while a write waits", async () => {
  let pulls = 0;
  const source = new ReadableStream<Uint8Array>({
    pull(controller) {
      pulls++;
      controller.enqueue(encoder.encode("line\n"));
    },
  }, { highWaterMark: 0 });
  const relay = new LineRelay(source, () => new Promise(() => {}), new ManualClock());
  await turns();
  equal(pulls, 1);
  await relay.stop();
});

Deno.test("LineRelay tells the service when its reader has gone, and goes on after a full disk", async () => {
  const gone = new Pipe(() => Promise.reject(new Deno.errors.BrokenPipe("gone")));
  await gone.send("line\n");
  await gone.relay.ended;
  ok(gone.cancelled);
  const written: string[] = [];
  const full = new Pipe((bytes) => {
    if (written.push(decoder.decode(bytes)) === 1) return Promise.reject(new Error("disk full"));
    return Promise.resolve();
  });
  await full.send("lost\n");
  await full.send("kept\n");
  deepEqual(written, ["lost\n", "kept\n"]);
  await full.end();
  equal(full.cancelled, false);
});

Deno.test("SharedOutput writes each text in one piece, though the output takes a byte at a time", async () => {
  let written = "";
  const output = {
    async write(bytes: Uint8Array) {
      await Promise.resolve();
      written += decoder.decode(bytes.subarray(0, 1));
      return 1;
    },
  };
  const shared = new SharedOutput(output, new ManualClock());
  const texts = ["ours\n", "theirs\n", "ours again\n"];
  deepEqual(
    await Promise.all(texts.map((text) => shared.write(encoder.encode(text)))),
    texts.map((text) => text.length),
  );
  equal(written, texts.join(""));
});

Deno.test("SharedOutput begins a line of the node where a line begins, and cuts no other", async () => {
  let written = "";
  const output = {
    write(bytes: Uint8Array) {
      written += decoder.decode(bytes);
      return Promise.resolve(bytes.length);
    },
  };
  const shared = new SharedOutput(output, new ManualClock());
  const piece = (text: string): Promise<number> => shared.write(encoder.encode(text));
  const line = (text: string): Promise<number> => shared.lines.write(encoder.encode(text));
  await Promise.all(["10 %\r", "20 ", "%\r"].map(piece));
  equal(written, "10 %\r20 %\r", "no line of the node has come between");
  equal(await line("ours\n"), 5, "what stands between does not count");
  await line("ours again\n");
  await piece("30 %\r\n");
  await line("and again\n");
  equal(written, "10 %\r20 %\r\nours\nours again\n30 %\r\nand again\n");
});

Deno.test("SharedOutput goes on with a line of the node that a full disk has cut", async () => {
  let written = "";
  let room = 4;
  const output = {
    write(bytes: Uint8Array) {
      if (room === 0) return Promise.reject(new Error("disk full"));
      const part = bytes.subarray(0, room);
      written += decoder.decode(part);
      room -= part.length;
      return Promise.resolve(part.length);
    },
  };
  const shared = new SharedOutput(output, new ManualClock());
  const line = (text: string): Promise<number> => shared.lines.write(encoder.encode(text));
  await shared.write(encoder.encode("|"));
  equal(await line("ours\n"), 2);
  room = 100;
  await line("rs\n");
  room = 2;
  await shared.write(encoder.encode("|"));
  equal(await line("ours\n"), 0, "only what stands between is out");
  room = 100;
  await line("ours\n");
  equal(written, "|\nours\n|\nours\n");
});

Deno.test("SharedOutput tries a full pipe again, and says how far it came before a failure", async () => {
  const clock = new ManualClock();
  const outcomes: (number | Error)[] = [
    new Deno.errors.WouldBlock("full"),
    2,
    new Error("disk full"),
    new Error("disk full"),
    3,
  ];
  const output = {
    write: () => {
      const outcome = outcomes.shift();
      return typeof outcome === "number" ? Promise.resolve(outcome) : Promise.reject(outcome);
    },
  };
  const shared = new SharedOutput(output, clock);
  const first = shared.write(encoder.encode("abc"));
  await turns();
  clock.pass(10);
  equal(await first, 2);
  equal(await shared.write(encoder.encode("c")).catch((error) => error.message), "disk full");
  equal(await shared.write(encoder.encode("def")), 3, "one failure is not the end");
});

Deno.test("SharedOutput tells at once that its reader has gone, also in the middle of a text", async () => {
  const outcomes = [Promise.resolve(2), Promise.reject(new Deno.errors.BrokenPipe("gone"))];
  const output = { write: () => outcomes.shift() ?? Promise.resolve(0) };
  const shared = new SharedOutput(output, new ManualClock());
  await rejects(shared.write(encoder.encode("abc")), Deno.errors.BrokenPipe);
});
