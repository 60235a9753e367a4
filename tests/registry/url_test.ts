/**
 * Registry URLs, and what opening one by its URL gives.
 *
 * @module
 */
import assert from "node:assert/strict";
import { systemClock } from "../../lib/clock.ts";
import { UsageError } from "../../lib/core/base/errors.ts";
import { openRegistry } from "../../lib/registry/open.ts";
import {
  parseRegistryUrl,
  registryUrlFault,
  sharedRegistryUrlFault,
  withoutSecrets,
} from "../../lib/registry/url.ts";
import { needing } from "../permissions.ts";
import { never, randomText, rowOf } from "./rows.ts";

const context = { cluster: "default", clock: systemClock, timeoutMs: 20_000, randomText };

Deno.test("parseRegistryUrl() takes legal ones apart", () => {
  const legal: [string, string, string][] = [
    ["file:///tmp/sync_dir", "directory", "/tmp/sync_dir"],
    ["FILE:///tmp/a%20b%25", "directory", "/tmp/a b%"],
    ["file://localhost/tmp", "directory", "/tmp"],
    ["/tmp/100%?#", "directory", "/tmp/100%?#"],
    ["./sync_dir", "directory", "./sync_dir"],
    ["../sync_dir", "directory", "../sync_dir"],
    ["memory:", "memory", ""],
    ["memory:blue", "memory", "blue"],
  ];
  for (const [text, backEnd, location] of legal) {
    assert.deepEqual(parseRegistryUrl(text), { backEnd, location }, text);
    assert.equal(registryUrlFault(text), undefined);
  }
});

Deno.test("parseRegistryUrl() knows with whom a folder is shared", () => {
  for (const sharing of ["group", "all"]) {
    const text = `file:///srv/nodes?shared=${sharing}`;
    assert.deepEqual(parseRegistryUrl(text), {
      backEnd: "directory",
      location: "/srv/nodes",
      sharing,
    });
    assert.equal(withoutSecrets(text), text);
  }
});

Deno.test("registryUrlFault() says what is wrong and what is legal", () => {
  const faults: [string, RegExp][] = [
    ["", /neither a URL nor a path.*legal are file:\/\/\/path/],
    ["sync_dir", /neither a URL nor a path/],
    ["gopher://x", /its scheme "gopher" is not known; legal are file:\/\/\/.*memory:/],
    ["constructor://x", /its scheme "constructor" is not known/],
    ["sesame:x", /neither a URL nor a path/],
    ["file:sync_dir", /lacks the slashes/],
    ["file://sync_dir/x", /names the host "sync_dir"/],
    ["file:///tmp/x?y", /%3F/],
    ["/tmp/x?shared=group", /write file:\/\/\/path\?shared=group \(or all\)$/],
    ["./x?shared=all", /^behind a path alone nothing is read/],
    ["file:///tmp/x?shared=me", /only \?shared=group or \?shared=all is legal/],
    ["file:///tmp/x?shared=group&y", /only \?shared=group/],
    ["file:///tmp/x?shared=all&shared=group", /only \?shared=group/],
    ["file:///tmp/100%", /%25/],
    ["file:///tmp/%00", /zero byte/],
    ["/tmp/\0", /zero byte/],
    ["memory:a/b", /the name after memory:/],
  ];
  for (const [text, pattern] of faults) assert.match(registryUrlFault(text) ?? "", pattern, text);
});

Deno.test("sharedRegistryUrlFault() refuses memory, which no other process shares", () => {
  for (const url of ["memory:", "memory:blue"]) {
    assert.match(sharedRegistryUrlFault(url) ?? "", /^it is the memory of one process.*file:/);
  }
  assert.match(sharedRegistryUrlFault("memory:a/b") ?? "", /the name after memory:/);
  for (const url of ["/tmp/x", "file:///tmp/x", "redis://h", "s3://bucket/memory"]) {
    assert.equal(sharedRegistryUrlFault(url), undefined, url);
  }
});

Deno.test("openRegistry() rejects without secrets when the URL is not legal", async () => {
  const wrong = [
    "gopher://u:sesame@h",
    "u:sesame@h/x",
    "gopher://u:1/sesame@h",
    "u:sesame",
    "sesame",
  ];
  for (const url of wrong) {
    await assert.rejects(openRegistry(url, context), (error) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, /^Cannot open registry ".*": it/);
      assert.ok(!error.message.includes("sesame"), error.message);
      return true;
    });
  }
});

Deno.test("withoutSecrets() hides passwords and parameters that may be secrets", () => {
  const shown: [string, string][] = [
    ["gopher://ada:sesame@h:1/2?region=eu&key=sesame#sesame", "gopher://***"],
    ["gopher://[sesame", "gopher://***"],
    ["gopher://ada:1/sesame@h", "gopher://***"],
    ["sesame:x", "***"],
    ["//ada:sesame@h/x", "***"],
    ["file:///tmp/a@b", "file:///tmp/a@b"],
    ["/tmp/a@b", "/tmp/a@b"],
  ];
  for (const [url, expected] of shown) assert.equal(withoutSecrets(url), expected);
});

Deno.test("openRegistry() gives handles on the same storage for the same memory URL", async () => {
  await using one = await openRegistry("memory:url_test", context);
  await using two = await openRegistry("memory:url_test", context);
  await using other = await openRegistry("memory:url_test_2", context);
  await one.write(rowOf("n1@h"), undefined, never);
  assert.equal(one.url, "memory:url_test");
  assert.equal((await two.list(never)).rows.length, 1);
  assert.equal((await other.list(never)).rows.length, 0);
});

Deno.test({
  ...needing("openRegistry() opens a folder by URL and by path", "read", "write"),
  async fn() {
    const path = await Deno.makeTempDir({ prefix: "a b" });
    await using one = await openRegistry(`file://${encodeURI(path)}/sync_dir`, context);
    await using two = await openRegistry(`${path}/sync_dir`, context);
    assert.equal(one.url, two.url);
    await one.write(rowOf("n1@h"), undefined, never);
    assert.equal((await two.list(never)).rows.length, 1);
    await Deno.remove(path, { recursive: true });
  },
});
