/**
 * The registry in a bucket of a real server, OpenStack Swift: it knows no conditions.
 *
 * @module
 */
import assert from "node:assert/strict";
import { systemClock } from "../../lib/clock.ts";
import { RegistryError } from "../../lib/core/errors.ts";
import { openS3Registry } from "../../lib/registry/s3.ts";
import type { Registry } from "../../lib/registry/registry.ts";
import { needing } from "../permissions.ts";
import { registryConformance } from "../registry/conformance.ts";
import { nameOf, never, randomText, rowOf } from "../registry/rows.ts";
import {
  swiftBucket,
  swiftGuestKeys,
  swiftKeys,
  swiftMissing,
  SwiftServer,
} from "./swift_server.ts";

const needs = ["read", "write", "net", "run", "env", "sys"] as const;
const skip = swiftMissing();

/** Generous: nothing here waits for it to pass. */
const timeoutMs = 20_000;

/** One server for all tests of this file; the last one ends it. */
let shared: Promise<SwiftServer> | undefined;

function server(): Promise<SwiftServer> {
  return shared ??= SwiftServer.open();
}

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
): Promise<Registry> {
  const url = `s3://${bucket}/${prefix}?endpoint=${endpoint}`;
  const context = { cluster, clock: systemClock, timeoutMs: timeout, randomText };
  return openS3Registry(url, context, (name) => keys[name]);
}

registryConformance("S3 (Swift)", async () => {
  const swift = await server();
  const prefix = randomText();
  return {
    handle: (cluster = "default") => open(swift, { prefix, cluster }),
    damage: (key: string, text: string) => swift.put(`${prefix}/default/${key}`, text),
    away: (isAway: boolean) => isAway ? swift.stop() : swift.start(),
    close: () => Promise.resolve(),
  };
}, { needs, skip });

function swiftTest(name: string, fn: (swift: SwiftServer) => Promise<void>): void {
  const { name: fullName, ignore } = needing(`S3 (Swift) ${name}`, ...needs);
  Deno.test({
    name: skip === undefined ? fullName : `${fullName} (skipped: ${skip})`,
    ignore: ignore || skip !== undefined,
    async fn() {
      await fn(await server());
    },
  });
}

async function reasonOf(call: Promise<unknown>): Promise<string> {
  let message = "";
  await assert.rejects(call, (error) => {
    assert.ok(error instanceof RegistryError);
    message = error.message;
    return true;
  });
  assert.ok(!message.includes("sesame"), message);
  return message;
}

const name = nameOf("n1@h");

swiftTest("says what is wrong with keys, rights and the bucket", async (swift) => {
  const wrong = async (opening: Partial<Opening>, pattern: RegExp): Promise<void> => {
    await using registry = await open(swift, { prefix: "x", ...opening });
    assert.match(await reasonOf(registry.list(never)), pattern);
    assert.match(await reasonOf(registry.write(rowOf(name), undefined, never)), pattern);
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
    await using registry = await open(swift, { prefix: "away", timeout: 2_000 });
    const first = await registry.write(rowOf(name, 1), undefined, never);
    assert.equal(first.kind, "written");
    await swift.stop();
    for (const call of [registry.list(never), registry.read(name, never)]) {
      assert.match(await reasonOf(call), /: 127\.0\.0\.1:\d+ refuses the connection$/);
    }
    await swift.start();
    await registry.list(never).catch(() => undefined);
    assert.equal((await registry.list(never)).rows.length, 1);
  },
);

swiftTest("works again after the server was wiped", async (swift) => {
  await using registry = await open(swift, { prefix: "wiped" });
  const first = await registry.write(rowOf(name, 1), undefined, never);
  assert.ok(first.kind === "written");
  await swift.wipe();
  assert.match(await reasonOf(registry.list(never)), /: there is no bucket "meeting-place"/);
  await swift.createBucket();
  assert.deepEqual((await registry.list(never)).rows, []);
  const lost = await registry.write(rowOf(name, 2), first.version, never);
  assert.deepEqual(lost, { kind: "conflict", current: undefined });
  const again = await registry.write(rowOf(name, 1), undefined, never);
  assert.ok(again.kind === "written");
  assert.notEqual(again.version, first.version);
});

Deno.test.afterAll(async () => {
  await (await shared)?.[Symbol.asyncDispose]();
});
