import assert from "node:assert/strict";
import fc from "fast-check";
import { attemptDelayMs, firstOf, interleaved } from "../../lib/sockets/happy_eyeballs.ts";
import { ManualClock } from "../support/manual_clock.ts";

const never = new AbortController().signal;
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** Attempts that succeed and fail by hand. */
class Attempts {
  readonly begun: string[] = [];
  readonly late: string[] = [];
  readonly clock = new ManualClock();
  readonly #open = new Map<string, PromiseWithResolvers<string>>();

  run(hosts: readonly string[], signal = never): Promise<string> {
    const attempt = (host: string, either: AbortSignal): Promise<string> => {
      this.begun.push(host);
      const end = Promise.withResolvers<string>();
      this.#open.set(host, end);
      either.addEventListener("abort", () => end.reject(either.reason));
      return end.promise;
    };
    return firstOf(hosts, this.clock, signal, attempt, (host) => this.late.push(host));
  }

  succeed(...hosts: string[]): Promise<void> {
    for (const host of hosts) this.#open.get(host)?.resolve(host);
    return settled();
  }

  fail(host: string): Promise<void> {
    this.#open.get(host)?.reject(new Error(`${host} failed`));
    return settled();
  }
}

Deno.test("interleaved() takes families in turn and loses nothing", () => {
  const hosts = (...all: string[]) => all.map((host) => ({ host }));
  const mixed = hosts("fd00::1", "fd00::2", "fd00::3", "10.0.0.1", "name");
  const wanted = hosts("fd00::1", "10.0.0.1", "name", "fd00::2", "fd00::3");
  assert.deepEqual(interleaved(mixed), wanted);
  const any = fc.array(
    fc.record({ host: fc.constantFrom("::1", "::2", "1.1.1.1", "2.2.2.2", "n") }),
  );
  fc.assert(fc.property(any, (places) => {
    const given = interleaved(places);
    assert.deepEqual(new Set(given), new Set(places));
    assert.equal(given.length, places.length);
  }));
});

Deno.test("firstOf() begins the next after a while, and at once when one fails", async () => {
  const attempts = new Attempts();
  const first = attempts.run(["a", "b", "c", "d"]);
  assert.deepEqual(attempts.begun, ["a"]);
  attempts.clock.pass(attemptDelayMs - 1);
  assert.deepEqual(attempts.begun, ["a"]);
  attempts.clock.pass(1);
  assert.deepEqual(attempts.begun, ["a", "b"]);
  await attempts.fail("a");
  assert.deepEqual(attempts.begun, ["a", "b", "c"]);
  await attempts.succeed("b", "c");
  assert.equal(await first, "b");
  assert.deepEqual(attempts.late, ["c"], "what was slower is handed over to be closed");
  assert.equal(attempts.clock.pending, 0);
});

Deno.test("firstOf() fails when all do, and at once when it is given up", async () => {
  const attempts = new Attempts();
  const failing = assert.rejects(attempts.run(["a", "b"]), /^Error: b failed$/);
  await attempts.fail("a");
  await attempts.fail("b");
  await failing;
  const giveUp = new AbortController();
  const given = assert.rejects(attempts.run(["c", "d"], giveUp.signal), /^Error: enough$/);
  giveUp.abort(new Error("enough"));
  await given;
  await assert.rejects(attempts.run(["e"], giveUp.signal), /^Error: enough$/);
  assert.deepEqual(attempts.begun, ["a", "b", "c"]);
  assert.equal(attempts.clock.pending, 0);
});
