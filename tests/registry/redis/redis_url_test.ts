/**
 * URLs of Redis registries.
 *
 * @module
 */
import assert from "node:assert/strict";
import { parseRedisUrl } from "../../../lib/registry/redis/redis_url.ts";
import { parseRegistryUrl, registryUrlFault, withoutSecrets } from "../../../lib/registry/url.ts";

const plain = {
  host: "h",
  port: 6379,
  certPath: undefined,
  keyPath: undefined,
  sentinel: undefined,
  isTls: false,
  user: "",
  password: undefined,
  database: 0,
  prefix: "clusternode",
  caPath: undefined,
};

Deno.test("parseRedisUrl() takes URLs apart", () => {
  const legal: [string, object][] = [
    ["redis://h", {}],
    ["REDIS://h:7000/", { port: 7000 }],
    ["redis://[::1]:7000/15", { host: "::1", port: 7000, database: 15 }],
    ["redis://:p%40ss%2F@h/2", { password: "p@ss/", database: 2 }],
    ["redis://ada:pw@h", { user: "ada", password: "pw" }],
    ["redis://ada@h", { user: "ada", password: "" }],
    ["redis://h?prefix={blue}:x", { prefix: "{blue}:x" }],
    ["rediss://h", { isTls: true }],
    ["rediss://h?tls_cert=/c&tls_key=/k", { isTls: true, certPath: "/c", keyPath: "/k" }],
    [
      "redis+sentinel://ada:pw@s1,[::1]:7/mymaster/3?sentinel_password=x",
      {
        host: "s1",
        port: 26379,
        user: "ada",
        password: "pw",
        database: 3,
        sentinel: {
          hosts: [{ host: "s1", port: 26379 }, { host: "::1", port: 7 }],
          master: "mymaster",
          password: "x",
        },
      },
    ],
    ["rediss://h/1?tls_ca=/etc/a%20b.pem", { isTls: true, database: 1, caPath: "/etc/a b.pem" }],
  ];
  for (const [text, changes] of legal) {
    assert.deepEqual(parseRedisUrl(text), { ...plain, ...changes }, text);
    assert.deepEqual(parseRegistryUrl(text), { backEnd: "redis", location: text });
  }
});

Deno.test("registryUrlFault() says what is wrong with the URL of a Redis", () => {
  const faults: [string, RegExp][] = [
    ["redis:", /lacks the slashes/],
    ["redis:///0", /names no host/],
    ["redis://h:99999", /its host no\. 1/],
    ["redis://h,password=geheim", /its host no\. 2/],
    ["redis://h1,h2", /more than one host/],
    ["redis://h/blue", /the number of a database/],
    ["redis://h/0/1", /the number of a database/],
    ["redis://h/-1", /the number of a database/],
    ["redis://:a%zz@h", /%25/],
    ["redis://h?prefx=x", /"prefx" is not known; known are prefix, tls_ca/],
    ["redis://h?tls_cert=/c", /goes with rediss/],
    ["rediss://h?tls_cert=/c", /only one of tls_cert and tls_key/],
    ["redis+sentinel://h1,h2", /the name of a master/],
    ["redis+sentinel://h1/m/x", /the name of a master/],
    ["redis+sentinel:///m", /names no host/],
    ["redis://h?prefix=", /its prefix may hold/],
    ["redis://h?prefix=a%20b", /its prefix may hold/],
    ["redis://h?tls_ca=/ca", /rediss/],
    ["rediss://h?tls_ca=", /names no file/],
    ["redis://h#x", /%23/],
  ];
  for (const [text, pattern] of faults) assert.match(registryUrlFault(text) ?? "", pattern, text);
});

Deno.test("withoutSecrets() hides the password of a Redis, and shows the rest", () => {
  const url = "rediss://ada:s3cret@h:1/2?prefix=p&tls_ca=/ca";
  assert.equal(
    withoutSecrets(url),
    "rediss://ada:***@h:1/2?prefix=p&tls_ca=%2Fca".replace("%2F", "/"),
  );
});
