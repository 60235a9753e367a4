import assert from "node:assert/strict";
import { isJournal } from "../../lib/log/journal.ts";

Deno.test("isJournal() is true only for the stream that JOURNAL_STREAM names", () => {
  const output = { dev: 9, ino: 12345 };
  assert.ok(isJournal("9:12345", output));
  assert.ok(!isJournal("9:12346", output));
  assert.ok(!isJournal("9:12345", undefined));
  assert.ok(!isJournal(undefined, output));
});
