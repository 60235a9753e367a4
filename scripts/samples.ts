/**
 * The samples of output in documents, made by the program: `deno run -A scripts/samples.ts` writes
 * them there. Log lines are those of a small simulated cluster.
 *
 * @module
 */
import { explanationText } from "../lib/cli/commands/explain_text.ts";
import { main } from "../lib/cli/main.ts";
import { programCommands } from "../lib/cli/commands.ts";
import { realWorld } from "../lib/cli/real_context.ts";
import type { NodeName } from "../lib/core/base/name.ts";
import type { Effect } from "../lib/core/input.ts";
import { Happenings } from "../lib/cli/local/happenings.ts";
import { localFrame } from "../lib/cli/local/local_screen.ts";
import { nameOf } from "../lib/cli/local/process_group.ts";
import { plainPaint } from "../lib/cli/terminal/paint.ts";
import { formatJson, formatText } from "../lib/log/format.ts";
import type { Log } from "../lib/log/log.ts";
import type { LogRecord } from "../lib/log/record.ts";
import { EventLog } from "../lib/node/event_log.ts";
import { readLogLine } from "../lib/report/read_log_line.ts";
import type { SimNode } from "../lib/simulation/sim_node.ts";
import { World } from "../lib/simulation/world.ts";

/** A command as the page about simulation has it; the same seed gives the same run. */
export const simulateArgs = "--nodes 50 --loss 5% --kill 3 --freeze 1 --seed 7";

const threeNames = ["n1@10.0.0.2", "n2@10.0.0.3", "n3@10.0.0.4"] as NodeName[];

/** A sample: where it stands, and how it is made. */
export interface Sample {
  /** The document, from the project's folder on. */
  readonly page: string;
  readonly make: () => Promise<string> | string;
}

/** All samples, by the name in the comment in front of each. */
export const samples: Readonly<Record<string, Sample>> = {
  status: {
    page: "README.md",
    make: () => statusSample(threeNames, new Date(2016, 2, 10, 18, 51)),
  },
  local: { page: "docs/getting_started.md", make: localSample },
  kill: {
    page: "docs/getting_started.md",
    make: () => firstLines(localLines(), [/n3@127\.0\.0\.1 is down/, /"n3@127\.0\.0\.1": false/]),
  },
  explain: { page: "docs/operating.md", make: explainSample },
  simulate: { page: "docs/simulation.md", make: simulateSample },
};

/** The text of a page with this sample; others stay as they are. */
export async function withSample(text: string, name: string): Promise<string> {
  const block = new RegExp(`(<!-- sample ${name}: .* -->\\n\\n\`\`\`text\\n)[^]*?(\`\`\`\\n)`);
  if (!block.test(text)) throw new Error(`The page has no sample "${name}"`);
  const sample = await samples[name]?.make();
  return text.replace(block, (_all, before, after) => `${before}${sample}${after}`);
}

/** The last status line of the first of these nodes, of which the last was killed. */
function statusSample(names: readonly NodeName[], start: Date): string {
  return `${logLines(names, names.at(-1) ?? "", start).findLast((line) => line.includes("["))}\n`;
}

const localNames = [1, 2, 3, 4, 5].map(nameOf);
const localStart = new Date(2026, 0, 1, 9, 9, 32);

function localLines(): readonly string[] {
  return logLines(localNames, nameOf(3), localStart).map((line) => `node_1 | ${line}`);
}

/** The live screen of five nodes of which the third was killed. */
function localSample(): string {
  const happenings = new Happenings();
  const { first, now } = play(localNames, nameOf(3), localStart, (observer, record) => {
    const line = readLogLine(formatJson(record));
    if (line !== undefined) happenings.addRecord(observer, line);
  });
  const lines = localFrame({
    views: first.core.members(now),
    caption: `4 of 5 processes run; as ${first.core.name} sees it; Ctrl-C ends all`,
    happenings,
    pidOf: (name) => name === nameOf(3) ? undefined : 4710 + localNames.indexOf(name),
    paint: plainPaint,
  })({ columns: 80, rows: 24 });
  return lines.map((line) => `${line}\n`).join("");
}

/** The first line that shows each of these, one behind the other. */
function firstLines(lines: readonly string[], wanted: readonly RegExp[]): string {
  let from = 0;
  return wanted.map((pattern) => {
    const at = lines.findIndex((line, index) => index >= from && pattern.test(line));
    if (at < 0) throw new Error(`No line shows ${pattern}`);
    from = at + 1;
    return `${lines[at]}\n`;
  }).join("");
}

/** What the first of these nodes logs while one of them is killed after 10 s. */
function logLines(names: readonly NodeName[], victim: string, start: Date): readonly string[] {
  const lines: string[] = [];
  play(names, victim, start, (observer, record) => {
    if (observer === names[0]) lines.push(formatText(record).trimEnd());
  });
  return lines;
}

/** Simulates these nodes, of which one is killed after 10 s, and hands over what they log. */
function play(
  names: readonly NodeName[],
  victim: string,
  start: Date,
  onRecord: (observer: NodeName, record: LogRecord) => void,
): { readonly first: SimNode; readonly now: number } {
  const world = new World({ seed: 2016 });
  const logs = new Map(names.map((observer) => {
    const write = (level: "info" | "warning") => (message: string, more = {}): void => {
      const timestamp = start.getTime() + Math.round(world.now);
      const properties = { observer, ...more };
      onRecord(observer, { level, timestamp, message, properties });
    };
    const log = { info: write("info"), warning: write("warning"), bind: () => {} };
    return [observer, new EventLog(log as Partial<Log> as Log, "auto", 0)];
  }));
  world.onStep = ({ core }, effects) => {
    const events = logs.get(core.name);
    if (events !== undefined) { for (const effect of effects) tell(events, effect); }
  };
  const nodes = names.map((name, index) => world.start(name, { port: 4001 + index }));
  world.run(10_000);
  for (const node of nodes) if (node.core.name === victim) world.kill(node);
  world.run(5000);
  return { first: nodes[0] as SimNode, now: world.now };
}

function tell(events: EventLog, effect: Effect): void {
  if (effect.kind === "status") events.status(effect);
  if (effect.kind === "changes") events.changes(effect.changes);
}

/** Why the first of five nodes sees the third as false, which the network has lost. */
function explainSample(): string {
  const world = new World({ seed: 2016 });
  const names = [1, 2, 3, 4, 5].map((number) => `n${number}@10.0.0.${number + 1}` as NodeName);
  const nodes = names.map((name, index) => world.start(name, { port: 4001 + index }));
  world.run(10_000);
  world.unplug(nodes[2] as SimNode);
  world.run(12_000);
  const [asked = "", , lost = ""] = names;
  const explanation = nodes[0]?.core.explain(lost as NodeName, world.now);
  if (explanation === undefined) throw new Error(`${asked} does not know ${lost}`);
  return explanationText(asked, explanation, { width: 100 });
}

/** What `simulate` prints, up to what it costs: how long the run takes differs. */
async function simulateSample(): Promise<string> {
  let text = "";
  const writeStdout = (some: string): void => void (text += some);
  await main(["simulate", ...simulateArgs.split(" ")], {
    ...{ ...realWorld(), environment: {}, stderrIsTerminal: false, writeStdout },
  }, programCommands);
  return text.slice(0, text.indexOf("each node sends"));
}

if (import.meta.main) {
  for (const [name, { page }] of Object.entries(samples)) {
    const path = new URL(`../${page}`, import.meta.url);
    await Deno.writeTextFile(path, await withSample(await Deno.readTextFile(path), name));
  }
}
