/**
 * Connection strings of all kinds of storages, given where a registry is meant: none of them shows
 * its secret, whatever says what is wrong with it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { systemClock } from "../../lib/clock.ts";
import { gatherOptions } from "../../lib/options/options.ts";
import type { OptionInput } from "../../lib/options/options.ts";
import { openRegistry } from "../../lib/registry/open.ts";
import { registryUrlFault, withoutSecrets } from "../../lib/registry/url.ts";
import { needing } from "../permissions.ts";
import { never, randomText } from "./rows.ts";

const secret = "S3same";

/** Strings that are no URL of a registry; `@@` stands for the secret. */
const foreign: readonly string[] = [
  // libpq, ADO.NET, ODBC, Oracle
  "host=db.example.com port=5432 dbname=base user=ada password=@@ sslmode=require",
  "password=@@",
  "Server=db.example.com;Database=base;User Id=ada;Password=@@;",
  "Data Source=tcp:db.example.com,1433;Initial Catalog=base;User ID=ada;Password=@@",
  "Driver={PostgreSQL Unicode};Server=db;Port=5432;Database=base;Uid=ada;Pwd=@@;",
  "ada/@@@db.example.com:1521/base",
  // JDBC
  "jdbc:postgresql://db.example.com/base?user=ada&password=@@",
  "jdbc:redis://:@@@cache.example.com:6379/0",
  "jdbc:sqlserver://db.example.com:1433;database=base;user=ada;password=@@",
  // Azure
  "DefaultEndpointsProtocol=https;AccountName=acc;AccountKey=@@==;EndpointSuffix=core.example.net",
  "Endpoint=sb://ns.servicebus.example.net/;SharedAccessKeyName=Root;SharedAccessKey=@@=",
  "https://acc/box?sv=2024&sig=@@",
  "AccountEndpoint=https://acc:443/;AccountKey=@@==;",
  // StackExchange.Redis and others for Redis
  "cache.example.net:6380,password=@@=,ssl=True,abortConnect=False",
  "cache.example.com:6379:0:ada:@@",
  "cache.example.com:6379:@@",
  "redis://cache.example.com:6379,password=@@",
  "redis://cache.example.com,password=@@",
  "redis://cache.example.com/0;password=@@",
  "redis:@@@cache.example.com",
  "redis://:pw/@@@cache.example.com",
  "redis://:1?@@@cache.example.com",
  "redis://:pw#@@@cache.example.com",
  "unix://:@@@/tmp/redis.sock?db=0",
  // URLs of this and that, legal and mistyped
  "postgres://ada:pw/@@@db.example.com/base",
  "postgres://ada:1?@@@db.example.com/base",
  "postgres://ada:pw#@@@db.example.com/base",
  "postgres://Server=db;Password=@@",
  "postgres://db.example.com/base password=@@",
  "postgres://db.example.com/base?passwd=@@",
  "postgres://db.example.com/base?@@=x",
  "postgres//ada:@@@db.example.com/base",
  "//ada:@@@db.example.com/base",
  "ada:@@@db.example.com/base",
  "mysql://ada:@@@db.example.com/base",
  "mongodb+srv://ada:@@@cluster0.example.net/base?retryWrites=true",
  "mongodb://ada:@@@h1:27017,h2:27017/base?authSource=admin",
  "amqp://ada:@@@mq.example.com:5672/vhost",
  "amqps://@@@mq.example.com",
  "nats://@@@nats.example.com:4222",
  "https://@@@o1.ingest.example.com/1",
  "https://hooks/services/T000/B000/@@",
  "etcd://ada:pw/@@@h1,h2",
  "etcd://ada:pw@h1?password=@@",
  "etcd://@@@h1",
  "s3://AKIAEXAMPLE:@@@bucket/prefix",
  "s3://bucket?secretAccessKey=@@",
  "s3://bucket?endpoint=https://ada:@@@minio.example.com",
  "AKIAEXAMPLE:@@",
  "@@",
];

/** Legal ones, which are shown in logs. Nobody listens there, and no name has to be looked up. */
const legal: readonly string[] = [
  "redis://@@@127.0.0.1:1",
  "redis://ada:@@@127.0.0.1:1/1",
  "rediss://:@@@127.0.0.1:1",
  "redis+sentinel://:@@@127.0.0.1:1,127.0.0.1:2/mymaster?sentinel_password=@@",
  "postgres://@@@127.0.0.1:1/base",
  "postgres://ada:@@@127.0.0.1:1,127.0.0.1:2/base?application_name=x",
  "postgres://127.0.0.1:1/base?user=@@&password=@@",
  "postgres://127.0.0.1:1/base?options=-c%20x.y%3D@@",
  "etcd://ada:@@@127.0.0.1:1,127.0.0.1:2/prefix",
];

function faultsOf(given: Partial<OptionInput>): readonly string[] {
  const nothing = { flags: {}, operands: [], environment: {}, config: undefined };
  return gatherOptions({ ...nothing, registryUrlFault, ...given }).faults;
}

function withSecret(text: string): string {
  return text.replace("@@", secret);
}

Deno.test("a foreign connection string is refused, and its secret is shown nowhere", async () => {
  const context = { cluster: "default", clock: systemClock, randomText };
  for (const text of foreign.map(withSecret)) {
    assert.notEqual(registryUrlFault(text), undefined, text);
    const shown = [
      registryUrlFault(text),
      withoutSecrets(text),
      await openRegistry(text, context).then(() => assert.fail(text), (error) => error.message),
      ...faultsOf({ flags: { registry: [text] } }),
      ...faultsOf({ config: { registry: [text] } }),
      ...faultsOf({ environment: { CLUSTERNODE_REGISTRY: text } }),
      // Not where one may stand.
      ...faultsOf({ config: { registry: { a: text } } }),
    ];
    assert.ok(shown.length >= 6, text);
    for (const line of shown) assert.doesNotMatch(line ?? "", new RegExp(secret, "i"), text);
  }
});

Deno.test({
  ...needing("a legal URL shows neither a password nor a user who has none", "net", "read", "env"),
  async fn() {
    const context = { cluster: "default", clock: systemClock, timeoutMs: 20_000, randomText };
    for (const text of legal.map((one) => one.replaceAll("@@", secret))) {
      assert.equal(registryUrlFault(text), undefined, text);
      assert.doesNotMatch(withoutSecrets(text), new RegExp(secret, "i"), text);
      await using registry = await openRegistry(text, context);
      const fault = await registry.list(never).then(() => assert.fail(), (error) => error);
      assert.doesNotMatch(Deno.inspect(fault, { depth: 9 }), new RegExp(secret, "i"), text);
    }
  },
});
