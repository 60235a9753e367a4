/**
 * Measures what a node costs: `deno task bench`.
 *
 * It prints ratios, each to something measured in the same run, because absolute times belong to the
 * machine. Only where a goal is an absolute one the measured value stands behind it. Needs Linux.
 *
 * Options:
 * - `--quick`: fewer and shorter rounds, under 30 seconds
 * - `--json`: all figures as JSON
 * - `--only <part>`: one of `ping`, `start`, `cluster`, `log`, `core`, `beam`; may be given several
 *   times
 *
 * Environment: `CLUSTERNODE_BINARY`, the binary to measure; `dist/clusternode` if not set.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { measureBeam } from "./bench/beam.ts";
import { measureClusters } from "./bench/cluster.ts";
import { measureCore } from "./bench/core.ts";
import { type Effort, type Figure, table } from "./bench/figure.ts";
import { measureLog } from "./bench/log.ts";
import { measurePings } from "./bench/ping.ts";
import { type Variant, variants } from "./bench/process.ts";
import { measureStarts } from "./bench/start.ts";

type Part = (effort: Effort, variants: readonly Variant[]) => Figure[] | Promise<Figure[]>;

const parts: Readonly<Record<string, Part>> = {
  ping: measurePings,
  start: measureStarts,
  cluster: measureClusters,
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
    },
  });
  const wanted = values.only ?? Object.keys(parts);
  const unknown = wanted.find((name) => parts[name] === undefined);
  if (unknown !== undefined) {
    const known = Object.keys(parts).join(", ");
    await write(Deno.stderr, `bench: "${unknown}" is none of ${known}\n`);
    return 2;
  }
  const programs = await variants();
  const figures: Figure[] = [];
  for (const name of wanted) {
    if (!values.json) await write(Deno.stderr, `measuring: ${name}\n`);
    figures.push(...await parts[name]?.({ quick: values.quick }, programs) ?? []);
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
