/**
 * A registry in the bucket of a server inside the test. It is not with the server, which containers
 * run where nothing but its own files can be had.
 *
 * @module
 */
import { systemClock } from "../../../lib/clock.ts";
import type { Registry } from "../../../lib/registry/registry.ts";
import { openS3Registry } from "../../../lib/registry/s3/s3.ts";
import { randomText } from "../rows.ts";
import { fakeKeys } from "./s3_fake.ts";
import type { FakeS3 } from "./s3_fake.ts";

/** A handle on the bucket of `fake`, with the keys with which everything is allowed. */
export function openFakeRegistry(fake: FakeS3): Registry {
  const variables: Readonly<Record<string, string>> = {
    AWS_ACCESS_KEY_ID: fakeKeys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: fakeKeys.secretAccessKey,
  };
  const url = `s3://meeting-place/x?endpoint=${fake.endpoint}&region=eu-central-1`;
  const context = { cluster: "default", clock: systemClock, timeoutMs: 10_000, randomText };
  return openS3Registry(url, context, (name) => variables[name]);
}
