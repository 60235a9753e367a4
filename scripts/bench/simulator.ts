/**
 * What the simulator takes: processor time, and events per second of it, from source and in the binary.
 *
 * @module
 */
import { type Effort, type Figure, figure, type Goal } from "./figure.ts";
import type { Command, Variant } from "./process.ts";

const sizes = [1000];
const quickSizes = [200];
const virtualSeconds = 20;

/** Goals beside an earlier commit, per variant, for a cluster that is large. */
const goals: Readonly<Record<string, Goal>> = {
  source: { ratioMax: 1 / 5 },
  binary: { ratioMax: 1 / 15 },
};

/** One run. */
interface Run {
  /** In user and kernel mode. */
  readonly processorSeconds: number;
  readonly events: number;
}

/** A cluster to which nothing happens. */
export async function measureSimulator(
  effort: Effort,
  variants: readonly Variant[],
): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const nodes of effort.nodes ?? (effort.quick ? quickSizes : sizes)) {
    let source: Run | undefined;
    for (const { name, command, before } of variants) {
      const ours = await run(command, nodes);
      const title = `simulate ${nodes} nodes for ${virtualSeconds} s, ${name}`;
      const compare = (reference: string, other: Run, goal?: Goal): void => {
        const perSecond = ({ events, processorSeconds }: Run): number => events / processorSeconds;
        const took = { name: `${title}: processor`, reference, unit: "s" };
        const pace = { name: `${title}: events`, reference, unit: "/s" };
        figures.push(
          figure(took, [[ours.processorSeconds, other.processorSeconds]], goal),
          figure(pace, [[perSecond(ours), perSecond(other)]]),
        );
      };
      if (source === undefined) source = ours;
      else compare("source", source);
      if (before) {
        compare("before", await run(before, nodes), nodes < 1000 ? undefined : goals[name]);
      } else if (variants.length === 1) compare("itself", ours);
    }
  }
  return figures;
}

/** A shell tells the processor time of what it has run. */
async function run(command: Command, nodes: number): Promise<Run> {
  const scenario = ["--nodes", `${nodes}`, "--duration", `${virtualSeconds}s`, "--seed", "1"];
  const args = ["-c", `"$@" && times`, "sh", ...command, "simulate", ...scenario, "--json"];
  const output = await new Deno.Command("sh", { args, stdin: "null", stderr: "inherit" }).output();
  const text = new TextDecoder().decode(output.stdout);
  // The last line: user and system time of the children, such as "1m2.500s 0m0.250s".
  const end = text.trimEnd().split("\n").at(-1) ?? "";
  const times = Array.from(end.matchAll(/(\d+)m([\d.]+)s/g), ([, minutes, seconds]) => {
    return 60 * Number(minutes) + Number(seconds);
  });
  // Earlier programs had another word, and a space.
  const events = Number(/"(?:stepCount|events)": ?(\d+)/.exec(text)?.[1]);
  return { processorSeconds: times.reduce((sum, seconds) => sum + seconds, 0), events };
}
