/**
 * The log file under real processes, a real full disk and a really frozen lock holder.
 *
 * @module
 */

import assert from "node:assert/strict";
import { systemClock, withDeadline } from "../../lib/clock.ts";
import { lockPathOf } from "../../lib/lines/file_driver.ts";
import { RotatingFile } from "../../lib/lines/rotating_file.ts";
import { needing } from "../permissions.ts";
import { diskTest } from "../integration/disk.ts";

const fixture = (name: string): string => new URL(`../log/${name}`, import.meta.url).pathname;

/**
 * The text of cluster.log and its predecessors, the newest first; asserts that no number is
 * missing.
 */
async function readAll(directory: string): Promise<string[]> {
  const all = await Array.fromAsync(Deno.readDir(directory), ({ name }) => name);
  const names = all.filter((name) => name !== ".cluster.log.lock");
  const paths = names.map((_name, index) => `cluster.log${index === 0 ? "" : `.${index}`}`);
  assert.deepEqual(names.sort(), [...paths].sort());
  return await Promise.all(paths.map((name) => Deno.readTextFile(`${directory}/${name}`)));
}

function spawn(script: string, ...args: string[]): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", fixture(script), ...args],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
}

/** The lines of `stream` one by one; `undefined` at its end. */
function lineReader(stream: ReadableStream<Uint8Array>): { next(): Promise<string | undefined> } {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let buffer = "";
  return {
    async next(): Promise<string | undefined> {
      for (;;) {
        const end = buffer.indexOf("\n");
        if (end >= 0) {
          const line = buffer.slice(0, end);
          buffer = buffer.slice(end + 1);
          return line;
        }
        const { value, done } = await reader.read();
        if (done) return buffer === "" ? undefined : buffer;
        buffer += decoder.decode(value, { stream: true });
      }
    },
  };
}

Deno.test({
  ...needing(
    "eight processes write 100,000 lines through rotation and none is lost or torn",
    "read",
    "write",
    "run",
  ),
  async fn(): Promise<void> {
    const directory = await Deno.makeTempDir();
    const [processes, linesEach, maxSizeBytes] = [8, 12_500, 64 * 1024];
    try {
      const writers = Array.from({ length: processes }, (_none, index) =>
        spawn(
          "writer.ts",
          `${directory}/cluster.log`,
          `w${index}`,
          ...[linesEach, 50, maxSizeBytes, 1000].map(String),
        ));
      const outputs = writers.map(({ stdout }) => lineReader(stdout));
      for (const output of outputs) assert.equal(await output.next(), "ready");
      for (const { stdin } of writers) {
        const start = stdin.getWriter();
        await start.write(new Uint8Array(1));
        await start.close();
      }
      for (const [index, writer] of writers.entries()) {
        assert.equal(await outputs[index]?.next(), undefined);
        assert.ok((await writer.status).success);
      }
      checkHistory(await readAll(directory), processes, linesEach, maxSizeBytes);
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
});

function checkHistory(
  files: string[],
  processes: number,
  linesEach: number,
  maxSizeBytes: number,
): void {
  const next = new Array<number>(processes).fill(0);
  for (const text of files.toReversed()) {
    assert.equal(text.at(-1), "\n");
    for (const line of text.slice(0, -1).split("\n")) {
      const found = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d\d\d \[info\] w(\d) (\d+) (x*)$/.exec(line);
      assert.ok(found, `not a whole line: ${line}`);
      const writer = Number(found[1]);
      const index = Number(found[2]);
      // Each writer's lines are in its order, so the expected number proves "once, and all".
      assert.equal(index, next[writer], `of writer ${writer}`);
      assert.equal(found[3]?.length, (index * 7) % 40);
      next[writer] = index + 1;
    }
  }
  assert.deepEqual(next, new Array<number>(processes).fill(linesEach));
  const longestLine = "2016-03-10 18:51:29.277 [info] w0 12499 \n".length + 39;
  const totalBytes = files.reduce((sum, { length }) => sum + length, 0);
  assert.ok(files.length >= totalBytes / maxSizeBytes);
  files.forEach((text, number) => {
    assert.ok(text.length <= maxSizeBytes, `file ${number} has ${text.length} bytes`);
    // Full: the line that did not fit is at most the longest. (It need not be the first of the next
    // file, as another process may get there before the one that rotated.)
    assert.ok(
      number === 0 || text.length + longestLine > maxSizeBytes,
      `file ${number} was rotated too early, at ${text.length} bytes`,
    );
  });
}

/** A rotating file for this process, what it said, and a way to wait for its next saying. */
function openFile(path: string, maxSizeBytes = 1_000_000): {
  file: RotatingFile;
  troubles: string[];
  trouble: () => Promise<string>;
} {
  const troubles: string[] = [];
  let waiting: ((message: string) => void) | undefined;
  const file = new RotatingFile({
    path,
    maxSizeBytes,
    maxFiles: 3,
    clock: systemClock,
    note: (message) => new TextEncoder().encode(`note: ${message}\n`),
    onTrouble(message): void {
      troubles.push(message);
      waiting?.(message);
    },
    bufferMaxBytes: 1000,
    lockTimeoutMs: 100,
    retryMs: 20,
  });
  const trouble = (): Promise<string> => {
    const told = new Promise<string>((resolve) => waiting = resolve);
    return withDeadline(systemClock, 20_000, "a message about the log file", told);
  };
  return { file, troubles, trouble };
}

Deno.test({
  ...needing("a frozen lock holder costs only what the buffer cannot hold", "read", "write", "run"),
  async fn(): Promise<void> {
    const directory = await Deno.makeTempDir();
    const path = `${directory}/cluster.log`;
    const holder = spawn("lock_holder.ts", lockPathOf(path));
    const { file, troubles, trouble } = openFile(path);
    try {
      const stdout = holder.stdout.getReader();
      await stdout.read();
      holder.kill("SIGSTOP");
      const line = (index: number): Uint8Array =>
        new TextEncoder().encode(`line ${1000 + index}\n`);
      const warned = trouble();
      file.write(line(0));
      assert.match(await warned, /Cannot write .*: another process keeps it locked; trying again$/);
      for (let index = 1; index <= 300; index++) file.write(line(index));
      assert.equal(await file.flush(50), false);
      holder.kill("SIGCONT");
      await holder.stdin.close();
      assert.ok(await file.flush(20_000));
      const text = await Deno.readTextFile(path);
      const lost = /note: (\d+) log lines could not be written to .*: another process keeps/.exec(
        text,
      );
      assert.equal(text.match(/^line /gm)?.length, 301 - Number(lost?.[1]));
      assert.match(text, /^line 1000\nnote: .*\nline (\d+)\n(line \d+\n)*line 1300\n$/);
      assert.equal(troubles.length, 2);
      await stdout.cancel();
    } finally {
      await end(holder);
      await file.close(1000);
      await Deno.remove(directory, { recursive: true });
    }
  },
});

Deno.test({
  ...needing("a process that locks the log file itself holds up nobody", "read", "write", "run"),
  async fn(): Promise<void> {
    const directory = await Deno.makeTempDir();
    const path = `${directory}/cluster.log`;
    const holder = spawn("lock_holder.ts", path);
    const { file, troubles } = openFile(path);
    try {
      const stdout = holder.stdout.getReader();
      await stdout.read();
      file.write(new TextEncoder().encode("line\n"));
      assert.ok(await file.flush(20_000));
      assert.equal(await Deno.readTextFile(path), "line\n");
      assert.deepEqual(troubles, []);
      await stdout.cancel();
    } finally {
      await holder.stdin.close();
      await end(holder);
      await file.close(1000);
      await Deno.remove(directory, { recursive: true });
    }
  },
});

/** Ends `process`, frozen or not, if it has not ended yet. */
async function end(process: Deno.ChildProcess): Promise<void> {
  try {
    process.kill("SIGKILL");
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
  await process.status;
}

diskTest("a full disk loses only what could not be written", 64, async (disk) => {
  const { file, troubles, trouble } = openFile(`${disk.path}/cluster.log`);
  try {
    await Deno.writeFile(`${disk.path}/other`, new Uint8Array(32 * 1024));
    const warned = trouble();
    const line = (index: number): string => `line ${index} ${"x".repeat(80)}\n`;
    let written = 0;
    // Each line is flushed, so that only the disk can refuse it.
    for (; troubles.length === 0; written++) {
      file.write(new TextEncoder().encode(line(written)));
      await Promise.race([file.flush(10_000), warned]);
    }
    assert.match(await warned, /Cannot write .*: No space left on device; trying again$/);
    for (let more = 0; more < 30; more++) {
      file.write(new TextEncoder().encode(line(written++)));
    }
    const whole = await Deno.readTextFile(`${disk.path}/cluster.log`);
    assert.match(whole, /^(line \d+ x{80}\n)+$/);
    assert.equal(await file.flush(50), false);
    assert.equal(troubles.length, 1);
    await Deno.remove(`${disk.path}/other`);
    assert.ok(await file.flush(10_000));
    const text = await Deno.readTextFile(`${disk.path}/cluster.log`);
    const lost = /^note: (\d+) log lines could not be written to .*: No space left/m.exec(text);
    const numbers = [...text.matchAll(/^line (\d+) x{80}$/gm)].map(([, number]) => Number(number));
    assert.equal(numbers.length + 1, text.split("\n").length - 1);
    assert.equal(numbers.length + Number(lost?.[1]), written);
    assert.equal(numbers.at(-1), written - 1);
    assert.deepEqual(numbers, [...new Set(numbers)].sort((a, b) => a - b));
    assert.equal(troubles.length, 2);
  } finally {
    await file.close(1000);
  }
});
