/**
 * Calls into storage that hangs.
 *
 * @module
 */
import assert from "node:assert/strict";
import { ListenerCount } from "../../support/listener_count.ts";
import { RegistryError } from "../../../lib/core/base/errors.ts";
import { TimedCalls } from "../../../lib/registry/common/timed_calls.ts";
import type { Call } from "../../../lib/registry/common/timed_calls.ts";
import { never } from "../rows.ts";
import { ManualClock } from "../../support/manual_clock.ts";

function setUp(): { clock: ManualClock; calls: TimedCalls } {
  const clock = new ManualClock();
  const explain = (error: unknown): string | undefined =>
    error instanceof RangeError ? error.message : undefined;
  return { clock, calls: new TimedCalls({ clock, timeoutMs: 1_000, explain }) };
}

Deno.test("run() gives up at the timeout, and says what the work was doing", async () => {
  const { clock, calls } = setUp();
  const work = Promise.withResolvers<void>();
  let late: Call | undefined;
  const stuck = calls.run("a", "do it", never, (call) => {
    late = call;
    call.doing = "thinking";
    return work.promise;
  });
  clock.pass(999);
  late?.checkpoint();
  clock.pass(1);
  await assert.rejects(stuck, {
    name: "RegistryError",
    message: "Cannot do it: no answer within 1000 ms, thinking",
  });
  assert.throws(() => late?.checkpoint(), RegistryError);
  work.resolve();
  await calls[Symbol.asyncDispose]();
});

Deno.test("run() waits on for a storage whose answer may have come while this process was held up", async () => {
  const { clock, calls } = setUp();
  const work = Promise.withResolvers<string>();
  const slow = calls.run("a", "do it", never, () => work.promise);
  clock.pass(5_000);
  work.resolve("done");
  assert.equal(await slow, "done");
  assert.equal(clock.pending, 0);
});

Deno.test("run() gives a storage that is getting on more time, and not for ever", async () => {
  const { clock, calls } = setUp();
  const work = Promise.withResolvers<string>();
  let isMoving = true;
  const slow = calls.run("a", "do it", never, (call) => {
    call.isGettingOn = () => isMoving;
    return work.promise;
  });
  for (let second = 0; second < 4; second++) clock.pass(1_000);
  isMoving = false;
  clock.pass(999);
  work.resolve("done");
  assert.equal(await slow, "done");
  const hang = Promise.withResolvers<void>();
  for (const [moves, waitedMs] of [[2, 3_000], [99, 5_000]] as const) {
    let left: number = moves;
    const stuck = calls.run(`${moves}`, "do it", never, (call) => {
      call.isGettingOn = () => left-- > 0;
      return hang.promise;
    });
    for (let second = 0; second < 5; second++) clock.pass(1_000);
    await assert.rejects(stuck, { message: `Cannot do it: no answer within ${waitedMs} ms` });
  }
  hang.resolve();
  await calls[Symbol.asyncDispose]();
});

Deno.test("run() starts nothing in a queueKey that is stuck, and forgets who gave up", async () => {
  const { clock, calls } = setUp();
  const work = Promise.withResolvers<void>();
  const started: string[] = [];
  const start = (queueKey: string, id: string): Promise<string> =>
    calls.run(queueKey, `do ${id}`, never, async () => {
      started.push(id);
      if (id === "first") await work.promise;
      return id;
    });
  const first = assert.rejects(start("a", "first"), RegistryError);
  const second = assert.rejects(start("a", "second"), /waiting for an earlier call/);
  assert.equal(await start("b", "other queueKey"), "other queueKey");
  clock.pass(1_000);
  await Promise.all([first, second]);
  const third = start("a", "third");
  assert.deepEqual(started, ["first", "other queueKey"]);
  work.resolve();
  assert.equal(await third, "third");
  assert.deepEqual(started, ["first", "other queueKey", "third"]);
  assert.equal(clock.pending, 0);
});

Deno.test("run() explains faults of the storage, and passes on what are bugs", async () => {
  const { calls } = setUp();
  const fail = (error: Error): Promise<never> =>
    calls.run("a", "do it", never, () => Promise.reject(error));
  const fault = new RangeError("disk full");
  await assert.rejects(fail(fault), { message: "Cannot do it: disk full", cause: fault });
  const bug = new TypeError("x is not a function");
  await assert.rejects(fail(bug), bug);
});

Deno.test("[Symbol.asyncDispose]() ends all calls and waits for work only so long", async () => {
  const { clock, calls } = setUp();
  const work = Promise.withResolvers<void>();
  const stuck = assert.rejects(
    calls.run("a", "do it", never, () => work.promise),
    /^RegistryError: Cannot do it: the registry is closed$/,
  );
  const closed = calls[Symbol.asyncDispose]();
  await stuck;
  await assert.rejects(calls.run("a", "do it", never, () => work.promise), RegistryError);
  assert.equal(clock.pending, 1);
  clock.pass(1_000);
  await closed;
  work.resolve();
});

Deno.test("run() leaves no listener on the signal", async () => {
  const { calls } = setUp();
  const count = new ListenerCount();
  const { signal } = count;
  for (let round = 0; round < 10; round++) {
    await calls.run("a", "do it", signal, () => Promise.resolve());
  }
  assert.equal(count.listeners, 0);
});

Deno.test("run() gives work that asks for its signal too late one that is aborted", async () => {
  const { calls } = setUp();
  const work = Promise.withResolvers<void>();
  const given = new AbortController();
  let late: Call | undefined;
  const stuck = calls.run("a", "do it", given.signal, (call) => {
    late = call;
    return work.promise;
  });
  given.abort(new Error("enough"));
  await assert.rejects(stuck, /enough/);
  assert.equal(late?.signal.aborted, true);
  work.resolve();
  await calls[Symbol.asyncDispose]();
});
