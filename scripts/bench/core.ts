/**
 * What one step of the core costs in clusters of several sizes, beside a row read and written.
 *
 * A whole simulated cluster runs in virtual time, as fast as it can. The time for that, network and
 * registry of the simulation included, is divided by the steps of all its cores.
 *
 * @module
 */
import type { NodeName } from "../../lib/core/name.ts";
import { decodeRow, encodeRow, type Row } from "../../lib/core/row.ts";
import { World } from "../../lib/simulation/world.ts";
import { type Effort, type Figure, figure, type Round } from "./figure.ts";

/** Virtual time that passes between two looks at the real clock, in milliseconds. */
const sliceMs = 10;

/** Virtual time that a cluster gets to find itself, in milliseconds, if it does not take too long. */
const settleMs = 20_000;

/** Cost per step for each size of cluster. */
export function measureCore({ quick }: Effort): Figure[] {
  return (quick ? [10, 100] : [10, 100, 300]).map((members) => {
    const cluster = new CountedCluster(members, quick ? 1_000 : 3_000);
    const rounds: Round[] = [];
    for (let round = -1; round < 5; round++) {
      const reference = referenceUs();
      const stepUs = cluster.stepUs(quick ? 200 : 500);
      if (round >= 0) rounds.push([stepUs, reference]);
    }
    return figure(
      { name: `core: a step among ${members}`, reference: "one row in and out", unit: "µs" },
      rounds,
    );
  });
}

/** A simulated cluster that counts its steps. */
class CountedCluster {
  readonly #world = new World({ seed: 1 });
  #steps = 0;

  /** @param settleMaxMs real time that it may take to find itself */
  constructor(members: number, settleMaxMs: number) {
    for (let index = 0; index < members; index++) {
      const { core } = this.#world.start(`n${index}@10.0.${index >> 8}.${index & 255}`);
      const step = core.step.bind(core);
      core.step = (input, now) => {
        this.#steps++;
        return step(input, now);
      };
    }
    const end = performance.now() + settleMaxMs;
    while (performance.now() < end && this.#world.now < settleMs) this.#world.run(sliceMs);
  }

  /** Mean cost of a step over about `durationMs` of real time, in microseconds. */
  stepUs(durationMs: number): number {
    this.#steps = 0;
    const begun = performance.now();
    let passedMs = 0;
    while (passedMs < durationMs || this.#steps === 0) {
      this.#world.run(sliceMs);
      passedMs = performance.now() - begun;
    }
    return 1000 * passedMs / this.#steps;
  }
}

/** Mean cost of decoding and encoding one row, in microseconds. */
function referenceUs(): number {
  const times = 5_000;
  const row: Row = {
    version: 1,
    name: "n1@10.0.0.1" as NodeName,
    instance: "0".repeat(32),
    incarnation: 0,
    beat: 1,
    beatIntervalMs: 1000,
    addresses: [{ host: "10.0.0.1", port: 4000 }],
    state: "up",
    tags: {},
    startedAt: "2026-01-01T00:00:00.000Z",
    activeAt: "2026-01-01T00:00:00.000Z",
    software: "clusternode/0.1.0",
  };
  let text = encodeRow(row);
  const begun = performance.now();
  for (let index = 0; index < times; index++) {
    const decoded = decodeRow(row.name, text);
    if (decoded.kind === "row") text = encodeRow(decoded.row);
  }
  return 1000 * (performance.now() - begun) / times;
}
