/**
 * HTTP proxies that variables of the environment name, and those that they are not meant for.
 *
 * @module
 */
import assert from "node:assert/strict";
import { systemClock } from "../../../lib/clock.ts";
import { answerFault } from "../../../lib/registry/etcd/etcd_faults.ts";
import { exceptionFor, proxyFor } from "../../../lib/registry/common/http_proxy.ts";
import { networkReason } from "../../../lib/registry/common/network_faults.ts";
import { openS3Registry } from "../../../lib/registry/s3/s3.ts";
import { needing } from "../../permissions.ts";
import { never, randomText } from "../rows.ts";

type Variables = Readonly<Record<string, string>>;

const p = "http://ada:s3same@proxy:3128";

const open = (host: string): string => `http://${host}`;
const secure = (host: string): string => `https://${host}`;

function from(variables: Variables): (name: string) => string | undefined {
  return (name) => variables[name];
}

function chosen(url: string, variables: Variables): string | undefined {
  return proxyFor(new URL(url), from(variables))?.at;
}

Deno.test("proxyFor() goes by the scheme, small letters first, and then by ALL_PROXY", () => {
  const cases: [url: string, Variables, string | undefined][] = [
    ["http://h", {}, undefined],
    ["http://h", { http_proxy: p }, "proxy:3128"],
    ["http://h", { HTTP_PROXY: "p:1", http_proxy: "" }, "p:1"],
    ["http://h", { HTTP_PROXY: "p:1", http_proxy: "q:2" }, "q:2"],
    ["https://h", { http_proxy: p }, undefined],
    ["https://h", { HTTPS_PROXY: "p:1", ALL_PROXY: "q:2" }, "p:1"],
    ["https://h", { ALL_PROXY: "socks5://q:2" }, "q:2"],
  ];
  for (const [url, variables, at] of cases) {
    assert.equal(chosen(url, variables), at, JSON.stringify(variables));
  }
  assert.deepEqual(proxyFor(new URL("http://h"), from({ http_proxy: p }))?.options, {
    url: "http://proxy:3128",
    basicAuth: { username: "ada", password: "s3same" },
  });
  for (const value of ["http://", "ftp://s3same@h", "s3same:x:y", "http://a:%zz@s3same"]) {
    assert.throws(
      () => chosen("http://h", { http_proxy: value }),
      /^StorageFault: the variable http_proxy names no proxy such as http:\/\/proxy:3128$/,
    );
  }
});

Deno.test("proxyFor() leaves out what NO_PROXY names, in all forms that curl knows", () => {
  const cases: [list: string, url: string, isStraight: boolean][] = [
    ["", open("localhost:1"), true],
    ["", open("127.0.0.9"), true],
    ["", open("[::1]"), true],
    ["", open("h.example"), false],
    ["*", open("h.example"), true],
    ["h.example", open("h.example"), true],
    ["H.Example.", open("h.example"), true],
    ["h.example", open("h.example."), true],
    [".example", open("h.example"), true],
    ["*.example", open("h.example"), true],
    ["example", open("h.example"), true],
    ["ample", open("h.example"), false],
    ["x, h.example", open("h.example"), true],
    ["x h.example", open("h.example"), true],
    ["h.example:2379", open("h.example:2379"), true],
    ["h.example:2380", open("h.example:2379"), false],
    ["h.example:443", secure("h.example"), true],
    ["10.0.0.5", open("10.0.0.5:2379"), true],
    ["10.0.0.5:2379", open("10.0.0.5:2379"), true],
    ["10.0.0.0/8", open("10.1.2.3"), true],
    ["10.0.0.0/16", open("10.1.2.3"), false],
    ["10.0.0.0/99", open("10.1.2.3"), false],
    ["0.0.0.5", open("10.0.0.5"), false],
    ["fd00::/8", open("[fd00::5]:2379"), true],
    ["fd00:0::5", open("[fd00::5]"), true],
    ["[fd00::5]:2379", open("[fd00::5]:2379"), true],
    ["fe80::5%eth0", open("[fe80::5]"), false],
  ];
  for (const [no_proxy, url, isStraight] of cases) {
    for (const variables of [{ no_proxy }, { NO_PROXY: no_proxy }]) {
      const at = chosen(url, { ALL_PROXY: p, ...variables });
      assert.equal(at, isStraight ? undefined : "proxy:3128", `${no_proxy} ${url}`);
    }
  }
});

Deno.test("exceptionFor() adds the host to those that Deno goes to by itself", () => {
  const url = new URL("http://[fd00::5]:2379");
  const all = { ALL_PROXY: p };
  assert.equal(exceptionFor(url, from({})), undefined);
  assert.equal(exceptionFor(url, from(all)), "fd00::5");
  assert.equal(exceptionFor(url, from({ ...all, no_proxy: "a" })), "a,fd00::5");
  assert.equal(exceptionFor(url, from({ ...all, NO_PROXY: "a,fd00::5" })), undefined);
});

Deno.test("a fault on the way through a proxy names the proxy", () => {
  const peer = { at: "h:1", caParameter: "tls_ca", proxy: "p:2" };
  const reasons = [
    ["Connection refused (os error 111)", "the proxy p:2 refuses the connection"],
    ["dns error: failed to lookup", "the host of the proxy p:2 is not known"],
    ["unsuccessful tunnel", "the proxy p:2 opens no way to h:1"],
    ["proxy authentication required", "the proxy p:2 wants a user and a password"],
    ["invalid peer certificate: NotValidForName", "the certificate of h:1 is for another host"],
  ] as const;
  for (const [said, reason] of reasons) assert.equal(networkReason(new Error(said), peer), reason);
  const member = { host: "h:1", isSecure: false, hasCertificate: false, user: undefined };
  const asked = { ...member, isChange: false, proxy: "p:2" };
  assert.equal(answerFault("", 502, asked).message, "the proxy p:2 answers HTTP 502 for h:1");
  assert.equal(answerFault("", 407, asked).message, "the proxy p:2 wants a user and a password");
  assert.match(answerFault("no leader", 503, asked).message, /^h:1 sees no leader/);
});

Deno.test({
  ...needing("a bucket is reached through the proxy, which is named when it fails", "net", "env"),
  async fn() {
    const asked: string[] = [];
    await using proxy = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
      asked.push(`${request.headers.get("proxy-authorization")} ${new URL(request.url).hostname}`);
      return new Response("", { status: 502 });
    });
    const { port } = proxy.addr;
    const keys = { AWS_ACCESS_KEY_ID: "A", AWS_SECRET_ACCESS_KEY: "B" };
    const fault = async (http_proxy: string): Promise<string> => {
      const url = `s3://box/x?endpoint=${open("192.0.2.1:2379")}&region=eu-central-1`;
      const context = { cluster: "default", clock: systemClock, timeoutMs: 10_000, randomText };
      await using registry = openS3Registry(url, context, from({ ...keys, http_proxy }));
      return await registry.list(never).then(() => assert.fail(), (error) => error.message);
    };
    const at = `127.0.0.1:${port}`;
    assert.match(
      await fault(`http://ada:s3same@${at}`),
      new RegExp(`: the proxy ${at} answers HTTP 502 for 192\\.0\\.2\\.1:2379$`),
    );
    assert.equal(asked[0], `Basic ${btoa("ada:s3same")} 192.0.2.1`);
    assert.match(
      await fault("http://ada:s3same@127.0.0.1:1"),
      /: the proxy 127\.0\.0\.1:1 refuses/,
    );
  },
});

Deno.test({
  ...needing("etcd is reached without a proxy where curl would not use one", "net", "run", "read"),
  async fn() {
    await using etcd = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      () => Response.json({ header: {} }),
    );
    const own = `127.0.0.1:${etcd.addr.port}`;
    // A program of its own, because variables belong to the whole process.
    const client = new URL("../../../lib/registry/etcd/etcd_client.ts", import.meta.url).href;
    const url = new URL("../../../lib/registry/etcd/etcd_url.ts", import.meta.url).href;
    const clock = new URL("../../../lib/clock.ts", import.meta.url).href;
    const program = `
      import { EtcdClient } from ${JSON.stringify(client)};
      import { parseEtcdUrl } from ${JSON.stringify(url)};
      import { systemClock as clock } from ${JSON.stringify(clock)};
      for (const host of Deno.env.get("HOSTS").split(" ")) {
        using client = new EtcdClient({ location: parseEtcdUrl("etcd://" + host), clock, timeoutMs: 5_000 });
        const asker = { signal: new AbortController().signal, doing: "" };
        console.log(await client.post("kv/range", {}, asker).then(() => "answered", (error) => error.message));
      }
    `;
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["eval", program],
      env: {
        NO_COLOR: "1",
        HTTP_PROXY: "http://127.0.0.1:1",
        HOSTS: `${own} 192.0.2.1:2379 ${own}`,
      },
    }).output();
    const [first, second, third] = new TextDecoder().decode(stdout).split("\n");
    assert.equal(first, "answered", new TextDecoder().decode(stderr));
    assert.equal(second, "the proxy 127.0.0.1:1 refuses the connection");
    assert.equal(third, "answered");
  },
});
