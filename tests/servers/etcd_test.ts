/**
 * The etcd registry against a real etcd.
 *
 * @module
 */
import assert from "node:assert/strict";
import { systemClock } from "../../lib/clock.ts";
import type { Clock } from "../../lib/clock.ts";
import { newsKey, openEtcdRegistry, pageKeysMax } from "../../lib/registry/etcd/etcd.ts";
import { toBase64 } from "../../lib/registry/etcd/etcd_json.ts";
import { leaseSeconds } from "../../lib/registry/etcd/etcd_lease.ts";
import { registryConformance } from "../registry/conformance.ts";
import { faultOf } from "../registry/fault_of.ts";
import { allCalls, Gateway, openHandle, Watcher } from "./etcd_scene.ts";
import { etcdNeeds, needingEtcd, sharedEtcd } from "./etcd_server.ts";
import { whyMissing } from "./server.ts";
import { nameOf, never, randomText, rowOf, writtenVersion } from "../registry/rows.ts";
import { until } from "../support/waiting.ts";

const etcd = sharedEtcd();
const name = nameOf("n1@10.0.0.2");

let prefixes = 0;

/** A URL under which nothing was ever written. */
function freshUrl(host = etcd().host): string {
  return `etcd://${host}/test/${++prefixes}`;
}

registryConformance("etcd", () => {
  const url = freshUrl();
  const prefix = `test/${prefixes}`;
  return Promise.resolve({
    handle: (cluster = "default") =>
      Promise.resolve(
        openEtcdRegistry(url, { cluster, clock: systemClock, timeoutMs: 20_000, randomText }),
      ),
    damage: (key: string, text: string) => etcd().put(`${prefix}/default/${key}`, text),
    away: (isAway: boolean) => isAway ? etcd().stop() : etcd().start(),
    close: () => Promise.resolve(),
  });
}, { needs: etcdNeeds.permissions, skip: whyMissing(etcdNeeds) });

Deno.test({
  ...needingEtcd("watch() hints when more than a heartbeat changes"),
  async fn() {
    // Hints are told without being gathered, so that each can be counted.
    const clock: Clock = {
      ...systemClock,
      after: (delayMs, callback) => systemClock.after(delayMs === 50 ? 0 : delayMs, callback),
    };
    await using gateway = new Gateway(etcd().host);
    await using handle = openHandle(freshUrl(gateway.host), { clock });
    await using watcher = new Watcher(handle);
    await until("a watch", () => gateway.watches === 1);
    let version = await writtenVersion(handle.write(rowOf(name), undefined, never));
    await watcher.more(0);
    for (let heartbeat = 1; heartbeat < 10; heartbeat++) {
      const activeAt = `2016-03-10T18:51:${heartbeat + 30}.000Z`;
      version = await writtenVersion(
        handle.write(rowOf(name, heartbeat, { activeAt }), version, never),
      );
    }
    version = await writtenVersion(
      handle.write(rowOf(name, 10, { state: "leaving" }), version, never),
    );
    await watcher.more(1);
    assert.equal(await handle.remove(name, version, never), "removed");
    await watcher.more(2);
    await handle.getOrCreateCookie("minted", never);
    await watcher.more(3);
    // What everybody watches goes with the rows.
    await etcd().control("del", "--prefix", `test/${prefixes}/default/`);
    await watcher.more(4);
    assert.equal(watcher.count, 5);
  },
});

Deno.test({
  ...needingEtcd("watch() goes on after a restart and after a compaction"),
  async fn() {
    const url = freshUrl();
    await using one = openHandle(url);
    await using two = openHandle(url);
    await using first = new Watcher(one);
    await using second = new Watcher(two);
    let version = await writtenVersion(one.write(rowOf(name), undefined, never));
    for (const turn of ["restart", "compaction", "both"]) {
      const revision = Number(version.split(".")[0]);
      if (turn !== "restart") await etcd().control("compact", `${revision}`);
      const seen = [first.count, second.count];
      if (turn !== "compaction") {
        await etcd().stop();
        await etcd().start();
        // Something may have been missed.
        await Promise.all([first.more(seen[0] ?? 0), second.more(seen[1] ?? 0)]);
      }
      const before = [first.count, second.count];
      const tags = { turn };
      version = await writtenVersion(two.write(rowOf(name, 1, { tags }), version, never));
      await Promise.all([first.more(before[0] ?? 0), second.more(before[1] ?? 0)]);
    }
  },
});

Deno.test({
  ...needingEtcd("watch() begins anew when other connections broke and work again"),
  async fn() {
    await using gateway = new Gateway(etcd().host);
    await using one = openHandle(freshUrl(gateway.host), { timeoutMs: 500 });
    await using watcher = new Watcher(one);
    await until("a watch", () => gateway.watches === 1);
    const hanging = Promise.withResolvers<Response>();
    gateway.meddle = () => hanging.promise;
    assert.match(await faultOf(one.list(never)), /no answer within 500 ms, waiting for 127/);
    hanging.resolve(new Response());
    gateway.meddle = (_path, pass) => pass();
    await one.list(never);
    await watcher.more(0);
    assert.equal(gateway.watches, 2);
  },
});

Deno.test({
  ...needingEtcd("every call says that etcd is away, and works when it is back"),
  async fn() {
    await using handle = openHandle(freshUrl());
    const version = await writtenVersion(handle.write(rowOf(name), undefined, never));
    await etcd().stop();
    for (const call of allCalls(handle)) {
      assert.match(await faultOf(call()), /: 127\.0\.0\.1:\d+ refuses the connection$/);
    }
    await etcd().start();
    assert.equal((await handle.read(name, never))?.version, version);
  },
});

Deno.test({
  ...needingEtcd("every call says that etcd is silent, and works when it speaks again"),
  async fn() {
    await using handle = openHandle(freshUrl(), { timeoutMs: 200 });
    await using patient = openHandle(freshUrl());
    await using watcher = new Watcher(patient);
    await writtenVersion(patient.write(rowOf(name), undefined, never));
    await etcd().freeze();
    const faults = await Promise.all(allCalls(handle).map((call) => faultOf(call())));
    await etcd().thaw();
    for (const fault of faults) assert.match(fault, /: no answer within 200 ms/);
    const before = watcher.count;
    await patient.write(rowOf("n2@h"), undefined, never);
    await watcher.more(before);
    // The machine may be busy; what counts is that nothing stays broken.
    await until("it lists", () => handle.list(never).then(() => true, () => false));
  },
});

Deno.test({
  ...needingEtcd("a version never comes again when the data was wiped"),
  async fn() {
    const url = freshUrl();
    await etcd().wipe();
    await using handle = openHandle(url);
    const old = await writtenVersion(handle.write(rowOf(name), undefined, never));
    await etcd().wipe();
    assert.deepEqual((await handle.list(never)).rows, []);
    const row = rowOf(name, 5);
    const version = await writtenVersion(handle.write(row, undefined, never));
    // The very same revisions, in a cluster that calls itself the same.
    const parts = (text: string): unknown => text.split(".").toSpliced(2, 1);
    assert.deepEqual(parts(version), parts(old));
    assert.notEqual(version, old);
    const current = { row, version };
    assert.deepEqual(await handle.write(rowOf(name, 6), old, never), { kind: "conflict", current });
    assert.equal(await handle.remove(name, old, never), "conflict");
  },
});

Deno.test({
  ...needingEtcd("a version never comes again when the data was put back to an older state"),
  async fn() {
    await using handle = openHandle(freshUrl());
    const first = await writtenVersion(handle.write(rowOf(name), undefined, never));
    let lost = "";
    await etcd().undo(async () => {
      lost = await writtenVersion(handle.write(rowOf(name, 1), first, never));
    });
    assert.equal((await handle.read(name, never))?.version, first);
    const second = await writtenVersion(handle.write(rowOf(name, 2), first, never));
    assert.equal(second.split(".")[0], lost.split(".")[0], "the same revision");
    assert.notEqual(second, lost);
    assert.equal((await handle.write(rowOf(name, 3), lost, never)).kind, "conflict");
  },
});

Deno.test({
  ...needingEtcd("rows go with a lease that is renewed with writes, the cookie does not"),
  async fn() {
    let passedMs = 0;
    const clock: Clock = { ...systemClock, now: () => systemClock.now() + passedMs };
    await using gateway = new Gateway(etcd().host);
    await using handle = openHandle(freshUrl(gateway.host), { clock });
    const keyOf = (key: string): string => toBase64(`test/${prefixes}/default/${key}`);
    await handle.list(never);
    await handle.getOrCreateCookie("minted", never);
    let version = await writtenVersion(handle.write(rowOf(name), undefined, never));
    version = await writtenVersion(handle.write(rowOf(name, 1), version, never));
    const lease = version.split(".")[2] ?? "";
    const alive = await etcd().ask("kv/lease/timetolive", { ID: lease, keys: true });
    assert.deepEqual(new Set(alive["keys"] as string[]), new Set([newsKey, name].map(keyOf)));
    assert.equal(alive["grantedTTL"], `${leaseSeconds}`);
    gateway.paths.length = 0;
    passedMs += leaseSeconds * 1000 / 3;
    version = await writtenVersion(handle.write(rowOf(name, 2), version, never));
    version = await writtenVersion(handle.write(rowOf(name, 3), version, never));
    assert.deepEqual(gateway.paths, ["lease/keepalive", "kv/txn", "kv/txn"]);

    await using watcher = new Watcher(handle);
    await until("a watch", () => gateway.watches === 1);
    await etcd().ask("kv/lease/revoke", { ID: lease });
    await watcher.more(0);
    assert.equal(await handle.read(name, never), undefined);
    const lost = { kind: "conflict", current: undefined };
    assert.deepEqual(await handle.write(rowOf(name, 4), version, never), lost);
    gateway.paths.length = 0;
    await writtenVersion(handle.write(rowOf(name, 4), undefined, never));
    assert.deepEqual(gateway.paths, ["kv/txn", "lease/grant", "kv/txn"]);
    assert.equal(await handle.cookie(never), "minted");
  },
});

Deno.test({
  ...needingEtcd("list() reads many pages as they were at one moment"),
  async fn() {
    await using gateway = new Gateway(etcd().host);
    await using handle = openHandle(freshUrl(gateway.host));
    const prefix = `test/${prefixes}/default`;
    const count = 2 * pageKeysMax + 10;
    const keys = Array.from({ length: count }, (_, index) => `n${1_000 + index}@h`);
    for (let at = 0; at < count; at += 100) {
      const puts = keys.slice(at, at + 100).map((key) => ({
        request_put: {
          key: toBase64(`${prefix}/${key}`),
          value: toBase64(JSON.stringify(rowOf(key))),
        },
      }));
      await etcd().ask("kv/txn", { success: puts });
    }
    const names = async (): Promise<string[]> =>
      (await handle.list(never)).rows.map(({ row }) => row.name);
    assert.deepEqual(await names(), keys);
    assert.equal(gateway.paths.length, 3);
    let pages = 0;
    gateway.meddle = async (_path, pass) => {
      // What is removed from the last page while the first one is read was still there at that time.
      if (++pages === 2) {
        await etcd().ask("kv/deleterange", { key: toBase64(`${prefix}/${keys.at(-1)}`) });
      }
      return await pass();
    };
    assert.deepEqual(await names(), keys);
    pages = 0;
    gateway.meddle = async (_path, pass) => {
      if (++pages === 2) {
        const { header } = await etcd().ask("kv/deleterange", {
          key: toBase64(`${prefix}/${keys[0]}`),
        });
        const { revision } = header as { revision: string };
        await etcd().control("compact", revision);
      }
      return await pass();
    };
    assert.deepEqual(await names(), keys.slice(1, -1));
  },
});
