/**
 * Whom the registry in a bucket trusts.
 *
 * @module
 */
import assert from "node:assert/strict";
import { systemClock } from "../../lib/clock.ts";
import type { Registry } from "../../lib/registry/registry.ts";
import { openS3Registry } from "../../lib/registry/s3/s3.ts";
import { reasonOf } from "../registry/fault_of.ts";
import { never, randomText, rowOf } from "../registry/rows.ts";
import { fakeKeys, FakeS3 } from "../registry/s3/s3_fake.ts";
import { makeCertificates, run } from "./program.ts";
import { needingServer } from "./server.ts";
import type { ServerNeeds } from "./server.ts";

const needs: ServerNeeds = {
  permissions: ["read", "write", "net", "run", "env"],
  programs: ["openssl"],
};

const variables: Readonly<Record<string, string>> = {
  AWS_ACCESS_KEY_ID: fakeKeys.accessKeyId,
  AWS_SECRET_ACCESS_KEY: fakeKeys.secretAccessKey,
};

function open(endpoint: string, more = ""): Registry {
  const url = `s3://meeting-place/x?region=eu-central-1&endpoint=${endpoint}${more}`;
  const context = { cluster: "default", clock: systemClock, timeoutMs: 20_000, randomText };
  return openS3Registry(url, context, (name) => variables[name]);
}

/** What is forgotten when one makes a certificate oneself: an extension, and what lacks without it. */
const homemade: readonly (readonly [extension: string, reason: RegExp])[] = [
  [
    "subjectAltName=DNS:localhost",
    /is that of an authority \(CA:TRUE\).*; make one with basicConstraints=CA:FALSE$/,
  ],
  [
    "basicConstraints=CA:FALSE",
    /names its host nowhere but in the common name.*; make one with subjectAltName$/,
  ],
];

Deno.test({
  ...needingServer("S3 says what a homemade certificate lacks", needs),
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "clusternode-s3-" });
    const [keyPath, certPath] = [`${folder}/key`, `${folder}/cert`];
    const request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost"];
    const files = ["-days", "2", "-keyout", keyPath, "-out", certPath];
    try {
      for (const [extension, reason] of homemade) {
        await run("openssl", [...request, ...files, "-addext", extension]);
        const [key, cert] = [await Deno.readTextFile(keyPath), await Deno.readTextFile(certPath)];
        await using fake = new FakeS3({ cert, key });
        const { port } = new URL(fake.endpoint);
        await using registry = open(`https://localhost:${port}`, `&tls_ca=${certPath}`);
        assert.match(await reasonOf(registry.list(never), "sesame"), reason);
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test({
  ...needingServer("S3 trusts the authority that tls_ca names", needs),
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "clusternode-s3-" });
    try {
      await makeCertificates(folder);
      const read = (file: string): Promise<string> => Deno.readTextFile(`${folder}/${file}`);
      await using fake = new FakeS3({
        cert: await read("server.crt"),
        key: await read("server.key"),
      });
      const host = new URL(fake.endpoint).host;
      const reasonAt = async (endpoint: string, more = ""): Promise<string> => {
        await using registry = open(endpoint, more);
        return await reasonOf(registry.list(never), "sesame");
      };
      assert.equal(
        await reasonAt(fake.endpoint),
        `the certificate of ${host} comes from an authority that is not known here; ` +
          "tls_ca can name its file",
      );
      assert.equal(
        await reasonAt(fake.endpoint, `&tls_ca=${folder}/names`),
        `the file ${folder}/names of tls_ca holds no certificate`,
      );
      const plain = await reasonAt(fake.endpoint.replace("https", "http"));
      assert.match(plain, /connection to .* broke|not seem to be S3/);
      await using trusting = open(fake.endpoint, `&tls_ca=${folder}/ca.crt`);
      assert.equal((await trusting.write(rowOf("n1@h"), undefined, never)).kind, "written");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
