/**
 * A node inside another program that shows its cluster.
 *
 * @module
 */
import assert from "node:assert/strict";
import { startNode, UsageError } from "../../lib/mod.ts";
import type { StartOptions } from "../../lib/mod.ts";
import { needing } from "../permissions.ts";
import { until } from "../support/waiting.ts";

let clusters = 0;

function options(more: StartOptions): StartOptions {
  const registry = `memory:http-library-${++clusters}`;
  return { registry, name: "n1@127.0.0.1", interval: "100ms", profile: "local", ...more };
}

Deno.test({
  ...needing(
    "startNode() shows the cluster at `http` until the node has left",
    "net",
    "read",
    "sys",
  ),
  async fn() {
    const node = await startNode(options({ http: "127.0.0.1:0" }));
    const url = node.url ?? "";
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/$/);
    const { members } = await (await fetch(`${url}v1/members`)).json();
    assert.deepEqual(members.map(({ name }: { name: string }) => name), [node.name]);
    await node.leave();
    await assert.rejects(fetch(`${url}v1/members`));
  },
});

Deno.test({
  ...needing("startNode() lets those read who know its token", "net", "read", "sys"),
  async fn() {
    const httpToken = "correct-horse-battery";
    await using node = await startNode(options({ http: "0.0.0.0:0", httpToken }));
    const status = async (
      headers: Record<string, string>,
      path = "v1/node",
    ): Promise<number> => {
      const answer = await fetch(`${node.url}${path}`, { headers });
      await answer.body?.cancel();
      return answer.status;
    };
    assert.equal(await status({}), 401);
    assert.equal(await status({ Authorization: "Bearer correct-horse-batterx" }), 401);
    assert.equal(await status({ Authorization: `Bearer ${httpToken}` }), 200);
    for (const path of ["livez", "readyz"]) assert.equal(await status({}, path), 200, path);
    assert.equal(await status({}, "v1/health"), 401);
  },
});

Deno.test({
  ...needing("startNode() tells no URL while another program has its port", "net", "read", "sys"),
  async fn() {
    const other = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = other.addr;
    await using node = await startNode(options({ http: `127.0.0.1:${port}` }));
    assert.equal(node.url, undefined);
    other.close();
    await until("it is shown", () => node.url !== undefined);
    assert.equal(node.url, `http://127.0.0.1:${port}/`);
  },
});

Deno.test("startNode() shows nothing if it is not told to", async () => {
  await using node = await startNode(options({}));
  assert.equal(node.url, undefined);
});

const wrong: readonly (readonly [StartOptions, RegExp])[] = [
  [{ http: "0.0.0.0:0" }, /option "http" "0\.0\.0\.0": .*"httpToken", or "httpOpen"/],
  [{ http: 70_000 }, /option "http".*a port/],
  [{ http: 0, httpToken: "short" }, /option "httpToken": it must be 16 to 512 characters long/],
  [{ http: 0, httpToken: "a token; with=more" }, /option "httpToken": it may hold letters/],
  [
    { http: 0, httpTokenFile: "/run/secrets/token" } as StartOptions,
    /option "httpTokenFile": a library reads no files, give "httpToken"/,
  ],
];

for (const [given, words] of wrong) {
  Deno.test(`startNode() refuses ${JSON.stringify(given)}`, async () => {
    const starting = startNode(options(given));
    await assert.rejects(starting, (error) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, words);
      assert.doesNotMatch(error.message, /short|with=more/);
      return true;
    });
  });
}
