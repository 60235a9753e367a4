/** Which cookies a node starts with, and from where it takes none. */
import assert from "node:assert/strict";
import { ownCookies } from "../lib/own_cookie.ts";
import { ManualClock } from "./support/manual_clock.ts";
import { needing } from "./permissions.ts";
import { Scene } from "./registry/directory/directory_scene.ts";
import { never } from "./registry/rows.ts";

Deno.test({
  ...needing(
    "ownCookies() takes those that are given, or the one of the registry",
    "read",
    "write",
  ),
  async fn() {
    await using scene = await Scene.create();
    const registry = scene.open();
    const parts = { registry, clock: new ManualClock(), log: { warning() {} }, signal: never };
    const cookiesOf = (...cookies: string[]): Promise<readonly string[]> =>
      ownCookies({ ...parts, options: { cookies, startTimeoutMs: 1000 } });
    assert.deepEqual(await cookiesOf("one", "other"), ["one", "other"]);
    assert.equal(await registry.cookie(never), undefined);
    const [minted] = await cookiesOf();
    assert.equal(await registry.cookie(never), minted);
    assert.deepEqual(await cookiesOf(), [minted]);
    assert.equal(parts.clock.pending, 0);
  },
});

Deno.test({
  ...needing(
    "ownCookies() refuses at once a folder that others can change",
    "read",
    "write",
    "sys",
  ),
  async fn() {
    await using scene = await Scene.create();
    const registry = scene.open();
    await registry.getOrCreateCookie("minted", never);
    await Deno.chmod(scene.path, 0o777);
    const told: string[] = [];
    const log = { warning: (message: string) => void told.push(message) };
    const parts = { registry, clock: new ManualClock(), log, signal: never };
    for (const cookies of [[], ["given"]]) {
      const asked = ownCookies({ ...parts, options: { cookies, startTimeoutMs: 1000 } });
      await assert.rejects(asked, /^RegistryError: .* can be written by all users \(mode 0777\); /);
    }
    assert.deepEqual(told, []);
  },
});
