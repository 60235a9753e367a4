import assert from "node:assert/strict";
import { defaultResolverLimits, HostResolver } from "../../lib/sockets/resolver.ts";
import type { ResolverLimits } from "../../lib/sockets/resolver.ts";
import { ManualClock } from "../support/manual_clock.ts";

const never = new AbortController().signal;
const { freshMs, staleWaitMs, retryMinMs, retryMaxMs } = defaultResolverLimits;

/** A system whose answers are given by hand, and a resolver that asks it. */
class Scene {
  readonly clock = new ManualClock();
  /** Every question so far. */
  readonly questions: string[] = [];
  readonly #open = new Map<string, PromiseWithResolvers<readonly string[]>>();
  readonly resolver: HostResolver;

  constructor(limits?: Partial<ResolverLimits>) {
    const lookup = (host: string): Promise<readonly string[]> => {
      assert.ok(!this.#open.has(host), `${host} is asked for twice at once`);
      this.questions.push(host);
      const answer = Promise.withResolvers<readonly string[]>();
      this.#open.set(host, answer);
      return answer.promise;
    };
    this.resolver = new HostResolver({ clock: this.clock, lookup, ...(limits && { limits }) });
  }

  /** Hosts that are being asked for. */
  get open(): string[] {
    return [...this.#open.keys()];
  }

  ask(host: string, signal = never): Promise<readonly string[]> {
    return this.resolver.addressesOf(host, signal);
  }

  async answer(host: string, ...addresses: string[]): Promise<void> {
    this.#take(host).resolve(addresses);
    await settled();
  }

  async fail(host: string, code = "ENOTFOUND"): Promise<void> {
    this.#take(host).reject(Object.assign(new Error(`getaddrinfo ${code} ${host}`), { code }));
    await settled();
  }

  #take(host: string): PromiseWithResolvers<readonly string[]> {
    const answer = this.#open.get(host);
    assert.ok(answer, `${host} is asked for`);
    this.#open.delete(host);
    return answer;
  }
}

/** Lets everything happen that waits for nothing but its turn. */
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

Deno.test("addressesOf() gives IP addresses back without asking", async () => {
  const scene = new Scene();
  for (const host of ["10.0.0.1", "fd00::1", "fe80::1%eth0"]) {
    assert.deepEqual(await scene.ask(host), [host]);
  }
  assert.deepEqual(scene.questions, []);
});

Deno.test("addressesOf() asks once for all who wait, and again when the answer is old", async () => {
  const scene = new Scene();
  const asked = [scene.ask("a"), scene.ask("a")];
  await scene.answer("a", "fd00::1", "10.0.0.1", "10.0.0.1");
  for (const one of asked) assert.deepEqual(await one, ["fd00::1", "10.0.0.1"]);
  scene.clock.pass(freshMs - 1);
  assert.deepEqual(await scene.ask("a"), ["fd00::1", "10.0.0.1"]);
  assert.deepEqual(scene.questions, ["a"]);
  scene.clock.pass(1);
  const again = scene.ask("a");
  await scene.answer("a", "10.0.0.2");
  assert.deepEqual(await again, ["10.0.0.2"]);
});

Deno.test("addressesOf() goes on with an old answer when no new one comes", async () => {
  const scene = new Scene();
  const first = scene.ask("a");
  await scene.answer("a", "10.0.0.1");
  await first;
  scene.clock.pass(freshMs);
  const silent = scene.ask("a");
  await settled();
  scene.clock.pass(staleWaitMs);
  assert.deepEqual(await silent, ["10.0.0.1"]);
  await scene.fail("a");
  assert.deepEqual(await scene.ask("a"), ["10.0.0.1"]);
  assert.equal(scene.clock.pending, 0);
});

Deno.test("addressesOf() remembers a failure with growing pauses", async () => {
  const scene = new Scene();
  for (const pauseMs of [500, 1000, 2000, 4000, 8000, 10_000, 10_000]) {
    const failing = scene.ask("a");
    const rejected = assert.rejects(failing, /^Error: a cannot be resolved: .*ENOTFOUND/);
    await scene.fail("a");
    await rejected;
    scene.clock.pass(pauseMs - 1);
    await assert.rejects(scene.ask("a"), /^Error: a cannot be resolved: .*ENOTFOUND/);
    assert.deepEqual(scene.open, [], `${pauseMs} ms have not passed`);
    scene.clock.pass(1);
  }
  assert.deepEqual([retryMinMs, retryMaxMs], [500, 10_000]);
  const healed = scene.ask("a");
  await scene.answer("a", "10.0.0.1");
  assert.deepEqual(await healed, ["10.0.0.1"]);
});

Deno.test("addressesOf() asks for a few hosts at once, whatever is wanted", async () => {
  const scene = new Scene({ lookupsMax: 4, newHostsMax: 3 });
  const known = scene.ask("known");
  await scene.answer("known", "10.0.0.1");
  await known;
  const many = Array.from({ length: 100 }, (_, index) => scene.ask(`new${index}`));
  for (const one of many) one.catch(() => {});
  assert.deepEqual(scene.open, ["new0", "new1", "new2"]);
  scene.clock.pass(freshMs);
  const again = scene.ask("known");
  assert.deepEqual(scene.open, ["new0", "new1", "new2", "known"], "a known host finds room");
  await scene.answer("known", "10.0.0.2");
  assert.deepEqual(await again, ["10.0.0.2"]);
  await scene.fail("new1");
  assert.deepEqual(scene.open, ["new0", "new2", "new3"]);
});

Deno.test("addressesOf() ends at once when it is given up, and makes room in the queue", async () => {
  const scene = new Scene({ lookupsMax: 1, newHostsMax: 1 });
  const [asked, queued] = [new AbortController(), new AbortController()];
  const first = scene.ask("a", asked.signal);
  const second = scene.ask("b", queued.signal);
  const third = scene.ask("c");
  queued.abort(new Error("enough"));
  await assert.rejects(second, /^Error: enough$/);
  asked.abort(new Error("leaving"));
  await assert.rejects(first, /^Error: leaving$/);
  await assert.rejects(scene.ask("d", asked.signal), /^Error: leaving$/);
  assert.deepEqual(scene.open, ["a"], "the system cannot be stopped");
  await scene.answer("a", "10.0.0.1");
  await scene.answer("c", "10.0.0.3");
  assert.deepEqual(await third, ["10.0.0.3"]);
  assert.deepEqual(scene.questions, ["a", "c"]);
  assert.deepEqual(await scene.ask("a"), ["10.0.0.1"], "the late answer is remembered");
});

Deno.test("addressesOf() remembers so many hosts and addresses of one, and no more", async () => {
  const scene = new Scene({ hostsMax: 2, addressesMax: 2 });
  for (const host of ["a", "b", "c"]) {
    const asked = scene.ask(host);
    await scene.answer(host, "10.0.0.1", "10.0.0.2", "10.0.0.3");
    assert.deepEqual(await asked, ["10.0.0.1", "10.0.0.2"]);
  }
  await scene.ask("c");
  await scene.ask("b");
  void scene.ask("a");
  assert.deepEqual(scene.questions, ["a", "b", "c", "a"]);
  await scene.answer("a", "10.0.0.1");
});
