import assert from "node:assert/strict";
import fc from "fast-check";
import { SharedFile } from "../../lib/lines/shared_rotating_file.ts";
import { bytes, MemoryFiles } from "./fakes.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { settle } from "../support/waiting.ts";

function open(
  driver: MemoryFiles,
  options: { maxSizeBytes?: number; maxFiles?: number; head?(): Uint8Array } = {},
): {
  file: SharedFile;
  clock: ManualClock;
  waits: () => number;
} {
  const clock = new ManualClock(1_700_000_000_000);
  let waits = 0;
  const file = new SharedFile({
    path: "/log",
    maxSizeBytes: options.maxSizeBytes ?? 1000,
    maxFiles: options.maxFiles ?? 1000,
    head: () => options.head?.(),
    clock,
    driver,
    lockTimeoutMs: 100,
    onLockWait: () => waits++,
  });
  return { file, clock, waits: () => waits };
}

/** The text of all files, the oldest first. */
function history(driver: MemoryFiles): string[] {
  const number = (path: string): number => Number(path.split(".")[1] ?? 0);
  return driver.paths().sort((a, b) => number(b) - number(a)).map((path) => driver.read(path)!);
}

Deno.test("SharedFile.append() writes a batch in one lock when it fits", async () => {
  const driver = new MemoryFiles();
  const { file, clock } = open(driver);
  assert.deepEqual(await file.append(bytes("a\nb\nc\n")), { writtenBytes: 6 });
  assert.equal(driver.locks, 1);
  assert.equal(driver.read("/log"), "a\nb\nc\n");
  assert.equal(clock.pending, 0);
  file.close();
  assert.equal(driver.opened, 0);
});

Deno.test("SharedFile.append() splits a batch exactly where the file is full", async () => {
  const driver = new MemoryFiles();
  const { file } = open(driver, { maxSizeBytes: 8 });
  await file.append(bytes("aa\nbb\ncc\ndddddddddddd\ne\nfffffff\n"));
  assert.deepEqual(history(driver), ["aa\nbb\n", "cc\n", "dddddddddddd\n", "e\n", "fffffff\n"]);
  file.close();
});

Deno.test("SharedFile.append() fills as many files as it takes", async () => {
  const driver = new MemoryFiles();
  const { file } = open(driver, { maxSizeBytes: 2 });
  assert.deepEqual(await file.append(bytes("x\n".repeat(150))), { writtenBytes: 300 });
  assert.deepEqual(history(driver), Array.from({ length: 150 }, () => "x\n"));
  file.close();
});

Deno.test("SharedFile.append() begins a file with its head where another one was full", async () => {
  const driver = new MemoryFiles();
  let heads = 0;
  const head = (): Uint8Array => bytes(`head ${++heads}\n`);
  const { file } = open(driver, { maxSizeBytes: 12, head });
  await file.append(bytes("aaaa\nbbbb\n"));
  await file.append(bytes("cccc\ndddd\n"));
  assert.deepEqual(history(driver), ["aaaa\nbbbb\n", "head 1\ncccc\n", "head 2\ndddd\n"]);
  // A file that somebody else has begun is not this one's to begin.
  file.close();
  const other = open(driver, { maxSizeBytes: 100, head });
  await other.file.append(bytes("eeee\n"));
  assert.equal(driver.read("/log"), "head 2\ndddd\neeee\n");
  other.file.close();
});

Deno.test("SharedFile.append() begins without its head where there is no room for it", async () => {
  const driver = new MemoryFiles();
  const { file } = open(driver, { maxSizeBytes: 5, head: () => bytes("a long head\n") });
  await file.append(bytes("aaaa\n"));
  driver.freeBytes = 5;
  assert.equal((await file.append(bytes("bbbb\n"))).writtenBytes, 5);
  assert.deepEqual(history(driver), ["aaaa\n", "bbbb\n"]);
  file.close();
});

Deno.test("SharedFile.append() keeps maxFiles files in total and drops the oldest", async () => {
  const driver = new MemoryFiles();
  driver.append("/log.3", "left over\n");
  driver.append("/log.4", "left over\n");
  const { file } = open(driver, { maxSizeBytes: 2, maxFiles: 3 });
  await file.append(bytes("a\nb\nc\nd\ne\n"));
  assert.deepEqual(driver.paths(), ["/log", "/log.1", "/log.2"]);
  assert.deepEqual(history(driver), ["c\n", "d\n", "e\n"]);
  file.close();
});

Deno.test("SharedFile.append() starts the only file anew when maxFiles is 1", async () => {
  const driver = new MemoryFiles();
  const { file } = open(driver, { maxSizeBytes: 4, maxFiles: 1 });
  await file.append(bytes("a\nb\nc\n"));
  assert.deepEqual(history(driver), ["c\n"]);
  file.close();
});

Deno.test("SharedFile.append() shifts only up to a gap in the numbers", async () => {
  const driver = new MemoryFiles();
  driver.append("/log.1", "one\n");
  driver.append("/log.3", "three\n");
  const { file } = open(driver, { maxSizeBytes: 2, maxFiles: 5 });
  await file.append(bytes("a\nb\n"));
  assert.deepEqual(driver.paths(), ["/log", "/log.1", "/log.2", "/log.3"]);
  assert.deepEqual(history(driver), ["three\n", "one\n", "a\n", "b\n"]);
  file.close();
});

Deno.test("SharedFile.append() goes on in a new file when the old one was moved or removed", async () => {
  const driver = new MemoryFiles();
  const { file } = open(driver);
  await file.append(bytes("a\n"));
  await driver.rename("/log", "/moved");
  await file.append(bytes("b\n"));
  await driver.remove("/log");
  await file.append(bytes("c\n"));
  assert.equal(driver.read("/moved"), "a\n");
  assert.equal(driver.read("/log"), "c\n");
  file.close();
  assert.equal(driver.opened, 0);
});

Deno.test("SharedFile.append() takes a torn line back when the disk is full", async () => {
  const driver = new MemoryFiles();
  const { file } = open(driver);
  driver.freeBytes = 8;
  const sent = await file.append(bytes("aaa\nbbb\nccc\n"));
  assert.equal(sent.writtenBytes, 8);
  assert.match(String(sent.error), /No space left/);
  driver.freeBytes = 6;
  assert.equal((await file.append(bytes("ccc\nddd\n"))).writtenBytes, 4);
  assert.equal(driver.read("/log"), "aaa\nbbb\nccc\n");
  driver.freeBytes = Infinity;
  assert.deepEqual(await file.append(bytes("ddd\n")), { writtenBytes: 4 });
  assert.equal(driver.read("/log"), "aaa\nbbb\nccc\nddd\n");
  file.close();
  assert.equal(driver.opened, 0);
});

Deno.test("SharedFile.append() goes on after short writes", async () => {
  const driver = new MemoryFiles();
  driver.writeMaxBytes = 3;
  const { file } = open(driver);
  assert.deepEqual(await file.append(bytes("aaaaa\nbbbbb\n")), { writtenBytes: 12 });
  assert.equal(driver.read("/log"), "aaaaa\nbbbbb\n");
  file.close();
});

Deno.test("SharedFile.append() ends a line that somebody else left torn", async () => {
  const driver = new MemoryFiles();
  const { file } = open(driver);
  driver.append("/log", "a killed wri");
  await file.append(bytes("b\n"));
  driver.append("/log", "ano");
  await file.append(bytes("c\n"));
  assert.equal(driver.read("/log"), "a killed wri\nb\nano\nc\n");
  file.close();
});

Deno.test("SharedFile.append() returns the error when the file cannot be opened", async () => {
  const driver = new MemoryFiles();
  driver.openError = "Permission denied";
  const { file } = open(driver);
  const sent = await file.append(bytes("a\n"));
  assert.equal(sent.writtenBytes, 0);
  assert.match(String(sent.error), /Permission denied/);
  file.close();
});

Deno.test("SharedFile.append() waits for the lock, saying so, and writes when it gets it", async () => {
  const driver = new MemoryFiles();
  const holder = await driver.open("/log");
  await holder.lock();
  const { file, clock, waits } = open(driver);
  const appended = file.append(bytes("a\n"));
  await clock.passGradually(99);
  assert.equal(waits(), 0);
  await clock.passGradually(201);
  assert.equal(waits(), 3);
  assert.equal(driver.locks, 1);
  holder.close();
  assert.deepEqual(await appended, { writtenBytes: 2 });
  assert.equal(clock.pending, 0);
  file.close();
});

Deno.test("SharedFile.append() leaves a lock alone when what is locked was removed", async () => {
  const driver = new MemoryFiles();
  const holder = await driver.open("/log");
  await holder.lock();
  const { file, clock } = open(driver);
  const appended = file.append(bytes("a\n"));
  await clock.passGradually(50);
  driver.removeLock("/log");
  await clock.passGradually(50);
  assert.deepEqual(await appended, { writtenBytes: 2 });
  assert.equal(driver.read("/log"), "a\n");
  file.close();
  assert.equal(driver.opened, 2);
  holder.close();
  await settle();
  assert.equal(driver.opened, 0);
});

Deno.test("SharedFile.append() writes nothing under a lock that keeps nobody out", async () => {
  const driver = new MemoryFiles();
  const holder = await driver.open("/log");
  await holder.lock();
  const { file, clock } = open(driver);
  const appended = file.append(bytes("a\n"));
  await clock.passGradually(50);
  driver.removeLock("/log");
  const other = await driver.open("/log");
  await other.lock();
  // Long before the wait is looked at: the lock that is granted now is the old one.
  holder.close();
  await settle();
  assert.equal(driver.read("/log"), "");
  other.close();
  assert.deepEqual(await appended, { writtenBytes: 2 });
  file.close();
  assert.equal(driver.opened, 0);
});

Deno.test("SharedFile.close() during a wait for the lock writes nothing any more", async () => {
  const driver = new MemoryFiles();
  const holder = await driver.open("/log");
  await holder.lock();
  const { file, clock } = open(driver);
  const appended = file.append(bytes("a\n"));
  await settle();
  file.close();
  assert.equal(clock.pending, 0);
  holder.close();
  assert.equal((await appended).writtenBytes, 0);
  assert.equal(driver.read("/log"), "");
  assert.equal(driver.opened, 0);
});

Deno.test("SharedFile.close() during a write lets it end, and then closes the file", async () => {
  const driver = new MemoryFiles();
  const { file } = open(driver);
  driver.beforeWrite = () => file.close();
  assert.deepEqual(await file.append(bytes("a\n")), { writtenBytes: 2 });
  assert.equal(driver.opened, 0);
});

Deno.test("SharedFile.append() gives a lock back with its file if it cannot otherwise", async () => {
  const driver = new MemoryFiles();
  driver.unlockError = "Input/output error (os error 5)";
  const { file } = open(driver);
  assert.deepEqual(await file.append(bytes("a\n")), { writtenBytes: 2 });
  assert.equal(driver.opened, 0);
  const { file: other } = open(driver);
  assert.deepEqual(await other.append(bytes("b\n")), { writtenBytes: 2 });
});

Deno.test("SharedFile.reopen() opens the path anew", async () => {
  const driver = new MemoryFiles();
  const { file } = open(driver);
  await file.append(bytes("a\n"));
  file.reopen();
  await file.append(bytes("b\n"));
  assert.equal(driver.opened, 1);
  assert.equal(driver.read("/log"), "a\nb\n");
  file.close();
});

Deno.test("SharedFile keeps every line whole and once, for any writers, sizes and disks", async () => {
  const batch = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 8 });
  const writers = fc.array(fc.array(batch, { maxLength: 8 }), { minLength: 1, maxLength: 4 });
  const limits = { maxSizeBytes: fc.integer({ min: 5, max: 120 }), writeMaxBytes: fc.nat(20) };
  await fc.assert(
    fc.asyncProperty(
      writers,
      fc.record(limits),
      async (batches, { maxSizeBytes, writeMaxBytes }) => {
        const driver = new MemoryFiles();
        driver.writeMaxBytes = writeMaxBytes + 1;
        const lines = batches.map((own, writer) =>
          own.map((lengths, at) =>
            lengths.map((length, index) => `${writer}-${at}-${index}`.padEnd(length, ".") + "\n")
          )
        );
        await Promise.all(lines.map(async (own) => {
          const { file } = open(driver, { maxSizeBytes });
          for (const some of own) {
            const text = bytes(some.join(""));
            assert.deepEqual(await file.append(text), { writtenBytes: text.length });
          }
          file.close();
        }));
        const longest = Math.max(...lines.flat(2).map((line) => line.length));
        const files = history(driver);
        const found = files.join("").split(/(?<=\n)/).filter((line) => line !== "");
        assert.deepEqual([...found].sort(), lines.flat(2).sort());
        lines.forEach((own, writer) => {
          const mine = found.filter((line) => line.startsWith(`${writer}-`));
          assert.deepEqual(mine, own.flat());
        });
        files.forEach((text, index) => {
          const single = text.indexOf("\n") === text.length - 1;
          assert.ok(text.length <= maxSizeBytes || single, `too long: ${text}`);
          // The line that did not fit may have gone behind one of another writer.
          const newest = index === files.length - 1;
          assert.ok(newest || text.length + longest > maxSizeBytes, `rotated too early: ${text}`);
        });
        assert.equal(driver.opened, 0);
      },
    ),
    { numRuns: 200 },
  );
});
