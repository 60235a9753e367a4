/**
 * The etcd registry where etcd asks who it is: users, roles, and certificates.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Registry } from "../../lib/registry/registry.ts";
import { faultOf } from "../registry/fault_of.ts";
import { allCalls, openHandle, Watcher } from "./etcd_scene.ts";
import { EtcdServer, needingEtcd, sharedEtcd } from "./etcd_server.ts";
import { nameOf, never, rowOf, writtenVersion } from "../registry/rows.ts";

const etcd = sharedEtcd();
const name = nameOf("n1@10.0.0.2");
const password = "geheim@/?#:%41";
const encoded = encodeURIComponent(password);
const root = ["--user", "root:root"];

/** Users of an etcd that asks for them; keys below `test/` are theirs. */
const setUp = [
  ["user", "add", "root:root"],
  ["role", "add", "root"],
  ["user", "grant-role", "root", "root"],
  ["role", "add", "writer"],
  ["role", "grant-permission", "writer", "readwrite", "test/", "test0"],
  ["user", "add", `writer:${password}`],
  ["user", "grant-role", "writer", "writer"],
  ["role", "add", "reader"],
  ["role", "grant-permission", "reader", "read", "test/", "test0"],
  ["user", "add", `reader:${password}`],
  ["user", "grant-role", "reader", "reader"],
];

let prefixes = 0;
let isSetUp = false;

/** Makes etcd ask for users; returns a prefix under which nothing was ever written. */
async function enableAuth(): Promise<string> {
  if (!isSetUp) { for (const command of setUp) await etcd().control(...command); }
  isSetUp = true;
  await etcd().control("auth", "enable");
  return `test/${++prefixes}`;
}

async function disableAuth(): Promise<void> {
  await etcd().control(...root, "auth", "disable");
}

function openAs(user: string, prefix: string): Registry {
  return openHandle(`etcd://${user}@${etcd().host}/${prefix}`);
}

Deno.test({
  ...needingEtcd("every call works with a user and a password of any characters"),
  async fn() {
    const prefix = await enableAuth();
    await using handle = openAs(`writer:${encoded}`, prefix);
    assert.equal(handle.url, `etcd://writer:***@${etcd().host}/${prefix}`);
    await using watcher = new Watcher(handle);
    for (const call of allCalls(handle)) await call();
    const seen = watcher.count;
    await etcd().stop();
    for (const call of allCalls(handle)) {
      assert.match(await faultOf(call(), password, encoded), / refuses the connection$/);
    }
    await etcd().start();
    // It does not know its tokens any more.
    for (const call of allCalls(handle)) await call();
    await watcher.more(seen);
    await disableAuth();
  },
});

Deno.test({
  ...needingEtcd("every call says that the password is wrong, or that one is wanted"),
  async fn() {
    const prefix = await enableAuth();
    await using wrong = openAs("writer:falsch", prefix);
    await using unknown = openAs("nobody:falsch", prefix);
    await using none = openHandle(`etcd://${etcd().host}/${prefix}`);
    await using _watchers = watchAll(wrong, unknown, none);
    const said = (user: string): RegExp =>
      new RegExp(`: the password is wrong for user "${user}", or there is no such user$`);
    for (const call of allCalls(wrong)) {
      assert.match(await faultOf(call(), "falsch"), said("writer"));
    }
    for (const call of allCalls(unknown)) {
      assert.match(await faultOf(call(), "falsch"), said("nobody"));
    }
    for (const call of allCalls(none)) {
      assert.match(await faultOf(call()), /: it wants a user and a password, user:password@host$/);
    }
    await disableAuth();
    for (const call of allCalls(none)) await call();
  },
});

Deno.test({
  ...needingEtcd("a role that only reads can list, but not write"),
  async fn() {
    const prefix = await enableAuth();
    await using writer = openAs(`writer:${encoded}`, prefix);
    await using reader = openAs(`reader:${encoded}`, prefix);
    await using watcher = new Watcher(reader);
    const version = await writtenVersion(writer.write(rowOf(name), undefined, never));
    await writer.getOrCreateCookie("minted", never);
    assert.equal((await reader.list(never)).rows.length, 1);
    assert.equal((await reader.read(name, never))?.version, version);
    assert.equal(await reader.cookie(never), "minted");
    assert.equal(await reader.getOrCreateCookie("other", never), "minted");
    const denied = /: user "reader" has no permission to change these keys$/;
    const changes = [
      () => reader.write(rowOf(name, 1), version, never),
      () => reader.write(rowOf("n2@h"), undefined, never),
      () => reader.remove(name, version, never),
    ];
    for (const change of changes) assert.match(await faultOf(change(), password, encoded), denied);
    await using stranger = openAs(`reader:${encoded}`, "elsewhere");
    const fault = await faultOf(stranger.list(never));
    assert.match(fault, /: user "reader" has no permission to read these keys$/);
    // What is granted later counts at once.
    await etcd().control(...root, "user", "grant-role", "reader", "writer");
    const latest = await writtenVersion(reader.write(rowOf(name, 1), version, never));
    await etcd().control(...root, "user", "revoke-role", "reader", "writer");
    // By now it surely watches, which it may not yet have done when the row was new.
    assert.equal(await writer.remove(name, latest, never), "removed");
    await watcher.more(0);
    await disableAuth();
  },
});

Deno.test({
  ...needingEtcd("a password does no harm where none is wanted, and is used when it is"),
  async fn() {
    await using handle = openAs(`writer:${encoded}`, "test/open");
    await using watcher = new Watcher(handle);
    for (const call of allCalls(handle)) await call();
    await enableAuth();
    for (const call of allCalls(handle)) await call();
    await disableAuth();
    for (const call of allCalls(handle)) await call();
    await watcher.more(0);
  },
});

Deno.test({
  ...needingEtcd("etcds:// trusts the authority of tls_ca and no unknown one"),
  async fn() {
    await using secure = await EtcdServer.create({ isSecure: true });
    const { host, certificate } = secure;
    await using handle = openHandle(`etcds://${host}?tls_ca=${certificate}`);
    await using watcher = new Watcher(handle);
    for (const call of allCalls(handle)) await call();
    await watcher.more(0);

    const wrongs: [string, RegExp][] = [
      [
        `etcds://${host}`,
        /: the certificate of 127\S+ comes from an authority that is not known here; tls_ca/,
      ],
      [`etcd://${host}`, /: 127\S+ breaks the connection off; if it wants TLS, write etcds/],
      [
        `etcds://${host.replace("127.0.0.1", "localhost")}?tls_ca=${certificate}`,
        /: the certificate of localhost:\d+ is for another host$/,
      ],
      [`etcds://${etcd().host}`, /: 127\S+ (does not speak|breaks .* without) TLS.* etcd:\/\/$/],
      [
        `etcds://${host}?tls_ca=${certificate}.not`,
        /: the file \S+ of tls_ca cannot be read: No such file/,
      ],
      [
        `etcds://${host}?tls_ca=/dev/null`,
        /: the file \/dev\/null of tls_ca holds no certificate$/,
      ],
    ];
    for (const [url, expected] of wrongs) {
      await using wrong = openHandle(url);
      await using _watcher = new Watcher(wrong);
      for (const call of allCalls(wrong)) assert.match(await faultOf(call()), expected);
    }
  },
});

Deno.test({
  ...needingEtcd("a file of tls_ca that is damaged is named, and read again when it is mended"),
  async fn() {
    const path = await Deno.makeTempFile({ prefix: "etcd_test" });
    await using secure = await EtcdServer.create({ isSecure: true });
    await Deno.writeTextFile(path, pemOf("aaaa"));
    await using handle = openHandle(`etcds://${secure.host}?tls_ca=${path}`);
    const fault = await faultOf(handle.list(never));
    assert.ok(fault.endsWith(`: the file ${path} of tls_ca holds no legal certificate`), fault);
    await Deno.copyFile(secure.certificate, path);
    await handle.list(never);
    await Deno.remove(path);
  },
});

function pemOf(base64: string): string {
  return `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`;
}

/** Watches that hear nothing must end, too. */
function watchAll(...handles: readonly Registry[]): AsyncDisposableStack {
  const stack = new AsyncDisposableStack();
  for (const handle of handles) stack.use(new Watcher(handle));
  return stack;
}
