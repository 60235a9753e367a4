/**
 * What a person sees in a real terminal: clusters of 1 to 60 nodes with faults, shown by the code of
 * the commands in terminals of two sizes, as they stand in `screens/`.
 *
 * The clusters are simulated, so that each picture is the same each time. After a change that is
 * meant, `UPDATE_SCREENS=1 deno test -A tests/processes/screens_test.ts` takes them anew: look at
 * them. Nothing may wrap, and who is not well must be seen within a second.
 *
 * @module
 */
import assert from "node:assert/strict";
import { eventText } from "../../lib/cli/commands/event_text.ts";
import { explanationText } from "../../lib/cli/commands/explain_text.ts";
import { matrixText } from "../../lib/cli/commands/matrix_text.ts";
import { liveFrame, showLook } from "../../lib/cli/commands/members.ts";
import type { CliContext, TerminalSize } from "../../lib/cli/context.ts";
import type { Call } from "../../lib/cli/parse/call.ts";
import { EventMerge } from "../../lib/cli/event_merge.ts";
import { Happenings } from "../../lib/cli/local/happenings.ts";
import { localFrame } from "../../lib/cli/local/local_screen.ts";
import { LiveScreen } from "../../lib/cli/terminal/live_screen.ts";
import { paintFor } from "../../lib/cli/terminal/paint.ts";
import { LinkMatrix } from "../../lib/core/explain/link_matrix.ts";
import type { NodeName } from "../../lib/core/base/name.ts";
import { describeChange } from "../../lib/core/members/change.ts";
import type { SimNode } from "../../lib/simulation/sim_node.ts";
import { World } from "../../lib/simulation/world.ts";
import { fakeWorld } from "../cli/fake_context.ts";
import { eventually } from "../integration/process.ts";
import { needing, permitted } from "../permissions.ts";
import { difference } from "../simulation/difference.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";
import { hasTmux, Terminal } from "./terminal.ts";

const sizes: readonly TerminalSize[] = [{ columns: 80, rows: 24 }, { columns: 200, rows: 50 }];

/** How many nodes, and by number which of them are killed, frozen, cut off in one direction. */
const clusters = [
  { count: 1, killed: [], frozen: [], oneWay: [] },
  { count: 5, killed: [3], frozen: [], oneWay: [] },
  { count: 24, killed: [7], frozen: [12], oneWay: [[2, 1]] },
  { count: 60, killed: [7, 31], frozen: [12], oneWay: [[2, 1]] },
] as const;

/** Local time of all pictures, in milliseconds. */
const noon = new Date(2026, 0, 1, 12, 0, 0).getTime();

/** A cluster some seconds after its faults. */
function played({ count, killed, frozen, oneWay }: typeof clusters[number]): World {
  const world = new World({ seed: 1, keepStory: false });
  const nodes = Array.from(
    { length: count },
    (_, index) =>
      world.start(`n${index + 1}@10.0.0.${index + 2}`, { host: `10.0.0.${index + 2}`, port: 4000 }),
  );
  const node = (number: number): SimNode => nodes[number - 1] as SimNode;
  world.run(120_000);
  for (const number of killed) world.kill(node(number));
  for (const number of frozen) node(number).freeze();
  for (const [from, to] of oneWay) world.network.cut(node(from), node(to));
  world.run(8000);
  return world;
}

const flags = {
  ...{ watch: false, json: false, noHeaders: false, from: undefined, sort: undefined },
  ...{ output: undefined, statuses: [], tags: [], names: [] },
};
const call = { options: { cluster: "default" }, flags } as unknown as Call<"members">;

/** What each command writes, in the terminal of `context`; what it gives back ends it. */
const commands: Readonly<Record<string, (context: CliContext, world: World) => Disposable | void>> =
  {
    "members": (context, world) => showLook(context, call, lookOf(world)),
    "members --watch": (context, world) => {
      const screen = new LiveScreen(context);
      screen.show(
        liveFrame(call, { last: lookOf(world), wallTime: noon, paint: paintFor(context) }),
      );
      return screen;
    },
    "matrix": (context, world) => {
      const reports = world.nodes.map(({ core, state }) => ({
        name: core.name,
        links: state === "running" ? core.links(Math.floor(world.now)) : undefined,
      }));
      context.drawStdout(
        matrixText(new LinkMatrix(reports), { ...shapeOf(context), isShort: true }),
      );
    },
    "explain": (context, world) => {
      const [observer] = world.nodes;
      const worst = world.nodes.find(({ state }) => state !== "running") ?? observer;
      const told = observer?.core.explain(worst?.core.name as NodeName, Math.floor(world.now));
      assert.ok(observer && told);
      context.drawStdout(explanationText(observer.core.name, told, shapeOf(context)));
    },
    "events": (context, world) => {
      const merge = new EventMerge();
      const now = Math.floor(world.now);
      for (const node of runningOf(world).slice(0, 16)) {
        merge.know(node.core.members(now), now);
        const { name, changes, changesForgotten } = node.core;
        const told = changes.map(({ at, ...change }, index) => ({
          ...{ ...change, number: changesForgotten + index, agoMs: now - at },
        }));
        merge.take({ name, instance: node.settings.instance }, told, now);
      }
      for (const event of merge.release(now)) {
        context.drawStdout(eventText(event, noon + event.at - now, shapeOf(context)));
      }
    },
    "local": (context, world) => {
      const screen = new LiveScreen(context);
      const happenings = new Happenings();
      const running = runningOf(world);
      const told = running.flatMap(({ core: { name, changes } }) =>
        changes.map((change) => ({ teller: name, change }))
      ).sort((one, other) => one.change.at - other.change.at);
      for (const { teller, change } of told) {
        const time = new Date(noon + change.at - world.now).toISOString();
        const level = change.kind === "failed" ? "warning" : "info";
        happenings.addRecord(teller, {
          ...{ schema: "log.v1", time, level, event: change.kind },
          message: describeChange(change),
          changes: [change],
        });
      }
      const paint = paintFor(context);
      const caption = `${running.length} of ${world.nodes.length} processes run; Ctrl-C ends all`;
      const isRunning = new Map(running.map(({ core }, index) => [core.name, 4000 + index]));
      const pidOf = (name: NodeName): number | undefined => isRunning.get(name);
      screen.show(
        localFrame({ views: lookOf(world).members, caption, happenings, pidOf, paint }),
      );
      return screen;
    },
  };

function runningOf(world: World): readonly SimNode[] {
  return world.nodes.filter(({ state }) => state === "running");
}

function lookOf(world: World): Parameters<typeof showLook>[2] {
  const [observer] = world.nodes;
  assert.ok(observer);
  return { asked: observer.core.name, members: observer.core.members(Math.floor(world.now)) };
}

function shapeOf(
  context: CliContext,
): { width: number | undefined; paint: ReturnType<typeof paintFor> } {
  return { width: context.terminalSize()?.columns, paint: paintFor(context) };
}

/** The bytes that `command` writes to a terminal of that size, while it runs. */
function written(command: string, world: World, size: TerminalSize): string {
  const parts: string[] = [];
  const fake = fakeWorld({}, (part) => void parts.push(part));
  const context = { ...fake, stdoutIsTerminal: true, terminalSize: () => size };
  const running = commands[command]?.(context, world);
  const text = parts.join("");
  running?.[Symbol.dispose]();
  return text;
}

const test = needing(
  "screens show who is not well, and nothing wraps",
  "read",
  "write",
  "run",
  "env",
);
const mayUpdate = permitted("env") && Deno.env.get("UPDATE_SCREENS") === "1";
const golden = new URL("./screens/", import.meta.url);

Deno.test({
  name: test.name + (hasTmux || test.ignore ? "" : " (needs tmux)"),
  ignore: test.ignore || !hasTmux,
  async fn(t): Promise<void> {
    await using folder = new TemporaryFolder();
    const worlds = clusters.map((cluster) => [cluster.count, played(cluster)] as const);
    for (const command of Object.keys(commands)) {
      await t.step(command, async () => {
        const pictures: string[] = [];
        for (const size of sizes) {
          for (const [count, world] of worlds) {
            const picture = await seen(folder.path, written(command, world, size), size);
            pictures.push(`=== ${count} nodes, ${size.columns}x${size.rows}\n${picture}\n`);
          }
        }
        await compare(`${command.replace(" --", "_")}.txt`, pictures.join(""));
      });
    }
  },
});

/** What a terminal shows once it has got `text`; behind what is no live screen comes the prompt. */
async function seen(folder: string, text: string, size: TerminalSize): Promise<string> {
  const path = `${folder}/written`;
  await Deno.writeTextFile(path, text.includes("\x1b[?1049h") ? text : `${text}$ `);
  // A socket of its own each time: a server that ends still answers there for a moment.
  await using terminal = new Terminal(`${folder}/${crypto.randomUUID().slice(0, 8)}`, size);
  await terminal.run("sh", "-c", `cat "$0"; printf '\\033]2;shown\\007'; exec sleep 600`, path);
  await eventually(async () => await terminal.title() === "shown", 10_000, "the picture");
  assert.ok(!await terminal.wraps(), text);
  return await terminal.screen();
}

async function compare(file: string, pictures: string): Promise<void> {
  const path = new URL(file, golden);
  if (mayUpdate) return await Deno.writeTextFile(path, pictures);
  const expected = await Deno.readTextFile(path);
  if (expected !== pictures) {
    assert.fail(`${file} is otherwise now:\n${difference(expected, pictures)}`);
  }
}
