/** What a person sees of `local`. */
import { deepEqual, equal, match } from "node:assert/strict";
import { Happenings } from "../../lib/cli/local/happenings.ts";
import { linePrinter } from "../../lib/cli/local/local_lines.ts";
import { localFrame } from "../../lib/cli/local/local_screen.ts";
import { readLogLine } from "../../lib/report/read_log_line.ts";
import { parentText, parentWatchVariable, parentWords } from "../../lib/cli/parent_watch.ts";
import type { ParentWords } from "../../lib/cli/parent_watch.ts";
import { paintFor, plainPaint } from "../../lib/cli/terminal/paint.ts";
import type { NodeName } from "../../lib/core/base/name.ts";
import type { MemberView } from "../../lib/core/members/member.ts";
import { fakeWorld } from "./fake_context.ts";

/** Local time, as people see it. */
const begunAt = new Date(2026, 0, 2, 20, 15, 0).getTime();

function nameOf(number: number): NodeName {
  return `n${number}@127.0.0.1` as NodeName;
}

/** A line of the log, `ms` after the beginning. */
function lineOf(ms: number, properties: Record<string, unknown>): string {
  const time = new Date(begunAt + ms).toISOString();
  const line = { schema: "log.v1", time, level: "info", event: "note", message: "words" };
  return JSON.stringify({ ...line, ...properties });
}

/** A happening as node `teller` tells it of the nodes `numbers`. */
function told(
  happenings: Happenings,
  teller: number,
  ms: number,
  event: string,
  numbers: readonly number[],
  more: Record<string, unknown> = {},
): void {
  const members = numbers.map((number) => ({ name: nameOf(number) }));
  const record = readLogLine(lineOf(ms, { event, members, reason: "it answered", ...more }));
  if (record !== undefined) happenings.addRecord(nameOf(teller), record);
}

const failed = { level: "warning", status: "down", reason: "n1@127.0.0.1 cannot reach it: silent" };

const long = "n1@127.0.0.1 cannot reach it: connection refused; its heartbeat was seen to move";

function viewOf(number: number, changes: Partial<MemberView> = {}): MemberView {
  return {
    name: nameOf(number),
    kind: "node",
    instance: `${number}`.padStart(32, "0"),
    incarnation: 0,
    status: "alive",
    self: number === 1,
    linkWorks: true,
    addresses: [{ host: "127.0.0.1", port: 40_000 + number }],
    forMs: 61_000,
    reason: "it answers pings",
    flapping: false,
    tags: {},
    startedAt: "",
    software: "clusternode/0.1.0",
    ...number === 1 ? {} : { roundTripUs: 400 + number },
    ...changes,
  };
}

/** `count` nodes of which the third one was killed: two thirds of the cluster have told so. */
function frameOf(count: number, columns: number, rows: number): readonly string[] {
  const happenings = new Happenings();
  const all = Array.from({ length: count }, (_, index) => index + 1);
  for (const teller of all) {
    told(happenings, teller, 900, "joined", all.filter((number) => number !== teller));
  }
  happenings.addText(nameOf(3), "its process has ended by SIGKILL", begunAt + 60_000);
  for (const teller of all.filter((number) => number !== 3)) {
    told(happenings, teller, 60_400, "failed", [3], { ...failed, reason: long });
  }
  const dead = { status: "down" as const, forMs: 1200, reason: long };
  return localFrame({
    views: all.map((number) => viewOf(number, number === 3 ? dead : {})),
    caption: "2 of 3 processes run",
    happenings,
    pidOf: (name) => name === nameOf(3) ? undefined : 4000 + Number(/\d+/.exec(name)),
    paint: plainPaint,
  })({ columns, rows });
}

function linesOf(happenings: Happenings, count = 100): readonly string[] {
  const names = new Set([1, 2, 3, 4, 5].map(nameOf));
  const label = (name: string): string => name.slice(0, name.indexOf("@"));
  return happenings.lines(count, { width: 200, paint: plainPaint, names, label });
}

Deno.test("Happenings counts those who tell of the same, and makes a line when it happens again", () => {
  const happenings = new Happenings();
  told(happenings, 1, 0, "failed", [3], failed);
  told(happenings, 2, 400, "failed", [3], { ...failed, reason: "another one" });
  told(happenings, 4, 900, "failed", [3], failed);
  told(happenings, 1, 5000, "returned", [3]);
  told(happenings, 1, 9000, "failed", [3], failed);
  told(happenings, 2, 9100, "failed", [3], failed);
  // So late that it can hardly be the same.
  told(happenings, 4, 60_000, "failed", [3], failed);
  deepEqual(linesOf(happenings), [
    "20:15:00 ✗ n1 and 2 more: n3 is down: n1 cannot reach it: silent",
    "20:15:05   n1: n3 is back: it answered",
    "20:15:09 ✗ n1 and 1 more: n3 is down: n1 cannot reach it: silent",
    "20:16:00 ✗ n4: n3 is down: n1 cannot reach it: silent",
  ]);
});

Deno.test("Happenings makes one line of what happens to many at once", () => {
  const happenings = new Happenings();
  told(happenings, 1, 0, "joined", [2, 3]);
  told(happenings, 2, 100, "joined", [1, 3]);
  told(happenings, 3, 1900, "joined", [4]);
  told(happenings, 3, 5000, "joined", [5]);
  deepEqual(linesOf(happenings), [
    "20:15:00   4 members: n1, n2, n3, n4: each joined: it answered",
    "20:15:05   n3: n5 joined: it answered",
  ]);
});

Deno.test("Happenings shows warnings and errors once, and nothing that the table shows", () => {
  const happenings = new Happenings();
  const add = (teller: number, properties: Record<string, unknown>): void => {
    const record = readLogLine(lineOf(0, properties));
    if (record !== undefined) happenings.addRecord(nameOf(teller), record);
  };
  add(1, { event: "status" });
  add(1, { event: "starting" });
  add(1, { level: "debug" });
  for (const teller of [1, 2]) add(teller, { level: "warning", message: "Registry unavailable" });
  add(1, { level: "error", message: "\x1b[2J" });
  add(1, { event: "stopped" });
  for (const teller of [2, 3]) {
    add(teller, { event: "leaving", message: `${nameOf(teller)} is leaving: SIGTERM has come` });
  }
  deepEqual(linesOf(happenings), [
    "20:15:00 ! n1 and 1 more: Registry unavailable",
    "20:15:00 ✗ n1: \\x1b[2J",
    "20:15:00   n2 and 1 more: is leaving: SIGTERM has come",
  ]);
  equal(linesOf(happenings, 1)[0]?.includes("leaving"), true);
  deepEqual(linesOf(happenings, 0), []);
});

Deno.test("readLogLine() takes records alone, and changes of members only where they are whole", () => {
  for (const line of ["", "error: Uncaught", "[]", "null", '{"level":"info"}']) {
    equal(readLogLine(line), undefined, line);
  }
  const members = [{ name: nameOf(3) }];
  const whole = { event: "failed", members, status: "down", reason: "silent" };
  const [change] = readLogLine(lineOf(0, whole))?.changes ?? [];
  deepEqual(change, {
    ...{ kind: "failed", name: nameOf(3), status: "down" },
    ...{ service: undefined, reason: "silent" },
  });
  for (const wrong of [{ members: [] }, { members: [{ name: "n3" }] }, { event: "note" }]) {
    deepEqual(readLogLine(lineOf(0, { ...whole, ...wrong }))?.changes, []);
  }
});

Deno.test("localFrame() shows the dead one first, processes, and below what has changed", () => {
  deepEqual(frameOf(5, 80, 24), [
    "4 of 5 alive; n3 down 1.2 s",
    "2 of 3 processes run",
    "",
    "   NAME          STATE   FOR   PID  REASON",
    "✗  n3@127.0.0.1  down   1.2s     -  connection refused; its heartbeat was seen…",
    "   n1@127.0.0.1  alive  1m1s  4001",
    "   n2@127.0.0.1  alive  1m1s  4002",
    "   n4@127.0.0.1  alive  1m1s  4004",
    "   n5@127.0.0.1  alive  1m1s  4005",
    "",
    "WHAT CHANGED",
    "20:15:00   5 members: n1, n2, n3, n4, n5: each joined: it answered",
    "20:16:00   n3: its process has ended by SIGKILL",
    "20:16:00 ✗ n1 and 3 more: n3 is down: n1 cannot reach it: connection refused; i…",
  ]);
});

Deno.test("localFrame() fits every terminal, and never loses the dead one or the last change", () => {
  for (const [columns, rows] of [[80, 24], [200, 50], [40, 12]] as const) {
    for (const count of [3, 24, 60]) {
      const lines = frameOf(count, columns, rows);
      equal(lines.length <= rows, true, `${lines.length} lines`);
      for (const line of lines) equal(line.length <= columns, true, line);
      match(lines[4] ?? "", /^✗ {2}n3/);
      match(lines.at(-1) ?? "", /✗ n1 and \d+ more: n3/);
    }
  }
});

Deno.test("linePrinter() colours warnings and false on a terminal, and adds nothing elsewhere", () => {
  const lines = [
    '20:15:00.000 [info] n1@127.0.0.1["n1@127.0.0.1": true, "n3@127.0.0.1": false]',
    "20:15:00.000 [warning] n1@127.0.0.1: n3@127.0.0.1 is down: false",
    "20:15:00.000 [error] \x1b[2J",
    "killed with SIGKILL",
  ];
  const shown = (isTerminal: boolean): string[] => {
    const written: string[] = [];
    const world = { ...fakeWorld({}, (text) => written.push(text)), stdoutIsTerminal: isTerminal };
    const print = linePrinter(world, 10);
    lines.forEach((line) => print(3, line));
    return written;
  };
  const plain = lines.map((line) => `node_3  | ${line.replace("\x1b", "\\x1b")}\n`);
  deepEqual(shown(false), plain);
  const paint = paintFor({ stdoutIsTerminal: true, environment: {} });
  const green = (text: string): string => text.replace("node_3  |", "\x1b[32mnode_3  |\x1b[39m");
  deepEqual(shown(true), [
    green(plain[0] ?? "").replace("false", paint("bad", "false")),
    green(plain[1] ?? "").replace("[warning]", paint("doubtful", "[warning]")),
    green(plain[2] ?? "").replace("[error]", paint("bad", "[error]")),
    green(plain[3] ?? ""),
  ]);
});

Deno.test("parentWords() reads what parentText() says, and nothing else", () => {
  const instance = "0123456789abcdef".repeat(2);
  for (const words of [{ instance, readsLog: true }, { instance, readsLog: false }]) {
    const environment = { [parentWatchVariable]: parentText(words satisfies ParentWords) };
    deepEqual(parentWords(environment), words);
  }
  for (const text of ["", "1", `${instance} x`, instance.toUpperCase()]) {
    equal(parentWords({ [parentWatchVariable]: text }), undefined, text);
  }
});
