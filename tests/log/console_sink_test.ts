import assert from "node:assert/strict";
import { ConsoleSink, type ConsoleWriter } from "../../lib/log/console_sink.ts";
import { bytes } from "../lines/fakes.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { settle } from "../support/waiting.ts";

/** A console that takes what it is allowed to, and fails as it is told. */
class FakeConsole implements ConsoleWriter {
  text = "";
  writes = 0;
  takesBytes = Infinity;
  failure: Error | undefined;
  #blocked: PromiseWithResolvers<void> | undefined;

  block(): void {
    this.#blocked = Promise.withResolvers();
  }

  unblock(): void {
    this.#blocked?.resolve();
    this.#blocked = undefined;
  }

  async write(lines: Uint8Array): Promise<number> {
    this.writes++;
    await this.#blocked?.promise;
    if (this.failure) throw this.failure;
    const length = Math.min(lines.length, this.takesBytes);
    this.text += new TextDecoder().decode(lines.subarray(0, length));
    return length;
  }
}

function open(writer: ConsoleWriter): { sink: ConsoleSink; clock: ManualClock } {
  const clock = new ManualClock(1_700_000_000_000);
  const note = (message: string): Uint8Array => bytes(`note: ${message}\n`);
  return { sink: new ConsoleSink({ writer, clock, note, bufferMaxBytes: 8, retryMs: 200 }), clock };
}

Deno.test("ConsoleSink.write() sends lines of one turn in one write", async () => {
  const writer = new FakeConsole();
  const { sink, clock } = open(writer);
  sink.write(bytes("a\n"));
  sink.write(bytes("b\n"));
  assert.equal(writer.text, "");
  assert.ok(await sink.flush(1000));
  assert.equal(writer.text, "a\nb\n");
  assert.equal(writer.writes, 1);
  assert.equal(clock.pending, 0);
});

Deno.test("ConsoleSink drops the oldest lines and says so when the pipe is blocked", async () => {
  const writer = new FakeConsole();
  const { sink } = open(writer);
  writer.block();
  sink.write(bytes("in flight\n".slice(2)));
  await settle();
  for (const line of ["aaa\n", "bbb\n", "ccc\n", "ddd\n"]) sink.write(bytes(line));
  await settle();
  assert.equal(writer.writes, 1);
  writer.unblock();
  assert.ok(await sink.flush(1000));
  assert.equal(
    writer.text,
    " flight\nnote: 2 log lines are missing here: the console was too slow\nccc\nddd\n",
  );
});

Deno.test("ConsoleSink.flush() and close() return after their time when the pipe is blocked", async () => {
  const writer = new FakeConsole();
  const { sink, clock } = open(writer);
  writer.block();
  sink.write(bytes("a\n"));
  const flushed = sink.flush(100);
  await clock.passGradually(100);
  assert.equal(await flushed, false);
  const closed = sink.close(100);
  await clock.passGradually(100);
  await closed;
  assert.equal(clock.pending, 0);
  writer.unblock();
  await settle();
});

Deno.test("ConsoleSink goes silent when the reader has gone", async () => {
  const writer = new FakeConsole();
  const { sink, clock } = open(writer);
  writer.failure = new Deno.errors.BrokenPipe("Broken pipe (os error 32)");
  sink.write(bytes("a\n"));
  assert.ok(await sink.flush(1000));
  assert.ok(sink.readerGone);
  sink.write(bytes("b\n"));
  assert.ok(await sink.flush(1000));
  assert.equal(writer.writes, 1);
  assert.equal(clock.pending, 0);
});

Deno.test("ConsoleSink continues a line in the middle when a short write was followed by an error", async () => {
  const writer = new FakeConsole();
  const { sink, clock } = open(writer);
  writer.takesBytes = 2;
  const write = writer.write.bind(writer);
  writer.write = (lines) => {
    if (writer.writes === 1) writer.failure = new Deno.errors.WouldBlock("again");
    return write(lines);
  };
  sink.write(bytes("abcde\n"));
  await settle();
  assert.equal(writer.text, "ab");
  for (const line of ["111\n", "222\n", "333\n"]) sink.write(bytes(line));
  writer.write = write;
  writer.failure = undefined;
  await clock.passGradually(200);
  assert.equal(
    writer.text,
    "abcde\nnote: 1 log line is missing here: the console was too slow\n222\n333\n",
  );
});
