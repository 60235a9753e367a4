/**
 * Keys that a platform gives to a role, as EKS and ECS do, and buckets that ask for patience.
 *
 * @module
 */
import assert from "node:assert/strict";
import { systemClock } from "../../../lib/clock.ts";
import { openS3Registry } from "../../../lib/registry/s3/s3.ts";
import { readCredentials } from "../../../lib/registry/s3/s3_credentials.ts";
import { needing } from "../../permissions.ts";
import { nameOf, never, randomText, rowOf } from "../rows.ts";
import { fakeKeys, FakeS3, refusal } from "./s3_fake.ts";
import { openFakeRegistry } from "./s3_scene.ts";
import { ManualClock } from "../../support/manual_clock.ts";

/** What gives keys, and what it was asked. */
class Platform implements AsyncDisposable {
  answer: () => Response = () => new Response("", { status: 500 });
  readonly asked: { path: string; authorization: string | null; body: string }[] = [];
  readonly #server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const body = await request.text();
      const { pathname } = new URL(request.url);
      const authorization = request.headers.get("authorization");
      this.asked.push({ path: pathname, authorization, body });
      return this.answer();
    },
  );

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

const none = { AWS_SHARED_CREDENTIALS_FILE: "/nowhere/a", AWS_CONFIG_FILE: "/nowhere/b" };

function environment(variables: Record<string, string>): (name: string) => string | undefined {
  return (name) => ({ ...none, ...variables })[name];
}

function identityAnswer(accessKeyId: string): Response {
  return new Response(
    "<AssumeRoleWithWebIdentityResponse><AssumeRoleWithWebIdentityResult><Credentials>" +
      `<AccessKeyId>${accessKeyId}</AccessKeyId><SecretAccessKey>sesame</SecretAccessKey>` +
      "<SessionToken>token</SessionToken><Expiration>2030-01-01T00:00:00Z</Expiration>" +
      "</Credentials></AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>",
  );
}

Deno.test({
  ...needing("readCredentials() changes a token for the keys of a role", "net", "read", "write"),
  async fn() {
    await using platform = new Platform();
    const tokenPath = await Deno.makeTempFile();
    await Deno.writeTextFile(tokenPath, "web.identity.token\n");
    const of = environment({
      AWS_ROLE_ARN: "arn:aws:iam::1:role/nodes",
      AWS_WEB_IDENTITY_TOKEN_FILE: tokenPath,
      AWS_ENDPOINT_URL_STS: platform.url,
      // Of no account beside the token.
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${platform.url}/other`,
    });
    platform.answer = () => identityAnswer("AKIAROLE");
    assert.deepEqual(await readCredentials(of, never), {
      accessKeyId: "AKIAROLE",
      secretAccessKey: "sesame",
      sessionToken: "token",
      expiresAtMs: Date.UTC(2030, 0, 1),
    });
    const body = new URLSearchParams(platform.asked[0]?.body);
    assert.equal(body.get("WebIdentityToken"), "web.identity.token");
    assert.equal(body.get("RoleArn"), "arn:aws:iam::1:role/nodes");
    platform.answer = () =>
      new Response(
        "<ErrorResponse><Error><Code>InvalidIdentityToken</Code><Message>sesame</Message></Error></ErrorResponse>",
        { status: 400 },
      );
    await assert.rejects(
      readCredentials(of, never),
      /^S3Fault: the role arn:aws:iam::1:role\/nodes is not given: InvalidIdentityToken$/,
    );
    platform.answer = () => new Response("<html>");
    await assert.rejects(readCredentials(of, never), /^S3Fault: what 127.* answers holds no keys$/);
    await Deno.remove(tokenPath);
    await assert.rejects(
      readCredentials(of, never),
      /^S3Fault: the file .* with the token for keys cannot be read: No such file or directory$/,
    );
  },
});

Deno.test({
  ...needing("readCredentials() asks where containers get their keys", "net", "read", "write"),
  async fn() {
    await using platform = new Platform();
    const tokenPath = await Deno.makeTempFile();
    await Deno.writeTextFile(tokenPath, "pod token\n");
    const url = `${platform.url}/v1/credentials`;
    const json = { AccessKeyId: "AKIAPOD", SecretAccessKey: "sesame", Token: "t" };
    platform.answer = () => Response.json({ ...json, Expiration: "2030-01-01T00:00:00Z" });
    const keys = {
      accessKeyId: "AKIAPOD",
      secretAccessKey: "sesame",
      sessionToken: "t",
      expiresAtMs: Date.UTC(2030, 0, 1),
    };
    const full = { AWS_CONTAINER_CREDENTIALS_FULL_URI: url };
    const tokenFile = { AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: tokenPath };
    const token = { AWS_CONTAINER_AUTHORIZATION_TOKEN: "task token" };
    const cases = [
      [full, null],
      [{ ...full, ...token }, "task token"],
      [{ ...full, ...token, ...tokenFile }, "pod token"],
    ] as const;
    for (const [variables, authorization] of cases) {
      assert.deepEqual(await readCredentials(environment({ ...variables }), never), keys);
      const asked = platform.asked.at(-1);
      assert.deepEqual([asked?.path, asked?.authorization], ["/v1/credentials", authorization]);
    }
    for (const wrong of ["http://keys/x", "http://0.0.0.0/x", "ftp://127.0.0.1/x", "x"]) {
      await assert.rejects(
        readCredentials(environment({ AWS_CONTAINER_CREDENTIALS_FULL_URI: wrong }), never),
        /^S3Fault: AWS_CONTAINER_CREDENTIALS_FULL_URI leads to no host that may give keys$/,
      );
    }
    platform.answer = () => Response.json({ code: "AccessDenied", message: "x" }, { status: 403 });
    await assert.rejects(
      readCredentials(environment(full), never),
      /^S3Fault: 127.* gives no keys: AccessDenied$/,
    );
    await platform[Symbol.asyncDispose]();
    await assert.rejects(
      readCredentials(environment(full), never),
      /^S3Fault: no keys are given, as 127.* refuses the connection$/,
    );
    await Deno.remove(tokenPath);
  },
});

Deno.test({
  ...needing("S3 renews keys before they end, and goes on with those that hold", "net"),
  async fn() {
    await using fake = new FakeS3();
    await using platform = new Platform();
    class Clock extends ManualClock {
      override wallTime(): number {
        return systemClock.wallTime() + this.now();
      }
    }
    const clock = new Clock();
    const expiresAtMs = clock.wallTime() + 600_000;
    platform.answer = () =>
      Response.json({
        AccessKeyId: fakeKeys.accessKeyId,
        SecretAccessKey: fakeKeys.secretAccessKey,
        Expiration: new Date(expiresAtMs).toISOString(),
      });
    const of = environment({ AWS_CONTAINER_CREDENTIALS_FULL_URI: platform.url });
    const url = `s3://meeting-place/x?endpoint=${fake.endpoint}&region=eu-central-1`;
    const context = { cluster: "default", clock, timeoutMs: 10_000, randomText };
    await using registry = openS3Registry(url, context, of);
    for (const passMs of [0, 200_000]) {
      clock.pass(passMs);
      await registry.list(never);
      assert.equal(platform.asked.length, 1);
    }
    platform.answer = () => new Response("", { status: 500 });
    clock.pass(200_000);
    await registry.list(never);
    assert.equal(platform.asked.length, 2);
    clock.pass(200_000);
    await assert.rejects(registry.list(never), /gives no keys: HTTP 500/);
  },
});

Deno.test({
  ...needing("S3 gets in where a key may be changed once a second only", "net"),
  async fn() {
    await using fake = new FakeS3();
    await using registry = openFakeRegistry(fake);
    /** Keys that were changed since the second began. */
    const changed = new Set<string>();
    fake.behaviour.before = (method, key) => {
      if (method === "GET") return;
      if (changed.has(key)) return refusal(429, "SlowDown");
      changed.add(key);
    };
    let seconds = 0;
    for (;; seconds++) {
      assert.ok(seconds < 10, "it never gets in");
      try {
        await registry.write(rowOf(nameOf("n1@h")), undefined, never);
        break;
      } catch (error) {
        assert.match(String(error), /asks to slow down$/);
        changed.clear();
      }
    }
    assert.ok(seconds > 2, `${seconds}`);
    assert.deepEqual([...fake.objects.keys()], ["x/default/n1@h"]);
  },
});

Deno.test({
  ...needing("readCredentials() takes no token elsewhere, whoever says so", "net", "read"),
  async fn() {
    await using platform = new Platform();
    await using elsewhere = new Platform();
    platform.answer = () => Response.redirect(elsewhere.url, 307);
    const of = environment({
      AWS_CONTAINER_CREDENTIALS_FULL_URI: platform.url,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: "token",
    });
    await assert.rejects(readCredentials(of, never), /^S3Fault: no keys are given, as /);
    assert.deepEqual([platform.asked.length, elsewhere.asked.length], [1, 0]);
  },
});
