/**
 * Measures what a node costs: `deno task bench`.
 *
 * Each figure stands beside something measured in the same run, as absolute times belong to the
 * machine: what counts is their ratio. Counts, such as wake-ups and system calls, hardly depend on it.
 * Needs Linux; `serf` and `strace` where they are installed.
 *
 * What a node of an idle cluster costs, in about a minute:
 *
 * ```sh
 * deno run -A scripts/bench.ts --only cost --nodes 5 --seconds 20
 * ```
 *
 * Beside an earlier commit, whose checkout has its binary built: `--before <folder>`.
 *
 * Options:
 * - `--quick`: fewer and shorter rounds
 * - `--json`: all figures as JSON
 * - `--only <part>`: one of `ping`, `start`, `cost`, `together`, `simulator`, `log`, `core`, `beam`; may
 *   be given several times
 * - `--before <folder>`: for `cost`, `together` and `simulator`, see above
 * - `--nodes <number>`: for `cost` (default: 1, 5, 20), `together` (20) and `simulator` (1000), nodes
 *   of a cluster; may be given several times
 * - `--seconds <number>`: for `cost`, how long processor time and wake-ups are counted, and at most how
 *   long a cluster warms up before
 *
 * Environment: `CLUSTERNODE_BINARY`, the binary to measure, of another commit for example;
 * `dist/clusternode` if not set. Where there is none, nodes run from source.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { measureBeam } from "./bench/beam.ts";
import { measureCore } from "./bench/core.ts";
import { measureCosts } from "./bench/cost.ts";
import { type Effort, type Figure, type Skipped, table } from "./bench/figure.ts";
import { measureLog } from "./bench/log.ts";
import { measurePings } from "./bench/ping.ts";
import { type Variant, variants } from "./bench/process.ts";
import { measureSimulator } from "./bench/simulator.ts";
import { measureStarts } from "./bench/start.ts";
import { measureTogether } from "./bench/together.ts";

type Part = (
  effort: Effort,
  variants: readonly Variant[],
) => Figure[] | Promise<(Figure | Skipped)[]>;

const parts: Readonly<Record<string, Part>> = {
  ping: measurePings,
  start: measureStarts,
  cost: measureCosts,
  together: measureTogether,
  simulator: measureSimulator,
  log: measureLog,
  core: measureCore,
  beam: measureBeam,
};

async function bench(): Promise<number> {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      quick: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      only: { type: "string", multiple: true },
      nodes: { type: "string", multiple: true },
      seconds: { type: "string" },
      before: { type: "string" },
    },
  });
  const wanted = values.only ?? Object.keys(parts);
  const unknown = wanted.find((name) => parts[name] === undefined);
  if (unknown !== undefined) {
    const known = Object.keys(parts).join(", ");
    await write(Deno.stderr, `bench: "${unknown}" is none of ${known}\n`);
    return 2;
  }
  const programs = await variants(values.before);
  const effort: Effort = {
    quick: values.quick,
    ...(values.nodes && { nodes: values.nodes.map(Number) }),
    ...(values.seconds && { seconds: Number(values.seconds) }),
  };
  const figures: (Figure | Skipped)[] = [];
  for (const name of wanted) {
    if (!values.json) await write(Deno.stderr, `measuring: ${name}\n`);
    figures.push(...await parts[name]?.(effort, programs) ?? []);
  }
  await write(
    Deno.stdout,
    values.json ? `${JSON.stringify(figures, undefined, 2)}\n` : table(figures),
  );
  return 0;
}

async function write(stream: { write(bytes: Uint8Array): unknown }, text: string): Promise<void> {
  await stream.write(new TextEncoder().encode(text));
}

if (import.meta.main) Deno.exit(await bench());
