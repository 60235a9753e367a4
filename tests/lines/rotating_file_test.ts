import assert from "node:assert/strict";
import { systemClock, withDeadline } from "../../lib/clock.ts";
import { RotatingFile, type RotatingFileOptions } from "../../lib/lines/rotating_file.ts";
import { needing } from "../permissions.ts";
import { bytes, MemoryFiles } from "./fakes.ts";
import { ManualClock } from "../support/manual_clock.ts";

function open(driver: MemoryFiles, options: Partial<RotatingFileOptions> = {}): {
  file: RotatingFile;
  clock: ManualClock;
  troubles: string[];
} {
  const clock = new ManualClock(1_700_000_000_000);
  const troubles: string[] = [];
  const file = new RotatingFile({
    path: "/log",
    maxSizeBytes: 1000,
    maxFiles: 5,
    clock,
    driver,
    note: (message) => bytes(`note: ${message}\n`),
    onTrouble: (message) => troubles.push(message),
    ...options,
  });
  return { file, clock, troubles };
}

Deno.test("RotatingFile.write() sends the lines of one turn together", async () => {
  const driver = new MemoryFiles();
  const { file, clock, troubles } = open(driver);
  assert.deepEqual(driver.paths(), []);
  for (const line of ["a\n", "b\n", "c\n"]) file.write(bytes(line));
  assert.ok(await file.flush(1000));
  assert.equal(driver.locks, 1);
  assert.equal(driver.read("/log"), "a\nb\nc\n");
  await file.close(1000);
  assert.equal(driver.opened, 0);
  assert.equal(clock.pending, 0);
  assert.deepEqual(troubles, []);
});

Deno.test("RotatingFile says once that the disk is full, and how much was lost", async () => {
  const driver = new MemoryFiles();
  driver.freeBytes = 5;
  const { file, clock, troubles } = open(driver, { bufferMaxBytes: 8, retryMs: 1000 });
  file.write(bytes("aaa\n"));
  assert.ok(await file.flush(0));
  for (const line of ["bbb\n", "ccc\n", "ddd\n", "eee\n", "fff\n"]) {
    file.write(bytes(line));
    await clock.passGradually(1000);
  }
  const full = "No space left on device";
  assert.deepEqual(troubles, [`Cannot write log file "/log": ${full}; trying again`]);
  driver.freeBytes = Infinity;
  await clock.passGradually(1000);
  const lost = `2 log lines could not be written to "/log": ${full}`;
  assert.equal(driver.read("/log"), `aaa\nbbb\nnote: ${lost}\neee\nfff\n`);
  assert.deepEqual(troubles.slice(1), [lost]);
  file.write(bytes("ggg\n"));
  assert.ok(await file.flush(1000));
  assert.equal(troubles.length, 2);
  await file.close(1000);
});

Deno.test("RotatingFile loses nothing when the trouble is over before the buffer is full", async () => {
  const driver = new MemoryFiles();
  driver.openError = "Permission denied (os error 13): open '/log'";
  const { file, clock, troubles } = open(driver);
  file.write(bytes("a\n"));
  await clock.passGradually(5000);
  file.write(bytes("b\n"));
  driver.openError = undefined;
  await clock.passGradually(1000);
  assert.equal(driver.read("/log"), "a\nb\n");
  assert.deepEqual(troubles, [
    'Cannot write log file "/log": Permission denied; trying again',
    'Log file "/log" can be written again',
  ]);
  await file.close(0);
});

Deno.test("RotatingFile.reopen() tries again at once", async () => {
  const driver = new MemoryFiles();
  driver.openError = "Permission denied";
  const { file, clock } = open(driver);
  file.write(bytes("a\n"));
  await clock.passGradually(10);
  driver.openError = undefined;
  file.reopen();
  await clock.passGradually(0);
  assert.equal(driver.read("/log"), "a\n");
  await file.close(0);
});

Deno.test("RotatingFile.flush() returns false after its time when the lock is stuck", async () => {
  const driver = new MemoryFiles();
  const holder = await driver.open("/log");
  await holder.lock();
  const { file, clock, troubles } = open(driver, { lockTimeoutMs: 300 });
  file.write(bytes("a\n"));
  const flushed = file.flush(500);
  await clock.passGradually(500);
  assert.equal(await flushed, false);
  assert.deepEqual(troubles, [
    'Cannot write log file "/log": another process keeps it locked; trying again',
  ]);
  holder.close();
  assert.ok(await file.flush(500));
  assert.equal(driver.read("/log"), "a\n");
  assert.equal(troubles.at(-1), 'Log file "/log" can be written again');
  await file.close(0);
});

Deno.test("RotatingFile.close() says what is lost and does not wait longer than told", async () => {
  const driver = new MemoryFiles();
  const holder = await driver.open("/log");
  await holder.lock();
  const { file, clock, troubles } = open(driver, { lockTimeoutMs: 300 });
  file.write(bytes("a\n"));
  await clock.passGradually(1);
  file.write(bytes("b\nc\n"));
  const closed = file.close(400);
  await clock.passGradually(400);
  await closed;
  assert.equal(
    troubles.at(-1),
    '3 log lines could not be written to "/log": another process keeps it locked',
  );
  file.write(bytes("after the end\n"));
  await file.close(400);
  holder.close();
  await clock.passGradually(1000);
  assert.equal(driver.read("/log"), "");
  assert.equal(driver.opened, 0);
  assert.equal(clock.pending, 0);
});

Deno.test("RotatingFile tells of a gap when lines come faster than they are written", async () => {
  const driver = new MemoryFiles();
  const { file, troubles } = open(driver, { bufferMaxBytes: 4 });
  for (const line of ["a\n", "b\n", "c\n", "d\n"]) file.write(bytes(line));
  assert.ok(await file.flush(1000));
  const lost = '2 log lines could not be written to "/log": the disk is too slow';
  assert.equal(driver.read("/log"), `note: ${lost}\nc\nd\n`);
  assert.deepEqual(troubles, [lost]);
  await file.close(0);
});

/** A rotating file on the real disk, in a directory that is removed afterwards. */
async function onDisk(
  use: (
    directory: string,
    open: (path: string) => RotatingFile,
    troubles: string[],
    firstTrouble: () => Promise<void>,
  ) => Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir();
  const troubles: string[] = [];
  const first = Promise.withResolvers<void>();
  const opened: RotatingFile[] = [];
  try {
    await use(
      directory,
      (path) => {
        const file = new RotatingFile({
          path,
          maxSizeBytes: 100,
          maxFiles: 3,
          clock: systemClock,
          note: (message) => bytes(`note: ${message}\n`),
          onTrouble(message): void {
            troubles.push(message);
            first.resolve();
          },
        });
        opened.push(file);
        return file;
      },
      troubles,
      () => withDeadline(systemClock, 20_000, "a message about the file", first.promise),
    );
  } finally {
    for (const file of opened) await file.close(0);
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test({
  ...needing("RotatingFile makes its directory and rotates on a real disk", "read", "write"),
  fn: () =>
    onDisk(async (directory, open, troubles) => {
      const path = `${directory}/a/b/cluster.log`;
      const file = open(path);
      const line = (index: number): string => `${index}`.padEnd(39, ".") + "\n";
      for (let index = 0; index < 7; index++) file.write(bytes(line(index)));
      assert.ok(await file.flush(10_000));
      assert.equal(await Deno.readTextFile(`${path}.2`), line(2) + line(3));
      assert.equal(await Deno.readTextFile(`${path}.1`), line(4) + line(5));
      assert.equal(await Deno.readTextFile(path), line(6));
      const names = await Array.fromAsync(Deno.readDir(`${directory}/a/b`), ({ name }) => name);
      const files = ["cluster.log", "cluster.log.1", "cluster.log.2"];
      assert.deepEqual(names.sort(), [".cluster.log.lock", ...files]);
      assert.deepEqual(troubles, []);
    }),
});

Deno.test({
  ...needing("RotatingFile goes on when its file is moved or removed", "read", "write"),
  fn: () =>
    onDisk(async (directory, open, troubles) => {
      const path = `${directory}/cluster.log`;
      const file = open(path);
      file.write(bytes("a\n"));
      assert.ok(await file.flush(10_000));
      await Deno.rename(path, `${path}.moved`);
      file.write(bytes("b\n"));
      assert.ok(await file.flush(10_000));
      await Deno.remove(path);
      file.write(bytes("c\n"));
      assert.ok(await file.flush(10_000));
      assert.equal(await Deno.readTextFile(`${path}.moved`), "a\n");
      assert.equal(await Deno.readTextFile(path), "c\n");
      await Deno.remove(directory, { recursive: true });
      file.write(bytes("d\n"));
      assert.ok(await file.flush(10_000));
      assert.equal(await Deno.readTextFile(path), "d\n");
      assert.deepEqual(troubles, []);
    }),
});

Deno.test({
  ...needing("RotatingFile ends a line that another writer has left torn", "read", "write"),
  fn: () =>
    onDisk(async (directory, open, troubles) => {
      const path = `${directory}/cluster.log`;
      await Deno.writeTextFile(path, "a\na killed wri");
      const file = open(path);
      file.write(bytes("b\n"));
      assert.ok(await file.flush(10_000));
      await Deno.writeTextFile(path, "c\n", { append: true });
      file.write(bytes("d\n"));
      assert.ok(await file.flush(10_000));
      await Deno.writeTextFile(path, "ano", { append: true });
      file.write(bytes("e\n"));
      assert.ok(await file.flush(10_000));
      assert.equal(await Deno.readTextFile(path), "a\na killed wri\nb\nc\nd\nano\ne\n");
      assert.deepEqual(troubles, []);
    }),
});

Deno.test({
  ...needing("RotatingFile warns once when its path cannot be a log", "read", "write"),
  fn: () =>
    onDisk(async (directory, open, troubles, firstTrouble) => {
      const file = open(directory);
      file.write(bytes("a\n"));
      await firstTrouble();
      await file.close(200);
      const path = JSON.stringify(directory);
      assert.deepEqual(troubles, [
        `Cannot write log file ${path}: it is a folder; trying again`,
        `1 log line could not be written to ${path}: it is a folder`,
      ]);
    }),
});

Deno.test({
  ...needing("RotatingFile says that it is the lock which is no file", "read", "write"),
  fn: () =>
    onDisk(async (directory, open, troubles, firstTrouble) => {
      await Deno.mkdir(`${directory}/.log.lock`);
      const file = open(`${directory}/log`);
      file.write(bytes("a\n"));
      await firstTrouble();
      await file.close(200);
      const lock = await Deno.realPath(`${directory}/.log.lock`);
      assert.match(
        troubles[0] ?? "",
        /Cannot write log file ".*\/log": its lock \/.* is a folder;/,
      );
      assert.ok(troubles[0]?.includes(`its lock ${lock} is a folder`), troubles[0]);
    }),
});

const fullDevice = needing("RotatingFile survives a device that is always full", "read", "write");

Deno.test({
  ...fullDevice,
  ignore: fullDevice.ignore || Deno.build.os !== "linux",
  fn: () =>
    onDisk(async (_directory, open, troubles, firstTrouble) => {
      const file = open("/dev/full");
      file.write(bytes("a\nb\n"));
      await firstTrouble();
      await file.close(200);
      assert.deepEqual(troubles, [
        'Cannot write log file "/dev/full": No space left on device; trying again',
        '2 log lines could not be written to "/dev/full": No space left on device',
      ]);
    }),
});
