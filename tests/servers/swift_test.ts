/**
 * The registry in a bucket of a real server, OpenStack Swift: it knows no conditions.
 *
 * @module
 */
import assert from "node:assert/strict";
import { systemClock } from "../../lib/clock.ts";
import { openS3Registry } from "../../lib/registry/s3/s3.ts";
import type { Registry } from "../../lib/registry/registry.ts";
import { registryConformance } from "../registry/conformance.ts";
import { faultOf } from "../registry/fault_of.ts";
import { needingServer, sharedServer, whyMissing } from "./server.ts";
import { nameOf, never, randomText, rowOf } from "../registry/rows.ts";
import { swiftBucket, swiftGuestKeys, swiftKeys, swiftNeeds, SwiftServer } from "./swift_server.ts";

/** Generous: nothing here waits for it to pass. */
const timeoutMs = 20_000;

const server = sharedServer(() => SwiftServer.open());

interface Opening {
  readonly prefix: string;
  readonly cluster?: string;
  readonly timeout?: number;
  readonly keys?: Readonly<Record<string, string>>;
  readonly bucket?: string;
}

function open(
  { endpoint }: SwiftServer,
  { prefix, cluster = "default", timeout = timeoutMs, keys = swiftKeys, bucket = swiftBucket }:
    Opening,
): Registry {
  const url = `s3://${bucket}/${prefix}?endpoint=${endpoint}`;
  const context = { cluster, clock: systemClock, timeoutMs: timeout, randomText };
  return openS3Registry(url, context, (name) => keys[name]);
}

registryConformance("S3 (Swift)", async () => {
  const swift = await server();
  const prefix = randomText();
  return {
    handle: (cluster = "default") => Promise.resolve(open(swift, { prefix, cluster })),
    damage: (key: string, text: string) => swift.put(`${prefix}/default/${key}`, text),
    away: (isAway: boolean) => isAway ? swift.stop() : swift.start(),
    close: () => Promise.resolve(),
  };
}, { needs: swiftNeeds.permissions, skip: whyMissing(swiftNeeds) });

function swiftTest(name: string, fn: (swift: SwiftServer) => Promise<void>): void {
  Deno.test({
    ...needingServer(`S3 (Swift) ${name}`, swiftNeeds),
    async fn() {
      await fn(await server());
    },
  });
}

const name = nameOf("n1@h");

swiftTest("says what is wrong with keys, rights and the bucket", async (swift) => {
  const wrong = async (opening: Partial<Opening>, pattern: RegExp): Promise<void> => {
    await using registry = open(swift, { prefix: "x", ...opening });
    assert.match(await faultOf(registry.list(never), "sesame"), pattern);
    assert.match(await faultOf(registry.write(rowOf(name), undefined, never), "sesame"), pattern);
  };
  await wrong(
    { keys: { ...swiftKeys, AWS_ACCESS_KEY_ID: "nobody" } },
    /: the secret key does not belong to the access key nobody$/,
  );
  await wrong(
    { keys: { ...swiftKeys, AWS_SECRET_ACCESS_KEY: "wrong-sesame" } },
    /: the secret key does not belong to the access key test:tester$/,
  );
  await wrong({ keys: swiftGuestKeys }, /: the access key test:guest may not .* the bucket/);
  await wrong({ bucket: "no-such-bucket" }, /: there is no bucket "no-such-bucket" at 127/);
  await wrong(
    { keys: { ...swiftKeys, AWS_REGION: "eu-central-1" } },
    /: the bucket "meeting-place" lies in the region us-east-1: write region=us-east-1/,
  );
});

swiftTest(
  "rejects each call while the server is stopped, and works once it is back",
  async (swift) => {
    await using registry = open(swift, { prefix: "away", timeout: 2_000 });
    const first = await registry.write(rowOf(name, 1), undefined, never);
    assert.equal(first.kind, "written");
    await swift.stop();
    for (const call of [() => registry.list(never), () => registry.read(name, never)]) {
      assert.match(
        await faultOf(call(), "sesame"),
        /: 127\.0\.0\.1:\d+ refuses the connection$/,
      );
    }
    await swift.start();
    await registry.list(never).catch(() => undefined);
    assert.equal((await registry.list(never)).rows.length, 1);
  },
);

swiftTest("works again after the server was wiped", async (swift) => {
  await using registry = open(swift, { prefix: "wiped" });
  const first = await registry.write(rowOf(name, 1), undefined, never);
  assert.ok(first.kind === "written");
  await swift.wipe();
  assert.match(
    await faultOf(registry.list(never), "sesame"),
    /: there is no bucket "meeting-place"/,
  );
  await swift.createBucket();
  assert.deepEqual((await registry.list(never)).rows, []);
  const lost = await registry.write(rowOf(name, 2), first.version, never);
  assert.deepEqual(lost, { kind: "conflict", current: undefined });
  const again = await registry.write(rowOf(name, 1), undefined, never);
  assert.ok(again.kind === "written");
  assert.notEqual(again.version, first.version);
});
