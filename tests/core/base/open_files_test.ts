import assert from "node:assert/strict";
import { limitsWithin, reservedFiles } from "../../../lib/core/base/open_files.ts";
import { openFilesOf } from "../../../lib/files/open_files_max.ts";
import { defaultLimits } from "../../../lib/transport/limits.ts";

Deno.test("limitsWithin() leaves the limits as they are where many files may be open", () => {
  const { pendingMax, pendingPerHostMax, connectionsMax } = defaultLimits;
  for (const files of [undefined, 1_048_576]) {
    const within = limitsWithin(defaultLimits, files, false);
    const { pendingMax: guests, pendingPerHostMax: perHost, connectionsMax: all } = within;
    assert.deepEqual([guests, perHost, all], [pendingMax, pendingPerHostMax, connectionsMax]);
  }
});

Deno.test("limitsWithin() keeps both kinds of guests and all members within the files, with some left", () => {
  for (const files of [64, 100, 256, 1024, 4096, 8192]) {
    const { pendingMax, pendingPerHostMax, connectionsMax } = limitsWithin(
      defaultLimits,
      files,
      false,
    );
    assert.ok(2 * pendingMax + connectionsMax <= files - reservedFiles, `${files} files`);
    assert.ok(pendingMax >= 4 && pendingPerHostMax >= 4 && pendingPerHostMax <= pendingMax);
    assert.ok(connectionsMax > pendingMax, "members have the larger part");
  }
});

Deno.test("limitsWithin() keeps twice as many connections within the files if BEAM nodes have theirs", () => {
  for (const files of [128, 1024, 8192]) {
    const { pendingMax, connectionsMax } = limitsWithin(defaultLimits, files, true);
    assert.ok(2 * (2 * pendingMax + connectionsMax) <= files - reservedFiles, `${files} files`);
  }
});

Deno.test("limitsWithin() lets somebody in however few files there are", () => {
  const { pendingMax, connectionsMax } = limitsWithin(defaultLimits, 8, false);
  assert.deepEqual([pendingMax, connectionsMax], [4, 4]);
});

Deno.test("openFilesOf() reads the limit that applies", () => {
  const text = "Max file locks            unlimited            unlimited            locks\n" +
    "Max open files            64                   524288               files     \n";
  assert.equal(openFilesOf(text), 64);
  assert.equal(openFilesOf("Max open files            unlimited            unlimited"), undefined);
  assert.equal(openFilesOf(""), undefined);
});
