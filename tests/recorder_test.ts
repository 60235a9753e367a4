/**
 * The file of a recording: what is in it, when, and what ends it.
 *
 * @module
 */
import { simSettings } from "../lib/simulation/sim_settings.ts";
import assert from "node:assert/strict";
import { systemClock } from "../lib/clock.ts";
import type { Clock } from "../lib/clock.ts";
import { linesOf } from "../lib/recording/recording.ts";
import { replay } from "../lib/recording/replay.ts";
import type { NodeName } from "../lib/core/base/name.ts";
import type { Settings } from "../lib/core/settings.ts";
import { FileRecorder } from "../lib/recorder.ts";
import { eventually } from "./integration/process.ts";
import { needing } from "./permissions.ts";
import { TemporaryFolder } from "./support/temporary_folder.ts";
import { ManualClock } from "./support/manual_clock.ts";

const settings: Settings = {
  ...simSettings,
  name: "n1@10.0.0.1" as NodeName,
  instance: "0".repeat(32),
  addresses: [{ host: "10.0.0.1", port: 4000 }],
};

/** A recorder with what it complained of. */
function recorderFor(
  path: string,
  { clock = systemClock, maxSizeBytes }: { clock?: Clock; maxSizeBytes?: number } = {},
): { recorder: FileRecorder; troubles: string[] } {
  const troubles: string[] = [];
  const recorder = new FileRecorder({
    path,
    software: "clusternode/1",
    seed: 1,
    clock,
    onTrouble: (message) => troubles.push(message),
    ...maxSizeBytes === undefined ? {} : { maxSizeBytes },
  });
  return { recorder, troubles };
}

function lineCount(path: string): number {
  try {
    return [...linesOf(Deno.readTextFileSync(path))].length;
  } catch {
    return 0;
  }
}

function fileTest(name: string, fn: (folder: string) => Promise<void>): void {
  Deno.test({
    ...needing(name, "read", "write"),
    async fn() {
      await using folder = new TemporaryFolder();
      await fn(folder.path);
    },
  });
}

fileTest("FileRecorder writes all steps in order into a file for its user only", async (folder) => {
  const path = `${folder}/new/n1.recording`;
  const { recorder, troubles } = recorderFor(path);
  recorder.begin(settings, 100);
  for (let number = 0; number < 5000; number++) {
    recorder.step({ kind: "list-failed", reason: `é ${number}` }, 100 + number, []);
  }
  await recorder[Symbol.asyncDispose]();
  recorder.step({ kind: "wake" }, 9000, []);
  await recorder[Symbol.asyncDispose]();
  assert.deepEqual(troubles, []);
  assert.equal((await Deno.stat(path)).mode! & 0o777, 0o600);
  const recording = replay(linesOf(await Deno.readTextFile(path)));
  assert.equal(recording.header.now, 100);
  const reasons = [...recording].map(({ input }) => "reason" in input ? input.reason : "");
  assert.deepEqual(reasons, Array.from({ length: 5000 }, (_, number) => `é ${number}`));
});

fileTest("FileRecorder writes a step within a second", async (folder) => {
  const path = `${folder}/n1.recording`;
  const clock = new ManualClock();
  const { recorder } = recorderFor(path, { clock });
  recorder.begin(settings, 0);
  await eventually(() => lineCount(path) === 1, 5000, "the header is there at once");
  recorder.step({ kind: "wake" }, 1, []);
  clock.pass(999);
  assert.equal(lineCount(path), 1);
  clock.pass(1);
  await eventually(() => lineCount(path) === 2, 5000, "the step is there");
  await recorder[Symbol.asyncDispose]();
  assert.equal(clock.pending, 0);
});

fileTest("FileRecorder keeps the recording of the run before", async (folder) => {
  const path = `${folder}/n1.recording`;
  for (const now of [1, 2, 3]) {
    const { recorder } = recorderFor(path);
    recorder.begin(settings, now);
    await recorder[Symbol.asyncDispose]();
  }
  const begun = [path, `${path}.1`].map((file) => replay([Deno.readTextFileSync(file)]).header.now);
  assert.deepEqual(begun, [3, 2]);
});

fileTest("FileRecorder ends with one warning when the file is large enough", async (folder) => {
  const path = `${folder}/n1.recording`;
  const { recorder, troubles } = recorderFor(path, { maxSizeBytes: 2 ** 20 });
  recorder.begin(settings, 0);
  for (let at = 0; at < 30_000; at++) recorder.step({ kind: "wake" }, at, []);
  await recorder[Symbol.asyncDispose]();
  const grown = `Cannot record to "${path}": the file would grow beyond 1 MiB; ` +
    "nothing more is recorded";
  assert.deepEqual(troubles, [grown]);
  const { size } = await Deno.stat(path);
  assert.ok(size <= 2 ** 20 && size > 2 ** 20 - 100, `${size} bytes`);
  const recording = replay(linesOf(await Deno.readTextFile(path)));
  assert.ok([...recording].length > 10_000);
  assert.equal(recording.cutOffLine, undefined);
});

fileTest("FileRecorder ends with one warning when it cannot write", async (folder) => {
  await Deno.writeTextFile(`${folder}/file`, "");
  const cases: [path: string, reason: RegExp][] = [
    [folder, /it is a directory/],
    [`${folder}/file/n1.recording`, /Not a directory/],
  ];
  if (Deno.build.os === "linux") cases.push(["/dev/full", /No space left on device/]);
  for (const [path, reason] of cases) {
    const { recorder, troubles } = recorderFor(path);
    recorder.begin(settings, 0);
    await eventually(() => troubles.length > 0, 5000, "it complains at once");
    for (let at = 0; at < 100; at++) recorder.step({ kind: "wake" }, at, []);
    await recorder[Symbol.asyncDispose]();
    assert.equal(troubles.length, 1, troubles.join("\n"));
    assert.match(troubles[0] ?? "", reason);
    assert.match(troubles[0] ?? "", /^Cannot record to ".*; nothing more is recorded$/);
  }
});

fileTest("FileRecorder writes much at once", async (folder) => {
  const path = `${folder}/n1.recording`;
  const clock = new ManualClock();
  const { recorder } = recorderFor(path, { clock });
  recorder.begin(settings, 0);
  await eventually(() => lineCount(path) === 1, 5000, "the header is there");
  recorder.step({ kind: "list-failed", reason: "x".repeat(2 ** 18) }, 1, []);
  await eventually(() => lineCount(path) === 2, 5000, "the step is there, and no time has passed");
  await recorder[Symbol.asyncDispose]();
});

fileTest("FileRecorder ends with one warning when the disk is too slow", async (folder) => {
  const { recorder, troubles } = recorderFor(`${folder}/n1.recording`);
  recorder.begin(settings, 0);
  // All of it in one turn, in which no disk gets anything.
  for (let at = 0; at < 20; at++) {
    recorder.step({ kind: "list-failed", reason: "x".repeat(2 ** 20) }, at, []);
  }
  await recorder[Symbol.asyncDispose]();
  assert.equal(troubles.length, 1);
  assert.match(troubles[0] ?? "", /: the disk is too slow; nothing more is recorded$/);
});

Deno.test({
  ...needing(
    "FileRecorder writes nowhere where other users could read along",
    "read",
    "write",
    "sys",
  ),
  async fn() {
    await using folder = new TemporaryFolder();
    await Deno.chmod(folder.path, 0o777);
    const { recorder, troubles } = recorderFor(`${folder.path}/n1.recording`);
    recorder.begin(settings, 0);
    await recorder[Symbol.asyncDispose]();
    assert.equal(troubles.length, 1);
    assert.match(troubles[0] ?? "", /can be written by all users \(mode 0777\); nothing more/);
  },
});
