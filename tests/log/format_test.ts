import assert from "node:assert/strict";
import fc from "fast-check";
import { escapeControls } from "../../lib/core/base/escape.ts";
import { reportIn } from "../report/lines.ts";
import { formatJson, formatText, lineFormatter } from "../../lib/log/format.ts";
import type { LogRecord } from "../../lib/log/record.ts";

const seedTime = new Date(2024, 0, 2, 18, 51, 29, 277).getTime();

function record(message: string, more: Partial<LogRecord> = {}): LogRecord {
  return {
    level: "info",
    message,
    timestamp: seedTime,
    properties: {},
    ...more,
  };
}

Deno.test("formatText() writes the line of the seed", () => {
  const message = 'n1@10.0.0.2["n1@10.0.0.2": true, "n2@10.0.0.3": true]';
  assert.equal(
    formatText(record(message)),
    '18:51:29.277 [info] n1@10.0.0.2["n1@10.0.0.2": true, "n2@10.0.0.3": true]\n',
  );
});

Deno.test("formatText() pads the time", () => {
  const timestamp = new Date(2024, 0, 2, 3, 4, 5, 6).getTime();
  assert.equal(formatText(record("x", { timestamp })), "03:04:05.006 [info] x\n");
});

Deno.test("formatText() colours the level word only when told to", () => {
  assert.equal(formatText(record("x"), { color: true }), "18:51:29.277 [\x1b[32minfo\x1b[0m] x\n");
  assert.equal(
    lineFormatter("text", { color: true })(record("x")),
    formatText(record("x"), { color: true }),
  );
  assert.equal(lineFormatter("text")(record("x")), formatText(record("x")));
  assert.equal(lineFormatter("json", { color: true })(record("x")), formatJson(record("x")));
});

Deno.test("formatText() shows the date, the time of day, or neither", () => {
  const times = (["full", "time", "none"] as const).map((time) =>
    formatText(record("x"), { time })
  );
  assert.deepEqual(times, [
    "2024-01-02 18:51:29.277 [info] x\n",
    "18:51:29.277 [info] x\n",
    "[info] x\n",
  ]);
});

Deno.test("formatText() names the observer in front, unless the message does", () => {
  const properties = { observer: "n1@10.0.0.2" };
  const text = (message: string): string => formatText(record(message, { properties })).slice(20);
  assert.equal(text("n2@10.0.0.3 is down"), "n1@10.0.0.2: n2@10.0.0.3 is down\n");
  assert.equal(text("n1@10.0.0.2 is leaving"), "n1@10.0.0.2 is leaving\n");
  assert.equal(text('n1@10.0.0.2["n1@10.0.0.2": true]'), 'n1@10.0.0.2["n1@10.0.0.2": true]\n');
  assert.equal(text("n1@10.0.0.23 is down"), "n1@10.0.0.2: n1@10.0.0.23 is down\n");
});

Deno.test("lineFormatter() begins a line with its priority for the journal", () => {
  const lines = (["debug", "info", "warning", "error"] as const).map((level) =>
    lineFormatter("text", { priority: true, time: "none" })(record("x", { level }))
  );
  assert.deepEqual(lines, [
    "<7>[debug] x\n",
    "<6>[info] x\n",
    "<4>[warning] x\n",
    "<3>[error] x\n",
  ]);
  assert.ok(
    lineFormatter("json", { priority: true })(record("x")).startsWith('<6>{"schema":"log.v1",'),
  );
});

Deno.test("formatText() shows what would break the line or command the terminal", () => {
  const hostile = "a\nb\r\tc\x1b[2Jd\x00e\x7ff\u009b31mg\u2028h\u202ei";
  assert.equal(
    formatText(record(hostile)),
    "18:51:29.277 [info] a\\nb\\r\\tc\\x1b[2Jd\\x00e\\x7ff\\x9b31mg\\u2028h\\u202ei\n",
  );
});

Deno.test("formatText() leaves quotes, backslashes and letters of all scripts alone", () => {
  const message = "\"a\" 'b' C:\\x {node} ünï 節点 🟢";
  assert.equal(formatText(record(message)), `18:51:29.277 [info] ${message}\n`);
});

Deno.test("formatJson() begins with what lines are searched by", () => {
  const timestamp = Date.UTC(2024, 0, 2, 18, 51, 29, 277);
  const members = [{ name: "n2@h", alive: true }];
  const properties = { event: "status" as const, members, observer: "n1@h", cluster: "default" };
  const line = formatJson(record("x", { timestamp, properties }));
  assert.equal(
    line,
    '{"schema":"log.v1","time":"2024-01-02T18:51:29.277Z","level":"info","event":"status",' +
      '"observer":"n1@h","cluster":"default","message":"x",' +
      '"members":[{"name":"n2@h","alive":true}]}\n',
  );
  reportIn(line);
});

Deno.test("formatJson() calls what is about nothing in particular a note", () => {
  const line = formatJson(record("x"));
  reportIn(line);
  assert.equal(JSON.parse(line).event, "note");
});

Deno.test("formatJson() escapes what JSON leaves raw and stays JSON", () => {
  const message = "\x7f\u009b\u2028\n\x1b\u202e";
  const line = formatJson(record(message));
  assert.match(line, /"\\u007f\\u009b\\u2028\\n\\u001b\\u202e"/);
  assert.equal(JSON.parse(line).message, message);
});

Deno.test("formatText() and formatJson() give exactly one line for any message", () => {
  // deno-lint-ignore no-control-regex
  const unsafe = /[\x00-\x1f\x7f-\x9f\u2028\u2029]/;
  const anyText = fc.string({ unit: "binary" });
  fc.assert(fc.property(anyText, anyText, (message, reason) => {
    const text = formatText(record(message));
    assert.equal(text.at(-1), "\n");
    assert.ok(!unsafe.test(text.slice(0, -1)));
    const json = formatJson(record(message, { properties: { reason } }));
    assert.equal(json.at(-1), "\n");
    assert.ok(!unsafe.test(json.slice(0, -1)));
    assert.equal(JSON.parse(json).message, message);
    assert.equal(JSON.parse(json).reason, reason);
  }));
});

Deno.test("escapeControls() changes nothing when there is nothing to change", () => {
  assert.equal(escapeControls("n1@h up"), "n1@h up");
});
