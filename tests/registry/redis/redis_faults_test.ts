/**
 * What a Redis server may say, in words; most of it is hard to make happen.
 *
 * @module
 */
import assert from "node:assert/strict";
import { redisFault } from "../../../lib/registry/redis/redis_faults.ts";
import { parseRedisUrl } from "../../../lib/registry/redis/redis_url.ts";

const secret = "s3cr:t/";

Deno.test("redisFault() finds words for all, and hides what was asked", () => {
  const settings = parseRedisUrl(`redis://eve:${encodeURIComponent(secret)}@h:1/2`);
  assert.ok(!("fault" in settings));
  const reply = (message: string): Error => Object.assign(new Error(message), { command: {} });
  const system = (code: string, message = ""): Error => Object.assign(new Error(message), { code });
  const faults: [Error, string][] = [
    [reply("MOVED 3999 10.0.0.1:6381"), "the server is one of a Redis Cluster, which needs"],
    [reply("CLUSTERDOWN The cluster is down"), "the Redis Cluster is down"],
    [reply("MASTERDOWN Link with MASTER is down"), "the server is a replica that has lost"],
    [reply("DENIED Redis is running in protected mode"), "the server is in protected mode"],
    [reply("BUSY Redis is busy running a script."), "the server is busy with a script"],
    [reply("ERR max number of clients reached"), "the server has no room for another connection"],
    [reply("ERR SELECT is not allowed in cluster mode"), "a Redis Cluster has no database but 0"],
    [
      reply("ERR Error running script: @user_script:9: -READONLY You can't write against"),
      "the server is a replica, which can only be read",
    ],
    [
      reply(`ERR unknown command 'AUTH', with args beginning with: 'eve' '${secret}'`),
      "the server does not know the command AUTH",
    ],
    [reply(`ERR strange ${secret}, with args ${secret}`), "the server says: ERR strange ***"],
    [system("ENOTFOUND"), "the host of h:1 is not known"],
    [system("EHOSTUNREACH"), "h:1 cannot be reached"],
    [system("ESTRANGE"), "the connection to h:1 broke with ESTRANGE"],
    [new Error("invalid peer certificate: UnknownIssuer"), "the certificate of h:1 comes from"],
    [
      new Error('invalid peer certificate: certificate not valid for name "h"; certificate is'),
      "the certificate of h:1 is for another host",
    ],
    [
      system("ERR_TLS_CERT_ALTNAME_INVALID", "does not match certificate's altnames"),
      "the certificate of h:1 is for another host",
    ],
    [system("CERT_HAS_EXPIRED", "certificate has expired"), "the certificate of h:1 has expired"],
    [new Error("received corrupt message of type InvalidContentType"), "h:1 does not speak TLS"],
  ];
  for (const [error, words] of faults) {
    const fault = redisFault(error, settings);
    assert.equal(fault?.message.slice(0, words.length), words);
    assert.ok(!Deno.inspect(fault).includes(secret));
  }
  assert.equal(redisFault(new TypeError("a bug"), settings), undefined);
});
