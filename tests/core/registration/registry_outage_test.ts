/**
 * How outages of the registry are told, and how long a node waits in them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { seededRandom } from "../../../lib/core/base/random.ts";
import type { Effect } from "../../../lib/core/input.ts";
import { RegistryOutage } from "../../../lib/core/registration/registry_outage.ts";
import { effectsOf } from "../records.ts";

/** A registry and what is told of it. */
class Scene {
  readonly outage: RegistryOutage = new RegistryOutage(seededRandom(1));
  readonly out: Effect[] = [];

  /** Reading or writing fails; the pause that follows. */
  fails(what: "reading" | "writing", now: number, reason = "no route"): number {
    const why = { reason, meanwhile: "trying again", retryMaxMs: 1000 };
    return this.outage.failed(this.outage[what], why, now, this.out);
  }

  succeeds(what: "reading" | "writing", now: number): void {
    this.outage.succeeded(this.outage[what], now, this.out);
  }

  get notes(): string[] {
    return effectsOf("note", this.out).map(({ level, message }) => `${level}: ${message}`);
  }
}

Deno.test("RegistryOutage tells once that the registry is away, and once that it is back", () => {
  const scene = new Scene();
  scene.succeeds("reading", 0);
  assert.deepEqual(scene.notes, []);
  scene.fails("reading", 1000);
  scene.fails("writing", 1500);
  scene.fails("reading", 2000);
  assert.deepEqual(scene.notes, ["warning: Registry unavailable (no route); trying again"]);
  scene.succeeds("reading", 3000);
  assert.ok(scene.outage.isAway, "it cannot be written yet");
  assert.equal(scene.notes.length, 1);
  scene.succeeds("writing", 4000);
  assert.ok(!scene.outage.isAway);
  assert.deepEqual(scene.notes.slice(1), ["info: The registry is available again after 3.0 s"]);
});

Deno.test("RegistryOutage.lastReason is the reason of the last failure", () => {
  const scene = new Scene();
  assert.equal(scene.outage.lastReason, "");
  scene.fails("reading", 0, "first");
  scene.fails("writing", 1, "second");
  scene.succeeds("reading", 2);
  assert.equal(scene.outage.lastReason, "second");
});

Deno.test("RegistryOutage lets reading and writing wait each for itself, up to the longest pause", () => {
  const scene = new Scene();
  const pauses = [1, 2, 3, 4, 5].map((now) => scene.fails("reading", now));
  const longest = [250, 500, 1000, 1000, 1000];
  pauses.forEach((pauseMs, index) => {
    const mostMs = longest[index] as number;
    assert.ok(pauseMs <= mostMs && pauseMs >= mostMs * 0.7 - 1, `${pauses}`);
  });
  assert.ok(scene.fails("writing", 6) <= 250);
  scene.succeeds("reading", 7);
  assert.ok(scene.fails("reading", 8) <= 250);
});
