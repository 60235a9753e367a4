/**
 * Everything that goes wrong with a bucket, and the one sentence that it becomes.
 *
 * @module
 */
import assert from "node:assert/strict";
import { systemClock } from "../../../lib/clock.ts";
import type { Clock } from "../../../lib/clock.ts";
import { openS3Registry } from "../../../lib/registry/s3/s3.ts";
import type { Environment } from "../../../lib/registry/common/environment.ts";
import type { Registry } from "../../../lib/registry/registry.ts";
import { needing } from "../../permissions.ts";
import { reasonOf as faultReasonOf } from "../fault_of.ts";
import { nameOf, never, randomText, rowOf } from "../rows.ts";
import { fakeKeys, FakeS3, refusal } from "./s3_fake.ts";

const name = nameOf("n1@h");

const variables: Readonly<Record<string, string>> = {
  AWS_ACCESS_KEY_ID: fakeKeys.accessKeyId,
  AWS_SECRET_ACCESS_KEY: fakeKeys.secretAccessKey,
  AWS_REGION: "eu-central-1",
};

/** What no error may contain. */
const secrets = ["sesame", "wrong-secret", "token-of-"];

interface Opening {
  readonly bucket?: string;
  readonly timeoutMs?: number;
  readonly environment?: Environment;
  readonly clock?: Clock;
  readonly more?: string;
}

function open(
  endpoint: string,
  {
    bucket = "meeting-place",
    timeoutMs = 10_000,
    environment = (variable) => variables[variable],
    clock = systemClock,
    more = "",
  }: Opening = {},
): Registry {
  const url = `s3://${bucket}/x?endpoint=${endpoint}${more}`;
  return openS3Registry(url, { cluster: "default", clock, timeoutMs, randomText }, environment);
}

function reasonOf(call: Promise<unknown>): Promise<string> {
  return faultReasonOf(call, ...secrets);
}

function s3Test(what: string, fn: (fake: FakeS3) => Promise<void>): void {
  Deno.test({
    ...needing(`S3 ${what}`, "net"),
    async fn() {
      await using fake = new FakeS3();
      await fn(fake);
    },
  });
}

s3Test("tells wrong keys, a missing bucket and missing rights apart", async (fake) => {
  const host = new URL(fake.endpoint).host;
  const listing = async (opening: Opening): Promise<string> => {
    await using registry = open(fake.endpoint, opening);
    return await reasonOf(registry.list(never));
  };
  const withKeys = (changes: Record<string, string>): Opening => ({
    environment: (variable) => ({ ...variables, ...changes })[variable],
  });
  const { accessKeyId } = fakeKeys;
  assert.equal(
    await listing(withKeys({ AWS_ACCESS_KEY_ID: "AKIAOTHER" })),
    `the access key AKIAOTHER is not known at ${host}`,
  );
  assert.equal(
    await listing(withKeys({ AWS_SECRET_ACCESS_KEY: "wrong-secret" })),
    `the secret key does not belong to the access key ${accessKeyId}`,
  );
  assert.equal(
    await listing(withKeys({ AWS_SESSION_TOKEN: "token-of-nobody" })),
    `the session token of the access key ${accessKeyId} is not legal`,
  );
  assert.match(
    await listing({ environment: () => undefined }),
    /^there are no keys: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or write/,
  );
  assert.equal(
    await listing({ bucket: "no-such-place" }),
    `there is no bucket "no-such-place" at ${host}`,
  );
  await using missing = open(fake.endpoint, { bucket: "no-such-place" });
  assert.equal(
    await reasonOf(missing.cookie(never)),
    `there is no bucket "no-such-place" at ${host}`,
  );
  fake.behaviour.denies = "everything";
  assert.equal(
    await listing({}),
    `the access key ${accessKeyId} may not list the bucket "meeting-place"`,
  );
});

s3Test("reads on but does not write when it may only read", async (fake) => {
  await using registry = open(fake.endpoint);
  const first = await registry.write(rowOf(name, 1), undefined, never);
  assert.ok(first.kind === "written");
  fake.behaviour.denies = "changes";
  await using reader = open(fake.endpoint);
  assert.equal((await reader.list(never)).rows.length, 1);
  const may = `the access key ${fakeKeys.accessKeyId} may not`;
  for (const handle of [registry, reader]) {
    const write = handle.write(rowOf(name, 2), first.version, never);
    assert.equal(await reasonOf(write), `${may} write into the bucket "meeting-place"`);
  }
  const remove = registry.remove(name, first.version, never);
  assert.equal(await reasonOf(remove), `${may} remove from the bucket "meeting-place"`);
});

s3Test("says by how much the clock is wrong", async (fake) => {
  const host = new URL(fake.endpoint).host;
  await using registry = open(fake.endpoint);
  for (const [minutes, word] of [[30, "slow"], [-20, "fast"]] as const) {
    fake.behaviour.skewMs = minutes * 60_000;
    assert.equal(
      await reasonOf(registry.list(never)),
      `the clock of this machine is ${Math.abs(minutes)} minutes ${word}, says ${host}`,
    );
  }
  fake.behaviour.skewMs = 5 * 60_000;
  await registry.list(never);
});

s3Test("names the region in which the bucket lies", async (fake) => {
  fake.behaviour.region = "eu-west-1";
  await using registry = open(fake.endpoint);
  const expected =
    'the bucket "meeting-place" lies in the region eu-west-1: write region=eu-west-1 into the URL';
  assert.equal(await reasonOf(registry.list(never)), expected);
  fake.behaviour.redirects = true;
  assert.equal(await reasonOf(registry.list(never)), expected);
  fake.behaviour.answers = () => refusal(307, "TemporaryRedirect");
  assert.match(await reasonOf(registry.list(never)), /lies in another region: name it in the URL/);
  fake.behaviour.answers = undefined;
  fake.behaviour.redirects = false;
  await using right = open(fake.endpoint, { more: "&region=eu-west-1" });
  await right.list(never);
});

s3Test("reads the keys anew when they have expired", async (fake) => {
  const held = { id: "AKIAONE", token: "token-of-one" };
  const environment: Environment = (variable) =>
    ({
      AWS_ACCESS_KEY_ID: held.id,
      AWS_SECRET_ACCESS_KEY: fakeKeys.secretAccessKey,
      AWS_SESSION_TOKEN: held.token,
      AWS_REGION: "us-east-1",
    })[variable];
  const one = { ...fakeKeys, accessKeyId: "AKIAONE", sessionToken: "token-of-one" };
  const two = { ...fakeKeys, accessKeyId: "AKIATWO", sessionToken: "token-of-two" };
  fake.behaviour.keys = [one, two];
  await using registry = open(fake.endpoint, { environment });
  await registry.list(never);
  fake.behaviour.keys = [{ ...one, hasExpired: true }, two];
  const expired = "the session token of the access key AKIAONE has expired";
  assert.equal(await reasonOf(registry.list(never)), expired);
  Object.assign(held, { id: "AKIATWO", token: "token-of-two" });
  await registry.list(never);
  const result = await registry.write(rowOf(name), undefined, never);
  assert.equal(result.kind, "written");
});

s3Test("rejects within the timeout when the server is silent or stopped", async (fake) => {
  await using hasty = open(fake.endpoint, { timeoutMs: 150 });
  // A busy machine may take longer than that for a refusal.
  await using patient = open(fake.endpoint);
  fake.behaviour.isSilent = true;
  const calls = (registry: Registry): Promise<unknown>[] => [
    registry.list(never),
    registry.read(name, never),
    registry.write(rowOf(name), undefined, never),
    registry.remove(name, "version", never),
    registry.getOrCreateCookie("minted", never),
  ];
  for (const reason of await Promise.all(calls(hasty).map(reasonOf))) {
    assert.match(reason, /^no answer within 150 ms/);
  }
  fake.behaviour.isSilent = false;
  await fake.stop();
  for (const reason of await Promise.all(calls(patient).map(reasonOf))) {
    assert.match(reason, /^127\.0\.0\.1:\d+ refuses the connection$/);
  }
  fake.start();
  assert.equal((await patient.write(rowOf(name), undefined, never)).kind, "written");
});

s3Test(
  "works with the first call after the server was stopped, and after it was wiped",
  async (fake) => {
    await using registry = open(fake.endpoint);
    const first = await registry.write(rowOf(name, 1), undefined, never);
    assert.ok(first.kind === "written");
    await fake.stop();
    await reasonOf(registry.list(never));
    fake.start();
    assert.equal((await registry.list(never)).rows.length, 1);
    fake.objects.clear();
    assert.deepEqual((await registry.list(never)).rows, []);
    const lost = await registry.write(rowOf(name, 2), first.version, never);
    assert.deepEqual(lost, { kind: "conflict", current: undefined });
    const again = await registry.write(rowOf(name, 1), undefined, never);
    assert.ok(again.kind === "written");
    assert.notEqual(again.version, first.version);
  },
);

s3Test("has a sentence for what else servers answer", async (fake) => {
  const host = new URL(fake.endpoint).host;
  await using registry = open(fake.endpoint);
  const answers: [() => Response, string][] = [
    [() => refusal(503, "SlowDown"), `${host} asks to slow down`],
    [() => refusal(500, "InternalError"), `${host} has a fault of its own: HTTP 500 InternalError`],
    [() => new Response("", { status: 502 }), `${host} has a fault of its own: HTTP 502`],
    [() => refusal(507, "X"), `the storage of the bucket "meeting-place" is full`],
    [() => refusal(403, "QuotaExceeded"), `the storage of the bucket "meeting-place" is full`],
    [() => refusal(400, "InvalidRequest"), `${host} refuses: HTTP 400 InvalidRequest`],
    [
      () => new Response("<html>Not found</html>", { status: 404 }),
      `what answers at ${host} does not seem to be S3: HTTP 404`,
    ],
    [
      () => new Response("<html>Welcome</html>"),
      "the listing is damaged, or it is none of S3",
    ],
    [
      () => new Response("<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>"),
      "the server cannot list more than one page",
    ],
    [
      () => new Response("<ListBucketResult><Contents><Key>a@h</Key>"),
      "the listing is damaged, or it is none of S3",
    ],
  ];
  for (const [answer, reason] of answers) {
    fake.behaviour.answers = answer;
    assert.equal(await reasonOf(registry.list(never)), reason);
  }
  fake.behaviour.answers = () => new Response("{}");
  assert.match(await reasonOf(registry.read(name, never)), /gives no ETag/);
});

Deno.test({
  ...needing("S3 knows hosts and files that are not there", "net", "read"),
  async fn() {
    const host = "no-such-host.invalid";
    await using unknown = open(`http://${host}`);
    assert.equal(await reasonOf(unknown.list(never)), `the host of ${host} is not known`);
    await using without = open("https://127.0.0.1:9", { more: "&tls_ca=/no/such/file" });
    assert.equal(
      await reasonOf(without.list(never)),
      "the file /no/such/file of tls_ca cannot be read: No such file or directory",
    );
  },
});
