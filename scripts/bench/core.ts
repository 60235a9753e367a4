/**
 * What one step of the core costs in clusters of several sizes, beside a row read and written.
 *
 * A whole simulated cluster runs until everybody knows everybody, then goes on for a while; the time
 * for that, network and registry of the simulation included, is divided by the steps it took.
 *
 * @module
 */
import type { NodeName } from "../../lib/core/name.ts";
import { decodeRow, encodeRow, type Row } from "../../lib/core/row.ts";
import { World } from "../../lib/simulation/world.ts";
import { type Effort, type Figure, figure, type Round } from "./figure.ts";

/** Steps that are timed in one round, about. */
const stepsWanted = 20_000;

/** Longest virtual time until a cluster has found itself, in milliseconds. */
const settleMaxMs = 120_000;

/** Cost per step for each size of cluster. */
export function measureCore({ quick }: Effort): Figure[] {
  return (quick ? [10, 100] : [10, 100, 1_000]).map((members) => {
    const cluster = new CountedCluster(members);
    const rounds: Round[] = [];
    for (let round = -1; round < (quick ? 3 : 5); round++) {
      const reference = referenceUs();
      const stepUs = cluster.stepUs();
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

  constructor(members: number) {
    for (let index = 0; index < members; index++) {
      const node = this.#world.start(`n${index}@10.0.${index >> 8}.${index & 255}`);
      const { core } = node;
      const step = core.step.bind(core);
      core.step = (input, now) => {
        this.#steps++;
        return step(input, now);
      };
    }
    const [first] = this.#world.nodes;
    this.#world.runUntil(
      () => first?.core.members(this.#world.now).length === members,
      settleMaxMs,
    );
  }

  /** Mean cost of a step, in microseconds. */
  stepUs(): number {
    this.#steps = 0;
    const begun = performance.now();
    while (this.#steps < stepsWanted) this.#world.run(100);
    return 1000 * (performance.now() - begun) / this.#steps;
  }
}

/** Mean cost of decoding and encoding one row, in microseconds. */
function referenceUs(): number {
  const times = 5_000;
  const name = "n1@10.0.0.1" as NodeName;
  const row: Row = {
    version: 1,
    name,
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
    const decoded = decodeRow(name, text);
    if (decoded.kind === "row") text = encodeRow(decoded.row);
  }
  return 1000 * (performance.now() - begun) / times;
}
