/** Being registered with an EPMD that does not keep its word. */
import assert from "node:assert/strict";
import { encodeAliveAnswer } from "../../lib/beam/epmd/epmd_message.ts";
import { type BeamLimits, defaultLimits } from "../../lib/beam/limits.ts";
import { KeptRegistration } from "../../lib/beam/epmd/registration.ts";
import type { Clock } from "../../lib/clock.ts";
import { needing } from "../permissions.ts";
import { FakeListener, randomBytes } from "../transport/fixtures.ts";
import { loudBarrier } from "../loud_barrier.ts";
import { until } from "../support/waiting.ts";

/** A deadline that is no pause. */
const limits: BeamLimits = { ...defaultLimits, epmdAnswerTimeoutMs: 2_001 };

/** Pauses that are looked at. */
const pausesMax = 9;

/**
 * A clock on which pauses are over at once, and remembered, but for the last; so are deadlines, if
 * wished.
 */
class HastyClock implements Clock {
  readonly pausesMs: number[] = [];
  readonly #hasPatience: boolean;
  #nowMs = 0;

  constructor(hasPatience: boolean) {
    this.#hasPatience = hasPatience;
  }

  now(): number {
    return this.#nowMs;
  }

  nowUs(): number {
    return this.#nowMs * 1000;
  }

  wallTime(): number {
    return this.#nowMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    if (delayMs === limits.epmdAnswerTimeoutMs) {
      if (!this.#hasPatience) queueMicrotask(callback);
      return () => {};
    }
    this.pausesMs.push(delayMs);
    this.#nowMs += delayMs;
    if (this.pausesMs.length < pausesMax) queueMicrotask(callback);
    return () => {};
  }
}

/** The pauses between registrations with an EPMD that gives `answer` and hangs up, and the notes. */
async function met(
  answer: Uint8Array,
  hasPatience = true,
): Promise<{ pausesMs: number[]; notes: string[] }> {
  const clock = new HastyClock(hasPatience);
  const notes: string[] = [];
  await using epmd = new FakeListener(async (socket) => {
    await socket.read(new Uint8Array(256));
    await socket.write(answer);
    socket.close();
  });
  const kept = new KeptRegistration({
    ...{ clock, barrier: loudBarrier, limits, randomBytes },
    ...{ alive: "n1", port: 40_000, serve: undefined },
    epmdPort: epmd.target.addresses[0]?.port ?? 0,
    onNote: (_level, message) => void notes.push(message),
  });
  try {
    await until("all pauses", () => clock.pausesMs.length >= pausesMax);
  } finally {
    await kept[Symbol.asyncDispose]();
  }
  return { pausesMs: clock.pausesMs, notes };
}

Deno.test({
  ...needing(
    "an EPMD that registers and hangs up is asked ever more seldom, up to a minute",
    "net",
  ),
  async fn() {
    const { pausesMs, notes } = await met(encodeAliveAnswer(false, 5, 6));
    assert.deepEqual(pausesMs, [1, 2, 4, 8, 16, 32, 60, 60, 60].map((seconds) => seconds * 1000));
    assert.equal(notes.length, 2 * pausesMax);
  },
});

Deno.test({
  ...needing("an EPMD that refuses is asked each second, and that is said once", "net"),
  async fn() {
    const { pausesMs, notes } = await met(encodeAliveAnswer(true, 5, 6));
    assert.deepEqual(pausesMs, Array(pausesMax).fill(1000));
    assert.equal(notes.length, 1);
    assert.match(notes[0] ?? "", /: somebody else is registered as n1\.$/);
  },
});

Deno.test({
  ...needing("an EPMD to which no connection comes is given up in time, and that is said", "net"),
  async fn() {
    const { notes } = await met(encodeAliveAnswer(false, 5, 6), false);
    assert.equal(notes.length, 1);
    assert.match(notes[0] ?? "", /, so no BEAM node finds it: no connection within 2001 ms\.$/);
  },
});
