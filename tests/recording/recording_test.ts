import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { linesOf } from "../../lib/recording/recording.ts";
import { replay } from "../../lib/recording/replay.ts";
import type { Replay, ReplayedStep } from "../../lib/recording/replay.ts";
import { recordedLines } from "./recorded_world.ts";

const lines = recordedLines(7, 5);

/** `text` with line `number`, counted from 1, replaced. */
function withLine(number: number, change: (line: string) => string): string[] {
  return lines.map((line, index) => index === number - 1 ? change(line) : line);
}

function failures(recording: Replay): string[] {
  return [...recording].flatMap(({ effects }) => effects).flatMap((effect) =>
    effect.kind === "changes" ? effect.changes : []
  ).filter(({ kind }) => kind === "failed").map(({ name }) => name);
}

Deno.test("replay() decides the same again through a kill and a freeze", () => {
  for (const [seed, count] of [[1, 3], [2, 5], [3, 20], [4, 40]] as const) {
    const recorded = recordedLines(seed, count);
    const recording = replay(linesOf(recorded.join("")));
    const steps = [...recording];
    equal(steps.length, recorded.length - 1);
    ok(steps.length > 100, `${steps.length} steps`);
    equal(steps.find(({ same }) => !same), undefined, `seed ${seed}`);
    equal(recording.cutOffLine, undefined);
    deepEqual(failures(replay(recorded)).sort(), ["n2@10.0.0.2", "n3@10.0.0.3"]);
  }
});

Deno.test("replay() gives settings, seed and time as they were", () => {
  const { header } = replay(lines);
  equal(header.software, "simulated/1");
  equal(header.seed, 7);
  equal(header.now, 0);
  equal(header.settings.name, "n1@10.0.0.1");
  equal(header.settings.statusEntriesMax, Infinity);
});

Deno.test("replay() finds the first step that goes another way", () => {
  // One of the pulse: of those before it some tell nothing new.
  const number = lines.findIndex((line, index) => index > 50 && line.includes('"kind":"pong"')) + 1;
  ok(number > 50);
  const changed = withLine(
    number,
    (line) => line.replace('"kind":"pong"', '"kind":"silent","detail":""'),
  );
  const different = [...replay(changed)].find(({ same }) => !same) as ReplayedStep;
  ok(different.line >= number, `line ${different.line}, changed was ${number}`);
  const forged = withLine(number, (line) => line.replace(/"digest":"\w+"/, '"digest":"00000000"'));
  const found = [...replay(forged)].filter(({ same }) => !same);
  deepEqual(found.map(({ line, expected }) => [line, expected]), [[number, "00000000"]]);
});

Deno.test("replay() finds another seed", () => {
  const other = withLine(1, (line) => line.replace('"seed":7', '"seed":8'));
  ok([...replay(other)].some(({ same }) => !same));
});

Deno.test("replay() leaves out a last line that is cut off, and tells so", () => {
  for (const keep of [1, 20, -2]) {
    const cut = replay(linesOf(withLine(lines.length, (line) => line.slice(0, keep)).join("")));
    equal([...cut].length, lines.length - 2);
    equal(cut.cutOffLine, lines.length);
  }
  // Only the line break is missing.
  const whole = replay(withLine(lines.length, (line) => line.trimEnd()));
  equal([...whole].length, lines.length - 1);
  equal(whole.cutOffLine, undefined);
});

Deno.test("replay() names a damaged line and what is wrong with it", () => {
  const cases: [change: (line: string) => string, fault: RegExp][] = [
    [() => "\n", /^SyntaxError: Line 9 is damaged: it is not JSON$/],
    [(line) => `${line.slice(0, 20)}\n`, /Line 9 is damaged: it is not JSON/],
    [() => "null\n", /Line 9 is damaged: it is no JSON object/],
    [() => "{}\n", /Line 9 is damaged: its field "at" is not legal/],
    [() => '{"at":1,"digest":"0a1b2c3d"}\n', /Line 9 is damaged: its field "input" is not legal/],
    [
      () => '{"at":1,"input":{"kind":"tea"},"digest":"0a1b2c3d"}\n',
      /Line 9 is damaged: its input is of an unknown kind, "tea"/,
    ],
    [
      () => '{"at":1,"input":{"kind":"listed","rows":[{}]},"digest":"0a1b2c3d"}\n',
      /Line 9 is damaged: its field "input\.rows\.0\.row" is not legal/,
    ],
  ];
  for (const [change, fault] of cases) throws(() => [...replay(withLine(9, change))], fault);
});

Deno.test("replay() refuses what is no recording", () => {
  const header = lines[0] as string;
  throws(() => replay([]), /^SyntaxError: It is empty$/);
  throws(() => replay(["18:51:29.277 [info] hello\n"]), /It does not begin as a recording does/);
  throws(() => replay([header.slice(0, 50)]), /It does not begin as a recording does/);
  const newer = header.replace('"version":1', '"version":2');
  throws(() => replay([newer]), /Its version is 2, and only version 1 can be read/);
  const damaged = header.replace('"intervalMs":1000', '"intervalMs":"1s"');
  throws(
    () => replay([damaged]),
    /Line 1 is damaged: its field "settings.intervalMs" is not legal/,
  );
});
