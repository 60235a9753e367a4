/**
 * Where keys and the region for S3 come from, and what its URLs mean.
 *
 * @module
 */
import assert from "node:assert/strict";
import { systemClock } from "../../../lib/clock.ts";
import { requestUrl } from "../../../lib/registry/s3/s3_client.ts";
import { readCredentials, readRegion } from "../../../lib/registry/s3/s3_credentials.ts";
import { openS3Registry } from "../../../lib/registry/s3/s3.ts";
import { parseS3Url } from "../../../lib/registry/s3/s3_url.ts";
import { never, randomText } from "../rows.ts";
import { parseRegistryUrl, registryUrlFault, withoutSecrets } from "../../../lib/registry/url.ts";
import { needing } from "../../permissions.ts";

const none = { AWS_SHARED_CREDENTIALS_FILE: "/nowhere/a", AWS_CONFIG_FILE: "/nowhere/b" };

function environment(variables: Record<string, string>): (name: string) => string | undefined {
  return (name) => variables[name];
}

Deno.test("readCredentials() takes the variables first", async () => {
  const variables = {
    AWS_ACCESS_KEY_ID: "AKIAONE",
    AWS_SECRET_ACCESS_KEY: "secret",
    AWS_SESSION_TOKEN: " token\n",
    AWS_PROFILE: "other",
  };
  assert.deepEqual(await readCredentials(environment(variables), never), {
    accessKeyId: "AKIAONE",
    secretAccessKey: "secret",
    sessionToken: "token",
  });
  const half = environment({ ...none, AWS_ACCESS_KEY_ID: "AKIAONE" });
  await assert.rejects(
    readCredentials(half, never),
    /^S3Fault: the variable AWS_SECRET_ACCESS_KEY is not/,
  );
});

Deno.test({
  ...needing("readCredentials() and readRegion() read the usual files", "read", "write"),
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      await Deno.mkdir(`${folder}/.aws`);
      await Deno.writeTextFile(
        `${folder}/.aws/credentials`,
        "# keys\r\n[default]\r\naws_access_key_id=AKIADEFAULT\r\naws_secret_access_key = s=1 \r\n\n" +
          "[blue]\naws_access_key_id = AKIABLUE\naws_secret_access_key = b\naws_session_token = t\n",
      );
      await Deno.writeTextFile(
        `${folder}/.aws/config`,
        "[default]\nregion = eu-west-1\ns3 =\n  region = nonsense\n; region = x\n" +
          "[ profile \t blue ]\nregion = eu-north-1\naws_access_key_id = AKIACONFIG\n" +
          "[profile sso]\nsso_session = corp\nregion = us-west-2\n",
      );
      const of = (more: Record<string, string>) => environment({ HOME: folder, ...more });
      assert.deepEqual(await readCredentials(of({}), never), {
        accessKeyId: "AKIADEFAULT",
        secretAccessKey: "s=1",
        sessionToken: undefined,
      });
      assert.deepEqual(await readCredentials(of({ AWS_PROFILE: "blue" }), never), {
        accessKeyId: "AKIABLUE",
        secretAccessKey: "b",
        sessionToken: "t",
      });
      await assert.rejects(
        readCredentials(of({ AWS_PROFILE: "sso" }), never),
        /by sso_session, which is/,
      );
      await assert.rejects(
        readCredentials(of({ AWS_PROFILE: "green" }), never),
        /profile "green" in/,
      );
      assert.equal(await readRegion(of({})), "eu-west-1");
      assert.equal(await readRegion(of({ AWS_PROFILE: "blue" })), "eu-north-1");
      assert.equal(await readRegion(of({ AWS_DEFAULT_REGION: "sa-east-1" })), "sa-east-1");
      assert.equal(await readRegion(environment(none)), "us-east-1");
      const inPlace = of({ AWS_SHARED_CREDENTIALS_FILE: folder });
      await assert.rejects(
        readCredentials(inPlace, never),
        /the file .* with the keys cannot be read/,
      );
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test("parseS3Url() takes URLs apart", () => {
  const bare = { prefix: "", endpoint: undefined, region: undefined, caFile: undefined };
  assert.deepEqual(parseS3Url("s3://meeting-place"), { ...bare, bucket: "meeting-place" });
  assert.deepEqual(
    parseS3Url("s3://b.c-d/a//b/?endpoint=https://127.0.0.1:9000/s3&region=x&tls_ca=/a/b"),
    {
      bucket: "b.c-d",
      prefix: "a/b",
      endpoint: "https://127.0.0.1:9000/s3",
      region: "x",
      caFile: "/a/b",
    },
  );
  const google = parseS3Url("gs://meeting_place/a");
  assert.ok(!("fault" in google));
  assert.equal(new URL(google.endpoint ?? "").hostname, "storage.googleapis.com");
  assert.equal(google.region, "auto");
  assert.equal(google.prefix, "a");
});

Deno.test("requestUrl() puts the bucket into the host for Amazon, into the path for others", () => {
  const request = { key: "a/n1@[::1]", query: { prefix: "a/b" } };
  const shown = (place: string, region: string): string => {
    const parsed = parseS3Url(place);
    assert.ok(!("fault" in parsed));
    const { protocol, host, pathname, search } = requestUrl(parsed, region, request);
    return `${protocol} ${host} ${pathname} ${search}`;
  };
  const key = "a/n1%40%5B%3A%3A1%5D ?prefix=a%2Fb";
  const amazon = "amazonaws.com";
  assert.equal(shown("s3://bkt", "eu-west-1"), `https: bkt.s3.eu-west-1.${amazon} /${key}`);
  assert.equal(shown("s3://b.k.t", "eu-west-1"), `https: s3.eu-west-1.${amazon} /b.k.t/${key}`);
  assert.equal(shown("s3://bkt", "cn-north-1"), `https: bkt.s3.cn-north-1.${amazon}.cn /${key}`);
  assert.equal(shown("gs://bkt", "auto"), `https: storage.googleapis.com /bkt/${key}`);
  assert.equal(
    shown("s3://bkt?endpoint=http://127.0.0.1:9000/s3/", "x"),
    `http: 127.0.0.1:9000 /s3/bkt/${key}`,
  );
});

Deno.test("registryUrlFault() says what is wrong with URLs of buckets, and tells no secret", () => {
  const user = "a:open-sesame";
  const faults: [string, RegExp][] = [
    ["s3://AKIA:open-sesame@bucket", /keys do not belong into it: set AWS_ACCESS_KEY_ID and AWS_S/],
    ["gs://GOOG@bucket/x", /keys do not belong into it/],
    ["s3:bucket", /name of a bucket/],
    ["s3:///bucket", /name of a bucket/],
    ["s3://b", /name of a bucket: at least three/],
    [
      "s3://localhost:9000/bucket",
      /behind \/\/ stands the bucket, the server goes into \?endpoint=/,
    ],
    ["s3://bucket/a%20b", /the prefix may hold/],
    [`s3://bucket/${"a".repeat(401)}`, /longer than 400/],
    ["s3://bucket#x", /%23/],
    [
      "s3://bucket?secret=open-sesame",
      /its parameter "secret" is not known; known are endpoint, re/,
    ],
    ["s3://bucket?region=a&region=b", /"region" is there twice/],
    ["s3://bucket?region=open/sesame", /region may hold/],
    ["s3://bucket?tls_ca=", /tls_ca names no file/],
    ["s3://bucket?endpoint=127.0.0.1:9000", /the endpoint is (not a URL|neither)/],
    ["s3://bucket?endpoint=ftp://127.0.0.1", /neither https nor http/],
    [
      `s3://bucket?endpoint=https://${user}@127.0.0.1`,
      /keys do not belong into the endpoint/,
    ],
    ["s3://bucket?endpoint=https://127.0.0.1/?x=1", /ends behind host, port and path/],
    ["gs://bucket?region=eu", /its parameter "region" is not known; it may have none/],
  ];
  for (const [url, pattern] of faults) {
    const fault = registryUrlFault(url) ?? "";
    assert.match(fault, pattern, url);
    assert.ok(!fault.includes("sesame"), fault);
  }
  for (const url of ["s3://bucket/x?region=eu-central-1", "gs://bucket/x"]) {
    assert.equal(registryUrlFault(url), undefined);
    assert.deepEqual(parseRegistryUrl(url), { backEnd: "s3", location: url });
    assert.equal(withoutSecrets(url), url);
  }
});

Deno.test("openS3Registry() rests for a minute where requests are billed, and else hardly", async () => {
  const elsewhere = ["s3.example.com", "10.example.com", "172.32.0.1", "8.8.8.8:9000"];
  const own = ["127.0.0.1:9000", "10.1.2.3", "172.16.0.1", "192.168.7.7", "[::1]:9000"];
  own.push("[fd00::1]:9000", "localhost", "minio:9000", "minio.storage.svc", "minio.cluster.local");
  const at = (host: string): string => `s3://bucket?endpoint=https://${host}`;
  const billed = ["s3://bucket", "gs://bucket", at("[2001:db8::1]"), ...elsewhere.map(at)];
  const context = { cluster: "default", clock: systemClock, randomText };
  for (const [urls, paceMs] of [[billed, 60_000], [own.map(at), 3_000]] as const) {
    for (const url of urls) {
      await using registry = openS3Registry(url, context);
      assert.equal(registry.paceMs, paceMs, url);
    }
  }
});
