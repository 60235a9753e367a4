/**
 * A history with a real file: what the next run finds in it, and all that can be wrong with it.
 *
 * @module
 */
import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { systemClock } from "../../lib/clock.ts";
import type { Clock } from "../../lib/clock.ts";
import type { HistoryRun } from "../../lib/history/history.ts";
import { NodeHistory } from "../../lib/history/node_history.ts";
import type { NodeHistoryOptions } from "../../lib/history/node_history.ts";
import { needing } from "../permissions.ts";
import { changeOf, nameOf, runOf, shortly } from "./support.ts";

const dayMs = 86_400_000;

interface Lived {
  readonly history: NodeHistory;
  /** What was told to be wrong. */
  readonly troubles: readonly string[];
}

type Given = Partial<Pick<NodeHistoryOptions, "clock" | "maxSizeBytes" | "keepMs">>;

/** A run from its start on; its end, and what is done to its file, is up to the test. */
function begin(path: string, run: HistoryRun, options: Given = {}): Lived {
  const troubles: string[] = [];
  const history = new NodeHistory({
    ...{ clock: systemClock, keepMs: dayMs, path: () => path },
    onTrouble: (message) => void troubles.push(message),
    ...options,
  });
  history.begin(run);
  return { history, troubles };
}

/** A run that sees that the nodes of these numbers join, and ends as it should. */
async function live(path: string, run: HistoryRun, seen: readonly number[], options: Given = {}) {
  const lived = begin(path, run, options);
  lived.history.add(seen.map((number) => changeOf(number, (options.clock ?? systemClock).now())));
  lived.history.end("it was asked to");
  await lived.history[Symbol.asyncDispose]();
  return lived;
}

/** What a run remembers, without ages. */
function kinds({ history }: Lived): string[] {
  return shortly(history.part(dayMs)).map((entry) => entry.replace(/^\S+ /, ""));
}

function fileTest(name: string, fn: (path: string) => Promise<void>): void {
  Deno.test({
    ...needing(name, "read", "write", "sys"),
    async fn() {
      const folder = await Deno.makeTempDir();
      try {
        await fn(`${folder}/n1.history.jsonl`);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

fileTest("NodeHistory tells what the runs before saw, each run as one", async (path) => {
  await live(path, runOf(1), [2, 3]);
  equal(((await Deno.stat(path)).mode ?? 0) & 0o777, 0o600);
  const second = await live(path, runOf(2), [4]);
  deepEqual(kinds(second), [
    ...["started n1", "joined n2", "joined n3", "stopped n1"],
    ...["started n1", "joined n4", "stopped n1"],
  ]);
  deepEqual(second.troubles, []);
  const runs = second.history.part(dayMs).entries.map(({ run }) => run);
  deepEqual(runs, [...Array(4).fill(runOf(1).instance), ...Array(3).fill(runOf(2).instance)]);
  const pages = second.history.page(dayMs, 3);
  deepEqual([shortly(pages).length, pages.first, pages.end], [4, 3, 7]);
});

fileTest(
  "NodeHistory takes what was seen before it had a name, and while it read",
  async (path) => {
    await live(path, runOf(1), [2]);
    const history = new NodeHistory({
      ...{ clock: systemClock, keepMs: dayMs, path: () => path, onTrouble: () => {} },
    });
    history.add([changeOf(5, systemClock.now())]);
    history.begin(runOf(2));
    history.add([changeOf(6, systemClock.now())]);
    await history[Symbol.asyncDispose]();
    const last = ["stopped n1", "started n1", "joined n5", "joined n6"];
    deepEqual(kinds({ history, troubles: [] }).slice(2), last);
    deepEqual(kinds(await live(path, runOf(3), [])).slice(2, 6), last);
  },
);

fileTest("NodeHistory finds out that the run before ended without a word", async (path) => {
  const first = begin(path, runOf(1));
  first.history.add([changeOf(2, systemClock.now())]);
  await first.history[Symbol.asyncDispose]();
  const second = await live(path, runOf(2), []);
  deepEqual(kinds(second), [
    ...["started n1", "joined n2", "crashed n1", "started n1", "stopped n1"],
  ]);
  const { run, event } = second.history.part(dayMs).entries[2] ?? {};
  equal(run, runOf(1).instance);
  match(event?.kind === "crashed" ? event.reason : "", /^it ended without a word within \d+ m?s /);
  // It is found out again, and told once.
  equal(kinds(await live(path, runOf(3), [])).filter((one) => one.startsWith("crashed")).length, 1);
});

fileTest(
  "NodeHistory passes over a line that a kill has cut off, and what is none",
  async (path) => {
    await live(path, runOf(1), [2, 3]);
    const text = await Deno.readTextFile(path);
    for (const cut of [3, 40, 200, 300]) {
      await Deno.writeTextFile(path, `${text}no line\n\0\0\0\n${text.slice(0, cut)}`);
      await live(path, runOf(2), [4]);
      const third = await live(path, runOf(3), []);
      deepEqual(third.troubles, [], `${cut} bytes`);
      deepEqual(
        kinds(third).filter((one) => one.startsWith("joined")),
        ["joined n2", "joined n3", "joined n4"],
        `${cut} bytes`,
      );
    }
  },
);

fileTest("NodeHistory begins anew where a kill has cut off the very first line", async (path) => {
  await Deno.writeTextFile(path, '{"ru');
  await live(path, runOf(1), [2]);
  // The first line is cut off for good, and it is still a history.
  const second = await live(path, runOf(2), [3]);
  deepEqual(second.troubles, []);
  equal(kinds(second).length, 6);
});

fileTest("NodeHistory leaves alone what is no history, and remembers in memory", async (path) => {
  const make: Readonly<Record<string, () => Promise<unknown>>> = {
    "is not a history": () => Deno.writeTextFile(path, "dear diary\n"),
    "is a folder": () => Deno.mkdir(path),
    "is neither a file nor a folder": () => new Deno.Command("mkfifo", { args: [path] }).output(),
  };
  const cases = [
    ...Object.entries(make),
    ...["{\n}\n", '{\n  "a": 1\n}\n', "\n\ntext"].map((text) =>
      ["is not a history", () => Deno.writeTextFile(path, text)] as const
    ),
  ];
  for (const [predicate, lay] of cases) {
    await lay();
    const before = await Deno.lstat(path);
    const run = await live(path, runOf(1), [2]);
    deepEqual(run.troubles, [
      `Cannot use history file ${JSON.stringify(path)}: it ${predicate}; ` +
      "the history is in memory only",
    ]);
    deepEqual(kinds(run), ["started n1", "joined n2", "stopped n1"]);
    const after = await Deno.lstat(path);
    deepEqual([after.ino, after.size, after.mode], [before.ino, before.size, before.mode]);
    await Deno.remove(path, { recursive: true });
  }
});

fileTest("NodeHistory believes nothing that other users could write", async (path) => {
  await live(path, runOf(1), [2]);
  await Deno.chmod(path, 0o666);
  const run = await live(path, runOf(2), [3]);
  deepEqual(kinds(run), ["started n1", "joined n3", "stopped n1"]);
  equal(run.troubles.length, 1);
  match(run.troubles[0] ?? "", /^Cannot use history file .* can be written by all users .* only$/);
});

fileTest("NodeHistory goes on in memory where the file cannot be written", async () => {
  // Not even root can make a file there.
  const run = await live("/proc/clusternode.history.jsonl", runOf(1), [2]);
  deepEqual(kinds(run), ["started n1", "joined n2", "stopped n1"]);
  match(run.troubles[0] ?? "", /^Cannot write history file .*: .*; trying again$/);
  match(run.troubles[1] ?? "", /^3 history lines could not be written to /);
  equal(run.troubles.length, 2);
});

fileTest(
  "NodeHistory tells nothing of another node, but says that it writes there",
  async (path) => {
    await live(path, runOf(1, { name: nameOf(7) }), [8]);
    await live(path, runOf(2, { cluster: "other" }), [9]);
    const own = await live(path, runOf(3, { name: "n1@elsewhere" as never }), [2]);
    deepEqual(kinds(own), ["started n1", "joined n2", "stopped n1"]);
    equal(own.troubles.length, 1);
    match(own.troubles[0] ?? "", /also holds the history of n7@10\.0\.0\.7, n1@10\.0\.0\.1, which/);
    // The same node under another address is the same node.
    equal(kinds(await live(path, runOf(4), [])).filter((one) => one === "joined n2").length, 1);
  },
);

fileTest(
  "two runs can write into one file at the same time, and each finds its own",
  async (path) => {
    const [one, other] = [begin(path, runOf(1)), begin(path, runOf(2, { name: nameOf(2) }))];
    for (let number = 10; number < 60; number++) {
      one.history.add([changeOf(number, systemClock.now())]);
      other.history.add([changeOf(number, systemClock.now())]);
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    await Promise.all([one, other].map(({ history }) => history[Symbol.asyncDispose]()));
    const next = await live(path, runOf(3), []);
    equal(kinds(next).filter((kind) => kind.startsWith("joined")).length, 50);
  },
);

fileTest("NodeHistory keeps two halves, and knows what held before them", async (path) => {
  const maxSizeBytes = 20_000;
  const { history, troubles } = begin(path, runOf(1), { maxSizeBytes });
  history.add([changeOf(2, systemClock.now()), changeOf(3, systemClock.now())]);
  for (let number = 4; number < 1000; number++) {
    history.add([changeOf(number, systemClock.now(), { name: nameOf(4), reason: "x".repeat(90) })]);
    if (number % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await history[Symbol.asyncDispose]();
  deepEqual(troubles, []);
  const sizes = [path, `${path}.1`].map((half) => Deno.statSync(half).size);
  ok(sizes.every((size) => size <= maxSizeBytes), `${sizes}`);
  await rejects(Deno.stat(`${path}.2`), Deno.errors.NotFound);
  // What held when a half was full stands in both, and is told once.
  const whole = await live(path, runOf(2), [], { maxSizeBytes });
  const numbers = whole.history.part(dayMs).entries.map(({ event }) =>
    "number" in event ? event.number : event.kind
  );
  equal(new Set(numbers).size, numbers.length - 1, "only `started` comes twice");
  await Deno.remove(`${path}.1`);
  const half = await live(path, runOf(3), [], { maxSizeBytes });
  deepEqual(kinds(half).slice(0, 3), ["started n1", "joined n2", "joined n3"]);
  ok(kinds(whole).length > kinds(half).length + 20, "both halves are read");
});

fileTest(
  "NodeHistory tells ages that a wall clock which was set back does not spoil",
  async (path) => {
    const wall = { ms: 2_000_000_000_000 };
    const clock: Clock = { ...systemClock, wallTime: () => wall.ms };
    await live(path, runOf(1), [2], { clock });
    wall.ms += 5000;
    await live(path, runOf(2), [3], { clock });
    wall.ms -= 1_000_000_000;
    const third = await live(path, runOf(3), [4], { clock });
    const ages = third.history.part(dayMs).entries.map(({ agoMs }) => agoMs);
    deepEqual(ages, ages.toSorted((one, other) => other - one));
    const [first = 0, , , second = 0] = ages;
    ok(first >= 5000 && first < 60_000, `${ages}`);
    ok(second < 60_000, `${ages}`);
  },
);

fileTest("NodeHistory tells nothing that is older than it is to keep", async (path) => {
  const wall = { ms: 1_000_000 };
  const clock: Clock = { ...systemClock, wallTime: () => wall.ms };
  await live(path, runOf(1), [2], { clock });
  wall.ms += 90 * 60_000;
  const { history } = await live(path, runOf(2), [3], { clock, keepMs: 60 * 60_000 });
  equal(history.page(dayMs).entries.length, 3);
  equal(history.page(dayMs).reachMs, 60 * 60_000);
  equal(history.part(dayMs).reachMs, 60 * 60_000);
});

Deno.test("NodeHistory remembers bad links when two looks show the same, and not at each look", async () => {
  const history = new NodeHistory({
    ...{ clock: systemClock, keepMs: dayMs, path: () => undefined, onTrouble: () => {} },
  });
  history.begin(runOf(1));
  const alone = { kind: "alone", name: nameOf(2) } as const;
  for (const findings of [[], [alone], [], [alone], [alone], [alone], [], [alone], [], []]) {
    history.links(findings);
  }
  deepEqual(kinds({ history, troubles: [] }), [
    ...["started n1", "links-changed 1", "links-changed 0"],
  ]);
  await history[Symbol.asyncDispose]();
});

Deno.test("NodeHistory remembers the first of many bad links, as far as they fit an answer", async () => {
  const history = new NodeHistory({
    ...{ clock: systemClock, keepMs: dayMs, path: () => undefined, onTrouble: () => {} },
  });
  history.begin(runOf(1));
  const findings = Array.from({ length: 1000 }, (_, number) => ({
    ...{ kind: "alone", name: nameOf(number) } as const,
  }));
  for (let look = 0; look < 2; look++) history.links(findings);
  const event = history.part(dayMs).entries.at(-1)?.event;
  const kept = event?.kind === "links-changed" ? event.findings : [];
  ok(kept.length > 100 && JSON.stringify(kept).length < 17_000, `${kept.length}`);
  deepEqual(kept, findings.slice(0, kept.length));
  await history[Symbol.asyncDispose]();
});
