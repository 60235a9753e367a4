/**
 * Servers of Redis and etcd that let in only who has a certificate.
 *
 * @module
 */
import assert from "node:assert/strict";
import { systemClock } from "../../lib/clock.ts";
import { openRegistry } from "../../lib/registry/open.ts";
import { reasonOf } from "../registry/fault_of.ts";
import { nameOf, never, randomText, rowOf, writtenVersion } from "../registry/rows.ts";
import { EtcdServer, needingEtcd } from "./etcd_server.ts";
import { makeCertificates } from "./program.ts";
import { needingRedis, RedisServer } from "./redis_server.ts";
import { freePort } from "../support/ports.ts";

const context = { cluster: "default", clock: systemClock, timeoutMs: 10_000, randomText };

const name = nameOf("n1@10.0.0.2");

/**
 * Everything works with a certificate at `url`, and its lack, and that of another authority, is
 * named.
 */
async function assertNeeded(url: string, folder: string): Promise<void> {
  const files = (of: string): string => `&tls_cert=${of}/client.crt&tls_key=${of}/client.key`;
  {
    await using registry = await openRegistry(url + files(folder), context);
    const version = await writtenVersion(registry.write(rowOf(name), undefined, never));
    assert.equal((await registry.list(never)).rows.length, 1);
    assert.equal(await registry.remove(name, version, never), "removed");
  }
  await using without = await openRegistry(url, context);
  assert.match(
    await reasonOf(without.list(never)),
    /^localhost:\d+ wants a client certificate; tls_cert can name its file$/,
  );
  await using foreign = await openRegistry(url + files(`${folder}/other`), context);
  assert.match(
    await reasonOf(foreign.list(never)),
    /^localhost:\d+ does not accept the client certificate$/,
  );
}

Deno.test({
  ...needingRedis("a client certificate lets in, and its lack is named"),
  async fn() {
    const port = freePort();
    await using server = await RedisServer.create();
    await server.stop();
    const { folder } = server;
    await makeCertificates(folder);
    await makeCertificates(`${folder}/other`);
    await server.start(
      ...["--tls-port", `${port}`, "--tls-auth-clients", "yes"],
      ...["--tls-cert-file", `${folder}/server.crt`, "--tls-key-file", `${folder}/server.key`],
      ...["--tls-ca-cert-file", `${folder}/ca.crt`],
    );
    await assertNeeded(`rediss://localhost:${port}?tls_ca=${folder}/ca.crt`, folder);
  },
});

Deno.test({
  ...needingEtcd("a client certificate lets in, and its lack is named"),
  async fn() {
    const folder = await Deno.makeTempDir();
    await makeCertificates(folder);
    await makeCertificates(`${folder}/other`);
    {
      await using server = await EtcdServer.create({ certificates: folder });
      await assertNeeded(`etcds://localhost:${server.port}?tls_ca=${folder}/ca.crt`, folder);
    }
    await Deno.remove(folder, { recursive: true });
  },
});
