import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import * as v from "valibot";
import { linesOfFile } from "../../lib/cli/parse/file_lines.ts";
import { replayFile } from "../../lib/cli/commands/replay.ts";
import { replaySchema } from "../../lib/report/simulate_report.ts";
import { CommandError } from "../../lib/cli/exit_codes.ts";
import { recordedLines } from "../recording/recorded_world.ts";
import { needing } from "../permissions.ts";
import { fakeWorld } from "./fake_context.ts";

const lines = recordedLines(7, 5);
const recording = lines.join("");
const forged = lines.with(8, (lines[8] ?? "").replace(/"digest":"\w+"/, '"digest":"00000000"'))
  .join("");

/** Replays a file with this text; what was printed, and the exit code. */
async function told(text: string, json = false): Promise<{ stdout: string; code: number }> {
  let stdout = "";
  const world = fakeWorld({ files: { "n1.recording": text } }, (more) => stdout += more);
  const code = await replayFile(world, "n1.recording", { json });
  return { stdout, code };
}

Deno.test("replayFile() tells the story of a recording", async () => {
  const { stdout, code } = await told(recording);
  equal(code, 0);
  match(stdout, /^RECORDING +n1\.recording\nnode +n1@10\.0\.0\.1\n/);
  match(stdout, /^software +simulated\/1$/m);
  match(stdout, /^ +0\.0\d\d s {2}n1@10\.0\.0\.1 is registered$/m);
  match(stdout, /^ +[89]\.\d{3} s {2}n2@10\.0\.0\.2 is (down|unreachable): /m);
  match(stdout, /^ +2\d\.\d{3} s {2}n3@10\.0\.0\.3 is back: /m);
  ok(
    stdout.endsWith(`\n\n${lines.length - 1} inputs in 30.000 s: the same decisions again\n`),
    stdout,
  );
});

Deno.test("replayFile() gives the story as JSON", async () => {
  const { stdout, code } = await told(recording, true);
  equal(code, 0);
  const replayed = JSON.parse(stdout);
  v.assert(replaySchema, replayed);
  const { name, software, seed, story, stepCount, virtualMs, same } = replayed;
  deepEqual(
    [name, software, seed, stepCount, virtualMs, same],
    ["n1@10.0.0.1", "simulated/1", 7, lines.length - 1, 30_000, true],
  );
  ok(story.some(({ message }) => message.startsWith("n2@10.0.0.2 is down")));
});

Deno.test("replayFile() says where a recording goes another way", async () => {
  const { stdout, code } = await told(forged);
  equal(code, 1);
  match(stdout, /differs first at step 8 \(line 9\): after "[a-z-]+" .*; 00000000 was recorded\n/);
  match(stdout, /It was recorded by simulated\/1, and this is clusternode\//);
  const replayed = JSON.parse((await told(forged, true)).stdout);
  v.assert(replaySchema, replayed);
  const { same, difference } = replayed;
  deepEqual([same, difference?.sequence, difference?.line], [false, 8, 9]);
});

Deno.test("replayFile() leaves out a last line that is cut off, and says so", async () => {
  const { stdout, code } = await told(recording.slice(0, -9));
  equal(code, 0);
  match(stdout, new RegExp(`Line ${lines.length}, the last one, is cut off and was left out`));
  match(stdout, new RegExp(`${lines.length - 2} inputs in .*: the same decisions again`));
});

Deno.test("replayFile() fails when the file is missing, damaged or something else", async () => {
  const damaged = lines.with(4, "{\n").join("");
  const fails = (text: string, message: string): Promise<void> =>
    rejects(told(text), (error) => error instanceof CommandError && error.message === message);
  await fails("", "Cannot replay n1.recording: It is empty");
  await fails("hello\n", "Cannot replay n1.recording: It does not begin as a recording does");
  await fails(damaged, "Cannot replay n1.recording: Line 5 is damaged: it is not JSON");
  const missing = replayFile(fakeWorld({}, () => {}), "nowhere", { json: false });
  await rejects(missing, /^CommandError: Cannot read nowhere: No such file$/);
});

Deno.test({
  ...needing("linesOfFile() gives the lines of a file of several chunks", "read", "write"),
  async fn() {
    const path = await Deno.makeTempFile();
    try {
      const written = Array.from({ length: 300 }, (_, number) => `${number} ${"é".repeat(5000)}\n`);
      await Deno.writeTextFile(path, [...written, "the end"].join(""));
      deepEqual([...linesOfFile(path)], [...written, "the end"]);
    } finally {
      await Deno.remove(path);
    }
  },
});
