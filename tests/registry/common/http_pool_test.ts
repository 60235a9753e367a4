/** Connections by HTTP that several calls share. */
import assert from "node:assert/strict";
import { HttpPool } from "../../../lib/registry/common/http_pool.ts";
import { needing } from "../../permissions.ts";
import { never } from "../rows.ts";

const url = "http://127.0.0.1:1/";
const noFiles = { caPath: undefined, certPath: undefined, keyPath: undefined };

Deno.test({
  ...needing("HttpPool makes another client for two calls that failed over the same one", "net"),
  async fn() {
    using pool = new HttpPool(noFiles, () => undefined);
    const failed = await pool.client(url, never);
    assert.equal(await pool.client(url, never), failed);
    pool.renew(failed);
    const next = await pool.client(url, never);
    assert.notEqual(next, failed);
    pool.renew(failed);
    assert.equal(await pool.client(url, never), next);
  },
});

Deno.test({
  ...needing("HttpPool makes no client once it is closed", "net"),
  async fn() {
    const pool = new HttpPool(noFiles, () => undefined);
    const late = pool.client(url, never);
    pool[Symbol.dispose]();
    await assert.rejects(late, /^StorageFault: the registry is closed$/);
  },
});
