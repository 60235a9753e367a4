/**
 * The status line shows nothing that no event has told: whoever reads the events alone knows what it
 * shows, whatever befalls the cluster.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Effect } from "../../lib/core/input.ts";
import type { Change } from "../../lib/core/members/change.ts";
import { Stage } from "./stage.ts";

/** What the events of one node say of the others: who is there, and whether as true. */
class Reader {
  readonly #shown = new Map<string, boolean>();

  take({ kind, name }: Change): void {
    switch (kind) {
      case "joined":
      case "returned":
      case "replaced":
      case "cleared":
      case "link-mended":
        return void this.#shown.set(name, true);
      case "failed":
      case "suspected":
      case "link-bad":
        return void this.#shown.set(name, false);
      case "left":
      case "forgotten":
        return void this.#shown.delete(name);
    }
  }

  line(): string {
    return [...this.#shown].map(([name, alive]) => `${name} ${alive}`).sort().join(", ");
  }
}

const faults: readonly string[] = [
  "freeze n3, run 700ms, thaw n3, run 3s, freeze n3, run 5s, thaw n3, run 5s",
  "kill n2, run 5s, start n2, run 5s, kill n1 n4, run 10s, start n1, run 5s",
  "unplug n3, run 10s, plug n3, run 5s, unplug n1 n2, run 6s, plug n1 n2, run 10s",
  "cut n1 n2, run 6s, cut n1 n3, run 6s, cut n1 n4, run 6s, heal, run 10s",
  "divide n4 n5, run 15s, unite, run 10s, leave n5, run 3s, start n5, run 5s",
  "loss 30%, run 1min, loss 0%, run 10s",
  "move n3 host=10.0.1.3, run 10s, freeze n1 n2, run 20s, thaw n1 n2, run 10s",
];

for (const [index, fault] of faults.entries()) {
  Deno.test(`the status line shows nothing that no event has told: ${fault}`, () => {
    const stage = new Stage();
    stage.play(["seed", `${index + 1}`]);
    const { world } = stage;
    const readers = new Map<string, Reader>();
    let lines = 0;
    const { onStep } = world;
    world.onStep = (node, effects: readonly Effect[]): void => {
      onStep?.(node, effects);
      const reader = readers.get(node.instance) ?? new Reader();
      readers.set(node.instance, reader);
      for (const effect of effects) {
        if (effect.kind === "changes") effect.changes.forEach((change) => reader.take(change));
        if (effect.kind !== "status") continue;
        const others = (effect.entries ?? []).filter(({ name }) => name !== effect.self);
        const shown = others.map(({ name, alive }) => `${name} ${alive}`).sort().join(", ");
        assert.equal(reader.line(), shown, `${effect.self} at ${world.now} ms`);
        lines++;
      }
    };
    for (const command of ["cluster n1..n5", ...fault.split(", ")]) stage.play(command.split(" "));
    assert.ok(lines > 100, `${lines} lines`);
  });
}
