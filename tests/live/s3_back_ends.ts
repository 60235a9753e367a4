/**
 * Buckets as nodes meet them: in a real server without conditions, and in a fake one with them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { systemClock } from "../../lib/clock.ts";
import { openS3Registry } from "../../lib/registry/s3/s3.ts";
import { S3Bucket } from "../../lib/registry/s3/s3_bucket.ts";
import { S3Client } from "../../lib/registry/s3/s3_client.ts";
import { parseS3Url } from "../../lib/registry/s3/s3_url.ts";
import { never, randomText } from "../registry/rows.ts";
import { fakeKeys, FakeS3 } from "../registry/s3/s3_fake.ts";
import { makeCertificates } from "../servers/program.ts";
import { sharedServer } from "../servers/server.ts";
import type { ServerNeeds } from "../servers/server.ts";
import {
  swiftBucket,
  swiftGuestKeys,
  swiftKeys,
  swiftNeeds,
  SwiftServer,
} from "../servers/swift_server.ts";
import { common, contextOf, elsewhere, misguided, registryIn } from "./back_end.ts";
import type { BackEnd, NodeServer, Trouble, Variables } from "./back_end.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";

/** A secret key that belongs to nobody. */
const wrongKey = "wrong-secret-0123";

const keysOfFake: Variables = {
  AWS_ACCESS_KEY_ID: fakeKeys.accessKeyId,
  AWS_SECRET_ACCESS_KEY: fakeKeys.secretAccessKey,
  AWS_REGION: "eu-central-1",
};

/** Swift, with one server for all tests of a file; to be called outside of them. */
export function swiftBackEnd(): BackEnd {
  const shared = sharedServer(() => SwiftServer.open());
  const lend = async (): Promise<NodeServer> => {
    const server = await shared();
    // A place of its own: whoever was killed amid a change has left a claim behind in the last one,
    // which whoever comes next under the same name would wait for.
    const environment = bucketAt(server.endpoint, swiftKeys, swiftBucket, randomText());
    return {
      ...bucketServer(environment, [swiftKeys, swiftGuestKeys]),
      stop: () => server.stop(),
      start: () => server.start(),
      troubles: [
        ...wrongKeysAndBuckets(server.endpoint, swiftKeys),
        misguided(
          "keys that may do nothing",
          bucketAt(server.endpoint, swiftGuestKeys),
          /the access key \S+ may not/,
        ),
      ],
    };
  };
  // About every seventh is killed amid a change, and its claim counts for more than five seconds.
  return { title: "swift", needs: swiftNeeds, returnSlack: 3, lend };
}

/** The fake one, a new one each time. */
export function conditionalS3BackEnd(): BackEnd {
  const lend = (): Promise<NodeServer> => {
    const server = new FakeS3();
    const environment = bucketAt(server.endpoint, keysOfFake);
    return Promise.resolve({
      ...bucketServer(environment, [keysOfFake]),
      stop: () => server.stop(),
      start: () => Promise.resolve(server.start()),
      troubles: [
        ...wrongKeysAndBuckets(server.endpoint, keysOfFake),
        unknownAuthority(),
        ...troublesOf(server, environment),
      ],
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    });
  };
  const needs: ServerNeeds = { permissions: swiftNeeds.permissions, programs: ["openssl"] };
  return { title: "s3 with conditions", needs, lend };
}

function wrongKeysAndBuckets(endpoint: string, keys: Variables): readonly Trouble[] {
  return [
    misguided(
      "a wrong key",
      { ...bucketAt(endpoint, keys), AWS_SECRET_ACCESS_KEY: wrongKey },
      /the secret key does not belong to the access key/,
    ),
    misguided(
      "a missing bucket",
      bucketAt(endpoint, keys, "nowhere"),
      /there is no bucket "nowhere"/,
    ),
  ];
}

function unknownAuthority(): Trouble {
  return elsewhere(
    "an unknown authority",
    /comes from an authority that is not known here/,
    async (resources) => {
      const { path } = resources.use(new TemporaryFolder());
      await makeCertificates(path);
      const [cert, key] = await Promise.all(
        ["server.crt", "server.key"].map((name) => Deno.readTextFile(`${path}/${name}`)),
      );
      assert.ok(cert !== undefined && key !== undefined);
      return bucketAt(resources.use(new FakeS3({ cert, key })).endpoint, keysOfFake);
    },
  );
}

function troublesOf({ behaviour }: FakeS3, environment: Variables): readonly Trouble[] {
  const set = (changes: Partial<FakeS3["behaviour"]>) => (): Promise<unknown> =>
    Promise.resolve(Object.assign(behaviour, changes));
  const full = (): Response => new Response("", { status: 507 });
  return [
    common("keys that only read", environment, /the access key \S+ may not write into/, [
      set({ denies: "changes" }),
      set({ denies: "nothing" }),
    ]),
    common("a key that was withdrawn", environment, /the access key \S+ is not known at/, [
      set({ keys: [] }),
      set({ keys: [fakeKeys] }),
    ]),
    common("a bucket that was removed", environment, /there is no bucket "meeting-place"/, [
      set({ bucket: "elsewhere" }),
      set({ bucket: swiftBucket }),
    ]),
    common("a full storage", environment, /the storage of the bucket "meeting-place" is full/, [
      set({ answers: full }),
      set({ answers: undefined }),
    ]),
  ];
}

function bucketAt(
  endpoint: string,
  keys: Variables,
  bucket = swiftBucket,
  prefix = "nodes",
): Variables {
  return { ...keys, ...registryIn(`s3://${bucket}/${prefix}?endpoint=${endpoint}`) };
}

/** What is the same with all servers that have buckets. */
function bucketServer(
  environment: Variables,
  allKeys: readonly Variables[],
): Pick<NodeServer, "environment" | "secrets" | "open" | "wipe" | typeof Symbol.asyncDispose> {
  const url = environment["CLUSTERNODE_REGISTRY"] ?? assert.fail();
  const variable = (name: string): string | undefined => environment[name];
  return {
    environment,
    secrets: [
      wrongKey,
      ...allKeys.map((keys) => keys["AWS_SECRET_ACCESS_KEY"] ?? assert.fail()),
    ],
    open: () => Promise.resolve(openS3Registry(url, contextOf(), variable)),
    async wipe() {
      const place = parseS3Url(url);
      assert.ok(!("fault" in place));
      using client = new S3Client(place, systemClock, variable);
      const bucket = new S3Bucket(client);
      const objects = await bucket.list(`${place.prefix}/default/`, never);
      await Promise.all(objects.map(({ key }) => bucket.remove(key, { kind: "any" }, never)));
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
