/**
 * URLs of etcd clusters.
 *
 * @module
 */
import assert from "node:assert/strict";
import { systemClock } from "../../../lib/clock.ts";
import { UsageError } from "../../../lib/core/base/errors.ts";
import { parseEtcdUrl } from "../../../lib/registry/etcd/etcd_url.ts";
import { openRegistry } from "../../../lib/registry/open.ts";
import { parseRegistryUrl, registryUrlFault, withoutSecrets } from "../../../lib/registry/url.ts";
import { randomText } from "../rows.ts";

const open = (host: string): string => `http://${host}`;
const secure = (host: string): string => `https://${host}`;

const plain = {
  endpoints: [open("h1:2379")],
  credentials: undefined,
  prefix: "clusternode",
  caPath: undefined,
};

Deno.test("parseEtcdUrl() takes legal ones apart", () => {
  const legal: [string, Partial<ReturnType<typeof parseEtcdUrl>>][] = [
    ["etcd://h1", { ...plain }],
    ["ETCD://h1/", { ...plain }],
    ["etcds://h1", { ...plain, endpoints: [secure("h1:2379")] }],
    [
      "etcd://h1:1,10.0.0.2,[::1]:65535,[fe80::1]",
      {
        ...plain,
        endpoints: [
          open("h1:1"),
          open("10.0.0.2:2379"),
          open("[::1]:65535"),
          open("[fe80::1]:2379"),
        ],
      },
    ],
    ["etcd://h1//a/b%20c//", { ...plain, prefix: "a/b c" }],
    [
      "etcd://u%40x:p%2F:@@h1,h1:2380/p",
      {
        endpoints: [open("h1:2379"), open("h1:2380")],
        credentials: { user: "u@x", password: "p/:@" },
        prefix: "p",
      },
    ],
    [
      "etcds://h1?tls_ca=/a%20b.pem",
      { caPath: "/a b.pem" },
    ],
  ];
  for (const [text, expected] of legal) {
    const parsed = { ...parseEtcdUrl(text) };
    assert.deepEqual({ ...parsed, ...expected }, parsed, text);
    assert.equal(registryUrlFault(text), undefined);
    assert.deepEqual(parseRegistryUrl(text), { backEnd: "etcd", location: text });
  }
});

Deno.test("registryUrlFault() says what is wrong with the URL of an etcd, without secrets", () => {
  const faults: [string, RegExp][] = [
    ["etcd:h1", /lacks the slashes/],
    ["etcd://", /names no host/],
    ["etcd:///prefix", /names no host/],
    ["etcd://u:geheim@", /names no host/],
    ["etcd://h1,,h2", /its host no\. 2 is not of the form/],
    ["etcd://h1:0", /its host no\. 1/],
    ["etcd://h1:65536", /its host no\. 1/],
    ["etcd://h1:2379:2380", /its host no\. 1/],
    ["etcd://h 1", /its host no\. 1/],
    ["etcd://256.1.1.1", /its host no\. 1 is no host/],
    ["etcd://[::g]", /its host no\. 1/],
    ["etcd://u:geheim/x", /its host no\. 1/],
    ["etcd://u:geheim/x@h1", /a password \/ is written as %2F/],
    ["etcd://u:geheim?x@h1", /\? as %3F/],
    ["etcd://u:1/x@h1", /a password \/ is written as %2F/],
    ["etcd://u:geheim%@h1", /%25/],
    ["etcd://h1/100%", /%25/],
    ["etcd://u@h1", /no password/],
    ["etcd://u:@h1", /no password/],
    ["etcd://:geheim@h1", /no user/],
    ["etcd://h1#x", /%23/],
    ["etcd://h1?timeout=1", /its parameter "timeout" is not known; known are tls_ca/],
    ["etcds://h1?tls_ca=", /tls_ca names no file/],
    ["etcds://h1?tls_ca=/a&tls_ca=/b", /"tls_ca" is there twice/],
    ["etcd://h1?tls_ca=/a", /goes with etcds:\/\//],
  ];
  for (const [text, pattern] of faults) {
    const fault = registryUrlFault(text) ?? "";
    assert.match(fault, pattern, text);
    assert.doesNotMatch(fault, /geheim/);
    assert.doesNotMatch(withoutSecrets(text), /geheim/);
  }
});

Deno.test("openRegistry() opens an etcd without touching the network", async () => {
  const context = { cluster: "default", clock: systemClock, randomText };
  const url = "etcd://u:geheim@h1,h2:2380/prefix";
  await using handle = await openRegistry(url, context);
  assert.equal(handle.url, "etcd://u:***@h1,h2:2380/prefix");
  assert.equal(handle.stalenessMs, 0);
  await assert.rejects(openRegistry("etcd://h1:x", context), UsageError);
});
