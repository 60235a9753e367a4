import assert from "node:assert/strict";
import { lockPathOf, systemFiles } from "../../lib/lines/file_driver.ts";
import { needing } from "../permissions.ts";

/** The permissions of what lies at `path`. */
async function modeOf(path: string): Promise<number> {
  return ((await Deno.stat(path)).mode ?? 0) & 0o777;
}

Deno.test({
  ...needing("systemFiles.open() makes folder and lock for this user alone", "read", "write"),
  async fn() {
    const parent = await Deno.makeTempDir();
    const path = `${parent}/log/cluster.log`;
    (await systemFiles.open(path)).close();
    assert.equal(await modeOf(`${parent}/log`), 0o700);
    assert.equal(await modeOf(lockPathOf(path)), 0o600);
    await Deno.remove(parent, { recursive: true });
  },
});

Deno.test({
  ...needing(
    "systemFiles.open() takes a file with a second name, but not where all can give it one",
    "read",
    "write",
  ),
  async fn() {
    const folder = await Deno.makeTempDir();
    const path = `${folder}/cluster.log`;
    await Deno.writeTextFile(path, "");
    await Deno.link(path, `${path}.aside`);
    (await systemFiles.open(path)).close();
    await Deno.chmod(folder, 0o1777);
    await assert.rejects(
      systemFiles.open(path),
      /^TypeError: it has a second name, which another user may have given it$/,
    );
    await Deno.remove(folder, { recursive: true });
  },
});
