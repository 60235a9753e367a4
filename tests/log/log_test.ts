import assert from "node:assert/strict";
import { systemClock, withDeadline } from "../../lib/clock.ts";
import { type Level, type Log, type LogOptions, openLog } from "../../lib/log/log.ts";
import { needing } from "../permissions.ts";
import { ManualClock } from "../support/manual_clock.ts";

interface Opened {
  log: Log;
  text: () => string;
}

function open(options: Partial<LogOptions> = {}): Opened {
  let text = "";
  const log = openLog({
    console: {
      write(lines): Promise<number> {
        text += new TextDecoder().decode(lines);
        return Promise.resolve(lines.length);
      },
    },
    color: false,
    file: undefined,
    format: "text",
    level: "info",
    maxSizeBytes: 1_000_000,
    maxFiles: 3,
    clock: new ManualClock(1_700_000_000_000),
    ...options,
  });
  return { log, text: () => text };
}

Deno.test("Log writes one line per record from its level on", async () => {
  const { log, text } = open({ level: "warning" });
  log.debug("no");
  log.info("no");
  log.warning("disk\nfull");
  log.error("{name} gone", { name: "n1" });
  assert.ok(await log.flush(1000));
  assert.match(
    text(),
    /^\d\d:\d\d:\d\d\.000 \[warning\] disk\\nfull\n\d\d:\d\d:\d\d\.000 \[error\] {name} gone\n$/,
  );
  assert.deepEqual(
    ["debug", "info", "warning", "error"].map((level) => log.writes(level as Level)),
    [
      false,
      false,
      true,
      true,
    ],
  );
  await log.close(1000);
});

Deno.test("Log writes JSON lines with properties, timed by its clock", async () => {
  const { log, text } = open({ format: "json", color: true, level: "debug" });
  log.debug("n2 is down", { event: "failed", name: "n2" });
  assert.ok(await log.flush(1000));
  assert.equal(
    text(),
    '{"schema":"log.v1","time":"2023-11-14T22:13:20.000Z","level":"debug","event":"failed",' +
      '"message":"n2 is down","name":"n2"}\n',
  );
  await log.close(1000);
});

Deno.test("Log colours the console when told to", async () => {
  const { log, text } = open({ color: true });
  log.error("x");
  await log.close(1000);
  assert.equal(text().slice(13), "[\x1b[31merror\x1b[0m] x\n");
});

Deno.test("Log.bind() gives its properties to all later records", async () => {
  const { log, text } = open({ format: "json" });
  log.info("a");
  log.bind({ observer: "n1@h" });
  log.info("b", { event: "left" });
  log.bind({ cluster: "default", observer: "n1-2@h" });
  log.info("c");
  await log.close(1000);
  const lines = text().trimEnd().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(lines.map(({ event, observer, cluster }) => [event, observer, cluster]), [
    ["note", undefined, undefined],
    ["left", "n1@h", undefined],
    ["note", "n1-2@h", "default"],
  ]);
});

Deno.test("Log leaves the time to the journal, and to nobody when it is told a form", async () => {
  for (
    const [options, shape] of [
      [{ isJournal: true }, /^<6>\[info\] x\n$/],
      [{ isJournal: true, time: "time" }, /^<6>\d\d:\d\d:\d\d\.000 \[info\] x\n$/],
      [{ time: "full" }, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.000 \[info\] x\n$/],
      [{ time: "auto" }, /^\d\d:\d\d:\d\d\.000 \[info\] x\n$/],
    ] satisfies [Partial<LogOptions>, RegExp][]
  ) {
    const { log, text } = open(options);
    log.info("x");
    await log.close(1000);
    assert.match(text(), shape);
  }
});

Deno.test("Log writes errors elsewhere when told to, and all of both before it is closed", async () => {
  let errors = "";
  const { log, text } = open({
    color: true,
    errors: {
      async write(lines): Promise<number> {
        await Promise.resolve();
        errors += new TextDecoder().decode(lines);
        return lines.length;
      },
    },
  });
  log.error("x");
  log.info("y");
  await log.close(1000);
  assert.equal(errors.slice(13), "[error] x\n");
  assert.match(text(), /^[^\n]* y\n$/);
});

Deno.test("Log.flush() and close() wait for nobody longer than told, and say who did not take all", async () => {
  const clock = new ManualClock();
  const stuck = { write: () => new Promise<number>(() => {}) };
  for (const options of [{ errors: stuck }, { console: stuck }]) {
    const { log } = open({ clock, ...options });
    log.info("to the console");
    log.error("to errors, or the console");
    const flushed = log.flush(1000);
    await clock.passGradually(1000);
    assert.equal(await flushed, false);
    const closed = log.close(1000);
    await clock.passGradually(1000);
    await closed;
  }
});

Deno.test("Logs are independent of each other", async () => {
  const first = open({ level: "error" });
  const second = open({ level: "debug" });
  first.log.error("1");
  first.log.info("no");
  second.log.debug("2");
  await first.log.close(1000);
  second.log.debug("3");
  await second.log.close(1000);
  assert.match(first.text(), /^\S+ \[error\] 1\n$/);
  assert.match(second.text(), /^\S+ \[debug\] 2\n\S+ \[debug\] 3\n$/);
});

Deno.test({
  ...needing("Log tells the console, once, that its file cannot be opened", "read", "write"),
  async fn(): Promise<void> {
    const directory = await Deno.makeTempDir();
    try {
      const troubles: string[] = [];
      const first = Promise.withResolvers<void>();
      const { log, text } = open({
        file: directory,
        clock: systemClock,
        level: "error",
        onTrouble(message): void {
          troubles.push(message);
          first.resolve();
        },
      });
      log.error("x");
      await withDeadline(systemClock, 20_000, "a message about the file", first.promise);
      await log.close(200);
      assert.match(text(), /\[error\] x\n/);
      assert.match(
        text(),
        /\[warning\] Cannot write log file ".*": it is a folder; trying again\n/,
      );
      assert.equal(troubles.length, 2);
      assert.match(troubles[1] ?? "", /^1 log line could not be written/);
    } finally {
      await Deno.remove(directory);
    }
  },
});

Deno.test({
  ...needing("Log writes the same lines to console and file, there with the date", "read", "write"),
  async fn(): Promise<void> {
    const directory = await Deno.makeTempDir();
    const file = `${directory}/cluster.log`;
    try {
      const { log, text } = open({ file, clock: systemClock });
      {
        await using closing = log;
        closing.info("a");
        closing.warning("b");
        closing.reopen();
        closing.info("c");
      }
      log.info("after the end");
      assert.equal(text().split("\n").length, 4);
      const written = await Deno.readTextFile(file);
      assert.match(written, /^(\d{4}-\d\d-\d\d \S+ \[\w+\] \w\n){3}$/);
      assert.equal(written.replaceAll(/^\S+ /gm, ""), text());
    } finally {
      await Deno.remove(directory, { recursive: true });
    }
  },
});
