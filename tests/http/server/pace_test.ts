/** In which order, and after which pauses, those who come in a crowd have their turn. */
import assert from "node:assert/strict";
import { Pace, type Turn } from "../../../lib/http/server/pace.ts";
import { ManualClock } from "../../support/manual_clock.ts";
import { settle } from "../../support/waiting.ts";

/** A pace, and who has had a turn. */
class Scene {
  readonly clock = new ManualClock();
  readonly pace = new Pace(this.clock);
  readonly had: string[] = [];

  /** These ask for a turn, each from the address that its first letter is. */
  async ask(...names: readonly string[]): Promise<readonly Turn[]> {
    const turns = names.map((name) => {
      const turn = this.pace.ask(name.charAt(0));
      void turn.come.then(() => this.had.push(name));
      return turn;
    });
    await settle();
    return turns;
  }

  /** Time passes; who had a turn since the last look. */
  async pass(durationMs: number): Promise<readonly string[]> {
    this.clock.pass(durationMs);
    return await this.look();
  }

  async look(): Promise<readonly string[]> {
    await settle();
    return this.had.splice(0);
  }
}

Deno.test("Pace lets four have their turn, and the others wait three times as long as those took", async () => {
  const scene = new Scene();
  await scene.ask("a1", "a2", "a3", "a4", "a5", "a6");
  assert.deepEqual(await scene.look(), ["a1", "a2", "a3", "a4"]);
  assert.deepEqual(await scene.pass(5), []);
  assert.deepEqual(await scene.pass(14), []);
  assert.deepEqual(await scene.pass(1), ["a5", "a6"]);
  await scene.ask("a7", "a8", "a9");
  assert.deepEqual(await scene.look(), ["a7", "a8"]);
  await scene.pass(1_000);
  assert.deepEqual(await scene.pass(19), []);
  assert.deepEqual(await scene.pass(1), ["a9"], "never longer than 20 ms");
  scene.pace.stop();
});

Deno.test("Pace lets addresses have their turn one after the other, however many ask from each", async () => {
  const scene = new Scene();
  await scene.ask("a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8", "a9", "b1", "b2", "c1");
  await scene.look();
  await scene.pass(0);
  assert.deepEqual(await scene.pass(0), ["a5", "b1", "c1", "a6"]);
  await scene.pass(0);
  assert.deepEqual(await scene.pass(0), ["b2", "a7", "a8", "a9"]);
  scene.pace.stop();
});

Deno.test("Pace keeps no one waiting who asks alone", async () => {
  const scene = new Scene();
  for (let count = 1; count <= 10; count++) {
    await scene.ask("a");
    assert.deepEqual(await scene.look(), ["a"]);
    await scene.pass(5);
    await scene.pass(15);
  }
  assert.equal(scene.clock.pending, 0);
});

Deno.test("Pace passes over turns that were given up", async () => {
  const scene = new Scene();
  await scene.ask("a1", "a2", "a3", "a4");
  const [b1, b2, c1] = await scene.ask("b1", "b2", "c1", "c2", "a5", "a6", "a7");
  await scene.look();
  for (const turn of [b1, b2, c1]) turn?.giveUp();
  b1?.giveUp();
  assert.deepEqual(await scene.look(), ["b1", "b2", "c1"], "nobody waits for them any more");
  await scene.ask("b3");
  b2?.giveUp();
  await scene.pass(0);
  assert.deepEqual(await scene.pass(0), ["c2", "a5", "b3", "a6"]);
  scene.pace.stop();
});

Deno.test("Pace.stop() makes it everybody's turn, and leaves no timer behind", async () => {
  const scene = new Scene();
  await scene.ask("a", "a", "a", "a", "a", "b", "a");
  scene.pace.stop();
  assert.equal((await scene.look()).length, 7);
  assert.equal(scene.clock.pending, 0);
  await scene.ask("a", "a", "a", "a", "a");
  assert.equal((await scene.look()).length, 5);
  assert.equal(scene.clock.pending, 0);
});
