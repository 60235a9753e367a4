/**
 * What the etcd registry makes of members that are away, silent, forgetful, full, or no etcd.
 *
 * @module
 */
import assert from "node:assert/strict";
import { needing } from "../permissions.ts";
import { faultOf } from "../registry/fault_of.ts";
import { allCalls, Gateway, openHandle, Watcher } from "./etcd_scene.ts";
import { Relay } from "./relay.ts";
import { EtcdServer, needingEtcd, sharedEtcd } from "./etcd_server.ts";
import { nameOf, never, rowOf, writtenVersion } from "../registry/rows.ts";
import { freePort } from "../support/ports.ts";
import { until } from "../support/waiting.ts";

const etcd = sharedEtcd();
const name = nameOf("n1@10.0.0.2");

let prefixes = 0;

/** The URL of these hosts, with a prefix under which nothing was ever written. */
function freshUrl(...hosts: readonly string[]): string {
  return `etcd://${hosts.join(",")}/test/${++prefixes}`;
}

/** Host and port where nothing listens. */
function deadHost(): string {
  return `127.0.0.1:${freePort()}`;
}

Deno.test({
  ...needingEtcd("a dead endpoint does no harm beside one that lives"),
  async fn() {
    for (const hosts of [[deadHost(), etcd().host], [etcd().host, deadHost()]]) {
      await using handle = openHandle(freshUrl(...hosts));
      await using watcher = new Watcher(handle);
      for (const call of allCalls(handle)) await call();
      await watcher.more(0);
    }
  },
});

Deno.test({
  ...needingEtcd("a silent endpoint delays one call, and the next ones not at all"),
  async fn() {
    await using silent = new Relay(undefined);
    const url = freshUrl(silent.host, etcd().host);
    await using handle = openHandle(url, { timeoutMs: 1_500 });
    await handle.list(never);
    assert.equal(silent.connections, 1);
    for (const call of allCalls(handle)) await call();
    assert.equal(silent.connections, 1);
  },
});

Deno.test({
  ...needingEtcd("connections of a host that vanished without a word are not used again"),
  async fn() {
    await using wire = new Relay(etcd().port);
    await using handle = openHandle(freshUrl(wire.host), { timeoutMs: 1_000 });
    await using watcher = new Watcher(handle);
    // Several at once, so that several connections are kept.
    await Promise.all(allCalls(handle).map((call) => call()));
    const old = wire.connections;
    assert.ok(old > 3, `only ${old} connections`);
    wire.deaden();
    const seen = watcher.count;
    assert.match(await faultOf(handle.list(never)), /: no answer within 1000 ms/);
    await handle.list(never);
    // The watch, too, has had one of these connections.
    await watcher.more(seen);
  },
});

Deno.test({
  ...needing("every call tells about all endpoints when none lives", "net"),
  async fn() {
    const hosts = [deadHost(), deadHost()];
    await using handle = openHandle(freshUrl(...hosts));
    const both = `: ${hosts[0]} refuses the connection; ${hosts[1]} refuses the connection`;
    const other = `: ${hosts[1]} refuses the connection; ${hosts[0]} refuses the connection`;
    for (const call of allCalls(handle)) {
      const fault = await faultOf(call());
      assert.ok(fault.endsWith(both) || fault.endsWith(other), fault);
    }
  },
});

Deno.test({
  ...needing("every call tells which endpoint it waited for when time was up", "net"),
  async fn() {
    await using silent = new Relay(undefined);
    const dead = deadHost();
    await using handle = openHandle(freshUrl(dead, silent.host), { timeoutMs: 200 });
    const fault = await faultOf(handle.list(never));
    const waiting = `waiting for ${silent.host} (${dead} refuses the connection)`;
    assert.ok(fault.endsWith(`: no answer within 200 ms, ${waiting}`), fault);
  },
});

Deno.test({
  ...needingEtcd("write() and remove() stay exact when an answer is lost on the way"),
  async fn() {
    await using gateway = new Gateway(etcd().host);
    const url = freshUrl(gateway.host, etcd().host);
    await using handle = openHandle(url);
    await using other = openHandle(url.replace(`${gateway.host},`, ""));
    const first = await writtenVersion(handle.write(rowOf(name), undefined, never));
    const lost = (isDone: boolean): void => {
      gateway.meddle = async (_path, pass) => {
        // Only once: the handle goes on with the other endpoint.
        gateway.meddle = (_path, next) => next();
        if (isDone) await (await pass()).body?.cancel();
        return new Response("lost", { status: 502 });
      };
    };
    lost(true);
    const second = await writtenVersion(handle.write(rowOf(name, 1), first, never));
    assert.deepEqual(await other.read(name, never), { row: rowOf(name, 1), version: second });

    await using late = openHandle(url);
    await late.list(never);
    lost(false);
    const third = await writtenVersion(late.write(rowOf(name, 2), second, never));

    await using later = openHandle(url);
    await later.list(never);
    lost(false);
    const current = { row: rowOf(name, 2), version: third };
    const conflict = { kind: "conflict", current };
    assert.deepEqual(await later.write(rowOf(name, 3), second, never), conflict);

    await using last = openHandle(url);
    await last.list(never);
    lost(true);
    assert.match(await faultOf(last.remove(name, third, never)), /: it is gone, but the answer/);
    assert.equal(await other.read(name, never), undefined);
  },
});

Deno.test({
  ...needingEtcd("write() says that the database is full, and remove() makes room"),
  async fn() {
    await using handle = openHandle(freshUrl(etcd().host));
    const version = await writtenVersion(handle.write(rowOf(name), undefined, never));
    await etcd().ask("maintenance/alarm", { action: "ACTIVATE", alarm: "NOSPACE" });
    const full = /: its database is full \(alarm NOSPACE\)/;
    assert.match(await faultOf(handle.write(rowOf(name, 1), version, never)), full);
    assert.match(await faultOf(handle.getOrCreateCookie("minted", never)), full);
    await using fresh = openHandle(freshUrl(etcd().host));
    assert.match(await faultOf(fresh.write(rowOf(name, 1), undefined, never)), full);
    assert.equal((await handle.list(never)).rows.length, 1);
    assert.equal(await handle.remove(name, version, never), "removed");
    await etcd().control("alarm", "disarm");
    await writtenVersion(handle.write(rowOf(name, 1), undefined, never));
  },
});

Deno.test({
  ...needingEtcd("every call says that there is no leader, and works when there is one"),
  async fn() {
    const [one, two] = await EtcdServer.createPair();
    await using _one = one;
    await using _two = two;
    await using handle = openHandle(freshUrl(one.host, two.host));
    await using watcher = new Watcher(handle);
    const version = await writtenVersion(handle.write(rowOf(name), undefined, never));
    await two.stop();
    // At first it still believes in the leader that it had.
    await using hasty = openHandle(freshUrl(two.host, one.host), { timeoutMs: 500 });
    const noLeader = / sees no leader, most members are away/;
    await until("it knows", async () => noLeader.test(await faultOf(hasty.list(never))));
    for (const call of allCalls(handle)) assert.match(await faultOf(call()), noLeader);
    await two.start();
    assert.equal((await handle.read(name, never))?.version, version);
    const before = watcher.count;
    assert.equal(await handle.remove(name, version, never), "removed");
    await watcher.more(before);
  },
});

Deno.test({
  ...needing("every call says that what answers is no etcd", "net"),
  async fn() {
    const answers: [() => Response, RegExp][] = [
      [() => new Response("<html>", { status: 404 }), / is no etcd of version 3\.4.*: HTTP 404$/],
      [() => new Response("<html>"), / is no etcd of .*: HTTP 200$/],
      [() => Response.json({ hello: 1 }), / is no etcd of .*: HTTP 200$/],
      [() => Response.json([1]), / is no etcd of .*: HTTP 200$/],
      [() => Response.redirect("http://127.0.0.1/"), / is no etcd of .*: HTTP 302$/],
      [() => new Response("<html>", { status: 502 }), / fails with HTTP 502$/],
      [() => Response.json({ message: "hurz" }, { status: 400 }), / says "hurz"$/],
    ];
    for (const [answer, expected] of answers) {
      await using gateway = new Gateway("");
      gateway.meddle = () => Promise.resolve(answer());
      await using handle = openHandle(freshUrl(gateway.host));
      await using _watcher = new Watcher(handle);
      for (const call of allCalls(handle)) assert.match(await faultOf(call()), expected);
    }
    await using stranger = new Relay(undefined, "SSH-2.0-stranger\r\n");
    await using handle = openHandle(freshUrl(stranger.host));
    await using _watcher = new Watcher(handle);
    for (const call of allCalls(handle)) {
      assert.match(await faultOf(call()), / does not speak HTTP, so it is no etcd$/);
    }
  },
});

Deno.test({
  ...needing("every call tells that its host is not known", "net"),
  async fn() {
    await using handle = openHandle(freshUrl("nowhere.invalid"));
    const fault = await faultOf(handle.list(never));
    assert.match(fault, /: the host of nowhere\.invalid:2379 is not known$/);
  },
});
