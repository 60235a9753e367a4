/**
 * The log of a day with a hundred events, in virtual time: how many lines a node writes for each.
 *
 * Prints what it counts, and all of it with `CLUSTERNODE_DAY_LOG=path`, to be read.
 *
 * @module
 */
import assert from "node:assert/strict";
import { EventLog } from "../../lib/node/event_log.ts";
import type { Level, Log, LogProperties } from "../../lib/log/log.ts";
import { formatText } from "../../lib/log/format.ts";
import { seededRandom } from "../../lib/core/base/random.ts";
import type { Effect } from "../../lib/core/input.ts";
import type { SimNode } from "../../lib/simulation/sim_node.ts";
import { Stage } from "../simulation/stage.ts";

const nodes = 5;

/**
 * What befalls a node, what ends that two minutes later, and how many lines a node may write of both:
 * one that is cut off sees all others go, and come back one by one.
 */
const events: readonly (readonly [begins: string, ends: string, linesMax: number])[] = [
  ["kill", "start", 2],
  ["leave", "start", 3],
  ["freeze", "thaw", 3],
  ["unplug", "plug", 10],
  ["cut n1", "heal", 2],
];

const eventCount = 100;
const slotMs = 86_400_000 / eventCount;
const lastsMs = 120_000;

/** What all nodes write, with the event that it belongs to. */
class DayLog {
  readonly lines: { readonly event: string; readonly node: string; readonly text: string }[] = [];
  event = "start";
  readonly #logs = new Map<string, EventLog>();
  readonly #stage: Stage;

  constructor(stage: Stage) {
    this.#stage = stage;
    const { world } = stage;
    const { onStep } = world;
    world.onStep = (node, effects) => {
      onStep?.(node, effects);
      for (const effect of effects) this.#hear(node, effect);
    };
  }

  #hear(node: SimNode, effect: Effect): void {
    const log = this.#logs.get(node.instance) ?? this.#open(node);
    switch (effect.kind) {
      case "changes":
        return log.changes(effect.changes);
      case "joined":
        return log.joined(effect.name);
      case "stop":
        return void log.stopped(node.core.name, effect.reason, this.#stage.world.now);
    }
  }

  #open(node: SimNode): EventLog {
    let bound: LogProperties = { observer: node.core.name };
    const write = (level: Level) => (message: string, properties?: LogProperties): void => {
      const text = formatText({
        level,
        message,
        timestamp: this.#stage.world.now,
        properties: { ...bound, ...properties },
      });
      this.lines.push({ event: this.event, node: node.core.name, text });
    };
    const log = {
      ...{ info: write("info"), warning: write("warning"), error: write("error") },
      bind: (more: LogProperties) => void (bound = { ...bound, ...more }),
    } as unknown as Log;
    const opened = new EventLog(log, "off", this.#stage.world.now);
    this.#logs.set(node.instance, opened);
    return opened;
  }
}

/** How many lines each node has written for each event of one kind. */
function countsOf(day: DayLog, kind: string): number[] {
  const lines = day.lines.filter(({ event }) => event.endsWith(` ${kind}`));
  const key = ({ event, node }: (typeof lines)[number]): string => `${event} ${node}`;
  return [...Map.groupBy(lines, key).values()].map(({ length }) => length);
}

Deno.test("the log of a day with 100 events has few lines per event and node, and none between", () => {
  const stage = new Stage();
  const random = seededRandom(1);
  const day = new DayLog(stage);
  const play = (command: string): void => void stage.play(command.split(" "));
  play(`cluster n1..n${nodes}`);
  for (let count = 0; count < eventCount; count++) {
    const [begins, ends] = events[count % events.length] as (typeof events)[number];
    const victim = `n${2 + random.below(nodes - 1)}`;
    day.event = `${count + 1} ${begins}`;
    play(`${begins} ${victim}`);
    play(`run ${lastsMs}ms`);
    play(ends === "heal" ? ends : `${ends} ${victim}`);
    play(`run ${lastsMs}ms`);
    day.event = "quiet";
    play(`run ${slotMs - 2 * lastsMs}ms`);
  }
  const path = Deno.env.get("CLUSTERNODE_DAY_LOG");
  if (path !== undefined) Deno.writeTextFileSync(path, day.lines.map(({ text }) => text).join(""));
  for (const [kind, , linesMax] of events) {
    const counts = countsOf(day, kind);
    const mean = counts.reduce((sum, each) => sum + each, 0) / (eventCount / events.length) / nodes;
    const most = Math.max(...counts);
    const figures = `${kind}: ${mean.toFixed(1)} lines per event and node, at most ${most}\n`;
    Deno.stdout.writeSync(new TextEncoder().encode(figures));
    assert.ok(mean <= 4 && most <= linesMax, `${kind}: ${mean} and ${most} of ${linesMax}`);
  }
  const mean = day.lines.filter(({ event }) => event !== "start").length / eventCount / nodes;
  assert.ok(mean <= 2.5, `${mean} lines per event and node`);
  assert.deepEqual(day.lines.filter(({ event }) => event === "quiet"), []);
  const longest = Math.max(...day.lines.map(({ text }) => text.length));
  assert.ok(longest <= 250, `${longest} characters`);
});
