/**
 * Log lines per second into a rotating file, beside bare appends to a file.
 *
 * @module
 */
import { systemClock } from "../../lib/clock.ts";
import { openLog } from "../../lib/log/log.ts";
import { type Effort, type Figure, figure, type Round } from "./figure.ts";
import { temporaryFolder } from "./process.ts";

const message = `n1@127.0.0.1["n1@127.0.0.1": true, "n2@127.0.0.1": true]`;
const flushTimeoutMs = 30_000;

/** Lines in one burst, and lines one at a time. */
export async function measureLog({ quick }: Effort): Promise<Figure[]> {
  await using folder = await temporaryFolder();
  const path = `${folder.path}/cluster.log`;
  await using log = openLog({
    console: "none",
    color: false,
    file: path,
    format: "text",
    level: "info",
    maxSizeBytes: 1_000_000,
    maxFiles: 3,
    clock: systemClock,
  });
  using bare = await Deno.open(`${folder.path}/bare`, { append: true, create: true });
  const bytes = new TextEncoder().encode(`18:51:29.277 [info] ${message}\n`);
  const append = async (lines: number): Promise<void> => {
    for (let line = 0; line < lines; line++) await bare.write(bytes);
  };
  const burst = async (lines: number): Promise<void> => {
    for (let line = 0; line < lines; line++) log.info(message);
    await flushed();
  };
  const single = async (lines: number): Promise<void> => {
    for (let line = 0; line < lines; line++) {
      log.info(message);
      await flushed();
    }
  };
  const flushed = async (): Promise<void> => {
    if (!await log.flush(flushTimeoutMs)) throw new Error("The log could not be written");
  };
  const lines = quick ? 500 : 2_000;
  const bursts: Round[] = [];
  const singles: Round[] = [];
  for (let round = -1; round < (quick ? 5 : 11); round++) {
    const reference = await rate(append, lines);
    const inBurst = await rate(burst, lines);
    const alone = await rate(single, lines / 10);
    // The first round is for the compiler.
    if (round < 0) continue;
    bursts.push([inBurst, reference]);
    singles.push([alone, reference]);
  }
  const reference = "bare appends, one at a time";
  return [
    figure({ name: "log: lines per second, in bursts", reference, unit: "/s" }, bursts),
    figure({ name: "log: lines per second, one at a time", reference, unit: "/s" }, singles),
  ];
}

async function rate(write: (lines: number) => Promise<void>, lines: number): Promise<number> {
  const begun = performance.now();
  await write(lines);
  return 1000 * lines / (performance.now() - begun);
}
