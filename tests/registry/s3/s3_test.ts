/**
 * The registry in a bucket, on the fake: the contract in all ways to decide who wins, and what is
 * special about it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { systemClock } from "../../../lib/clock.ts";
import { openS3Registry } from "../../../lib/registry/s3/s3.ts";
import type { Registry } from "../../../lib/registry/registry.ts";
import { needing } from "../../permissions.ts";
import { registryConformance } from "../conformance.ts";
import { nameOf, never, randomText, rowOf, writtenVersion } from "../rows.ts";
import { fakeKeys, FakeS3, refusal } from "./s3_fake.ts";
import type { FakeBehaviour } from "./s3_fake.ts";

const needs = ["net"] as const;

const keys: Readonly<Record<string, string>> = {
  AWS_ACCESS_KEY_ID: fakeKeys.accessKeyId,
  AWS_SECRET_ACCESS_KEY: fakeKeys.secretAccessKey,
  AWS_REGION: "eu-central-1",
};

/** Generous: nothing here waits for it to pass. */
const timeoutMs = 20_000;

function open(
  fake: FakeS3,
  { prefix = "a/b", cluster = "default", timeout = timeoutMs } = {},
): Registry {
  const url = `s3://meeting-place/${prefix}?endpoint=${fake.endpoint}`;
  const context = { cluster, clock: systemClock, timeoutMs: timeout, randomText };
  return openS3Registry(url, context, (name) => keys[name]);
}

const kinds: Readonly<Record<string, Partial<FakeBehaviour>>> = {
  "S3 (with conditions)": {},
  "S3 (with conditions on puts only)": { onDeleteCondition: "ignore" },
  "S3 (refusing conditions)": { onPutCondition: "refuse", onDeleteCondition: "refuse" },
  "S3 (ignoring conditions)": { onPutCondition: "ignore", onDeleteCondition: "ignore" },
};

for (const [name, behaviour] of Object.entries(kinds)) {
  registryConformance(name, () => {
    const fake = new FakeS3();
    Object.assign(fake.behaviour, behaviour);
    return Promise.resolve({
      handle: (cluster = "default") => Promise.resolve(open(fake, { cluster })),
      damage(key: string, text: string) {
        fake.put(`a/b/default/${key}`, text);
        return Promise.resolve();
      },
      async away(isAway: boolean) {
        if (isAway) await fake.stop();
        else fake.start();
      },
      close: () => fake[Symbol.asyncDispose](),
    });
  }, { needs });
}

const name = nameOf("n1@10.0.0.2");

async function written(registry: Registry, heartbeat: number, seen?: string): Promise<string> {
  return await writtenVersion(registry.write(rowOf(name, heartbeat), seen, never));
}

for (const [kind, behaviour] of Object.entries(kinds)) {
  Deno.test({
    ...needing(`${kind}: changes leave nothing behind but rows and the cookie`, ...needs),
    async fn() {
      await using fake = new FakeS3();
      Object.assign(fake.behaviour, behaviour);
      await using one = open(fake);
      await using two = open(fake);
      await one.getOrCreateCookie("cookie", never);
      const version = await written(one, 1);
      await written(two, 2, version);
      const other = rowOf("other@h", 1);
      const result = await two.write(other, undefined, never);
      assert.ok(result.kind === "written");
      assert.equal(await one.remove(other.name, result.version, never), "removed");
      assert.deepEqual([...fake.objects.keys()].sort(), [
        "a/b/default/.cookie",
        "a/b/default/n1@10.0.0.2",
      ]);
    },
  });
}

Deno.test({
  ...needing("S3 write() gives another version for the same text, also after remove()", ...needs),
  async fn() {
    await using fake = new FakeS3();
    await using registry = open(fake);
    const first = await written(registry, 1);
    const second = await written(registry, 1, first);
    assert.equal(await registry.remove(name, second, never), "removed");
    const third = await written(registry, 1);
    assert.equal(new Set([first, second, third]).size, 3);
    assert.equal((await registry.write(rowOf(name, 2), first, never)).kind, "conflict");
  },
});

Deno.test({
  ...needing("S3 list() reads only rows that have changed, and none of its own", ...needs),
  async fn() {
    await using fake = new FakeS3();
    fake.behaviour.pageMax = 1_000;
    await using writer = open(fake);
    await using reader = open(fake);
    const versions = new Map<string, string>();
    for (let index = 0; index < 30; index++) {
      const row = rowOf(`n${index}@h`);
      const result = await writer.write(row, undefined, never);
      if (result.kind === "written") versions.set(row.name, result.version);
    }
    let atOnce = 0;
    let most = 0;
    fake.behaviour.before = async () => {
      most = Math.max(most, ++atOnce);
      await new Promise((resolve) => systemClock.after(1, () => resolve(undefined)));
      atOnce--;
    };
    const requestsFor = async (registry: Registry): Promise<number> => {
      fake.requests.length = 0;
      assert.equal((await registry.list(never)).rows.length, 30);
      return fake.requests.length;
    };
    assert.equal(await requestsFor(reader), 1 + 30);
    assert.ok(most <= 16 && most > 4, `${most} at once`);
    assert.equal(await requestsFor(reader), 1);
    assert.equal(await requestsFor(writer), 1);
    for (const beaten of ["n3@h", "n4@h"]) {
      await writer.write(rowOf(beaten, 1), versions.get(beaten), never);
    }
    assert.equal(await requestsFor(reader), 1 + 2);
    fake.put("a/b/default/no node", "{}");
    fake.put("a/b/default/large@h", "x".repeat(1_000_000));
    fake.requests.length = 0;
    assert.equal((await reader.list(never)).foreignEntries.length, 2);
    assert.equal(fake.requests.length, 1);
  },
});

Deno.test({
  ...needing("S3 list() goes on where it was when time ran out", ...needs),
  async fn() {
    await using fake = new FakeS3();
    fake.behaviour.pageMax = 1_000;
    await using writer = open(fake);
    for (let index = 0; index < 80; index++) {
      await writer.write(rowOf(`n${index}@h`), undefined, never);
    }
    fake.behaviour.before = async (_, key) => {
      if (key !== "") await new Promise((done) => systemClock.after(100, () => done(undefined)));
    };
    fake.requests.length = 0;
    await using hasty = open(fake, { timeout: 400 });
    await assert.rejects(hasty.list(never), /no answer within 400 ms/);
    let rows = 0;
    for (let tries = 0; rows === 0 && tries < 20; tries++) {
      rows = await hasty.list(never).then((listing) => listing.rows.length, () => 0);
    }
    assert.equal(rows, 80);
    assert.ok(fake.count("GET a/") < 2 * 80, `${fake.count("GET a/")} reads`);
  },
});

Deno.test({
  ...needing("S3 write() of a heartbeat is one request when conditions are honoured", ...needs),
  async fn() {
    await using fake = new FakeS3();
    await using registry = open(fake);
    const version = await written(registry, 1);
    fake.requests.length = 0;
    await written(registry, 2, version);
    assert.deepEqual(fake.requests, ["PUT a/b/default/n1@10.0.0.2"]);
  },
});

Deno.test({
  ...needing("S3 write() tries nothing further when the server refuses conditions", ...needs),
  async fn() {
    await using fake = new FakeS3();
    Object.assign(fake.behaviour, kinds["S3 (refusing conditions)"]);
    await using registry = open(fake);
    await written(registry, 1);
    assert.equal(fake.requests.length, 1 + 5, fake.requests.join("\n"));
    assert.equal(fake.count("PUT a/b/default/.probe/"), 1);
  },
});

Deno.test({
  ...needing(
    "S3 write() looks anew what a server can do that honours conditions no more",
    ...needs,
  ),
  async fn() {
    await using fake = new FakeS3();
    await using registry = open(fake);
    const version = await written(registry, 1);
    Object.assign(fake.behaviour, kinds["S3 (refusing conditions)"]);
    await assert.rejects(
      written(registry, 2, version),
      /the server does not honour conditions any more$/,
    );
    await written(registry, 2, version);
    assert.equal((await registry.read(name, never))?.row.heartbeat, 2);
  },
});

Deno.test({
  ...needing("S3 list() sees all pages, also with strange keys", ...needs),
  async fn() {
    await using fake = new FakeS3();
    const strange = ["a&b", "<x>", "p%20q", "p q", "é", "z+z"];
    for (const key of strange) fake.put(`a/b/default/${key}`, "{}");
    fake.put("a/b/default/folder/n9@h", "{}");
    await using registry = open(fake);
    const { foreignEntries } = await registry.list(never);
    assert.deepEqual(foreignEntries.map(({ key }) => key).sort(), strange.sort());
    assert.equal(fake.count("GET ?"), 3);
  },
});

Deno.test({
  ...needing("S3 clusters are apart when one URL lies in a cluster of the other", ...needs),
  async fn() {
    await using fake = new FakeS3();
    await using outer = open(fake, { prefix: "", cluster: "a" });
    await using inner = open(fake, { prefix: "a", cluster: "default" });
    await written(outer, 1);
    await written(inner, 2);
    const heartbeats = async (registry: Registry): Promise<number[]> =>
      (await registry.list(never)).rows.map(({ row }) => row.heartbeat);
    assert.deepEqual([await heartbeats(outer), await heartbeats(inner)], [[1], [2]]);
  },
});

Deno.test({
  ...needing("S3 write() waits for a removal that is under way, and loses nothing", ...needs),
  async fn() {
    await using fake = new FakeS3();
    fake.behaviour.onDeleteCondition = "ignore";
    await using one = open(fake);
    await using two = open(fake);
    const version = await written(one, 1);
    await two.getOrCreateCookie("cookie", never);
    let writing: Promise<string> | undefined;
    let hasWritten = false;
    fake.behaviour.before = async (method, key) => {
      if (method !== "DELETE" || !key.endsWith(name) || writing !== undefined) return;
      fake.requests.length = 0;
      writing = written(two, 2);
      writing.finally(() => hasWritten = true);
      // Until the newcomer has met the note.
      while (fake.count("GET") < 2 && !hasWritten) {
        await new Promise((done) => systemClock.after(1, () => done(undefined)));
      }
    };
    assert.equal(await one.remove(name, version, never), "removed");
    await writing;
    assert.equal((await one.read(name, never))?.row.heartbeat, 2);
  },
});

Deno.test({
  ...needing("S3 write() replaces the note of a removal that was never finished", ...needs),
  async fn() {
    await using fake = new FakeS3();
    fake.behaviour.onDeleteCondition = "ignore";
    fake.put(`a/b/default/${name}`, `"removed abc"\n`, 60_000);
    await using registry = open(fake);
    assert.deepEqual((await registry.list(never)).foreignEntries, []);
    assert.equal(await registry.read(name, never), undefined);
    await written(registry, 1);
    assert.equal((await registry.read(name, never))?.row.heartbeat, 1);
  },
});

Deno.test({
  ...needing("S3 write() steps over claims of the dead when they are old", ...needs),
  async fn() {
    await using fake = new FakeS3();
    Object.assign(fake.behaviour, { onPutCondition: "refuse" });
    const folder = `a/b/default/.claims/${name}`;
    fake.put(`${folder}/00000000000000000000000000000000`, "", 2 * timeoutMs + 2_000);
    await using registry = open(fake);
    const version = await written(registry, 1);
    assert.equal(fake.count(`DELETE ${folder}/000`), 1);
    fake.put(`${folder}/00000000000000000000000000000000`, "");
    await using hasty = open(fake, { timeout: 200 });
    await assert.rejects(
      hasty.write(rowOf(name, 2), version, never),
      /no answer within 200 ms, waiting for other writers/,
    );
  },
});

Deno.test({
  ...needing("S3 write() does not believe a listing that lacks its own claim", ...needs),
  async fn() {
    await using fake = new FakeS3();
    Object.assign(fake.behaviour, { onPutCondition: "ignore", onDeleteCondition: "ignore" });
    await using registry = open(fake);
    const version = await written(registry, 1);
    fake.requests.length = 0;
    fake.behaviour.before = (method) => {
      if (method !== "PUT") return;
      fake.behaviour.before = undefined;
      fake.behaviour.answers = () => {
        fake.behaviour.answers = undefined;
        return new Response("<ListBucketResult></ListBucketResult>");
      };
    };
    await written(registry, 2, version);
    assert.deepEqual(fake.requests.map((request) => request.split(" ", 1)[0]), [
      "PUT",
      "GET",
      "GET",
      "PUT",
      "DELETE",
    ]);
  },
});

Deno.test({
  ...needing("S3 write() tries again when the server cannot tell who was first", ...needs),
  async fn() {
    await using fake = new FakeS3();
    await using registry = open(fake);
    const version = await written(registry, 1);
    fake.behaviour.answers = () => {
      fake.behaviour.answers = undefined;
      return refusal(409, "ConditionalRequestConflict");
    };
    const second = await written(registry, 2, version);
    assert.equal(await registry.remove(name, second, never), "removed");
  },
});
