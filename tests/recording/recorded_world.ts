/**
 * A recording of a simulated node that lives through something.
 *
 * @module
 */
import { encodeHeader, encodeStep } from "../../lib/recording/recording.ts";
import type { Recorder } from "../../lib/recording/recording.ts";
import type { SimNode } from "../../lib/simulation/sim_node.ts";
import { World } from "../../lib/simulation/world.ts";

/** Keeps the lines of a recording in memory. */
class MemoryRecorder implements Recorder {
  readonly lines: string[] = [];
  readonly #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
  }

  begin(...[settings, now]: Parameters<Recorder["begin"]>): void {
    this.lines.push(encodeHeader({ software: "simulated/1", settings, seed: this.#seed, now }));
  }

  step(...[input, now, effects]: Parameters<Recorder["step"]>): void {
    this.lines.push(encodeStep(input, now, effects));
  }
}

/** What a node was told in 30 s in which one of its peers is killed and another one is frozen. */
export function recordedLines(seed: number, count: number): readonly string[] {
  const world = new World({ seed });
  const recorder = new MemoryRecorder(seed);
  const [observer, killed, frozen] = Array.from({ length: count }, (_, index) =>
    world.start(
      `n${index + 1}@10.0.0.${index + 1}`,
      // A number without bounds is what JSON cannot hold.
      index === 0 ? { record: { seed, recorder }, statusEntriesMax: Infinity } : {},
    )) as [SimNode, SimNode, SimNode];
  // Questions about the view in between must make no difference.
  world.onChange = ({ who }) => void (who === observer.core.name && observer.sees("n2@10.0.0.2"));
  world.after(8000, () => world.kill(killed));
  world.after(14_000, () => frozen.freeze());
  world.after(20_000, () => frozen.thaw());
  world.after(22_000, () => world.start("n2@10.0.0.2"));
  world.run(30_000);
  return recorder.lines;
}
