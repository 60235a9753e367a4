import assert from "node:assert/strict";
import { nearestExisting, whyNotWritable } from "../../lib/doctor/disk.ts";
import { needing } from "../permissions.ts";

Deno.test({
  ...needing("whyNotWritable() tries a folder, and leaves nothing in it", "read", "write"),
  async fn() {
    const folder = await Deno.makeTempDir();
    assert.equal(await whyNotWritable(folder), undefined);
    assert.deepEqual(await Array.fromAsync(Deno.readDir(folder)), []);
    await Deno.writeTextFile(`${folder}/file`, "");
    assert.equal(await whyNotWritable(`${folder}/file`), `${folder}/file is no folder`);
    assert.equal(await whyNotWritable(`${folder}/none`), "No such file or directory");
    assert.equal(await nearestExisting(`${folder}/none/x/y`), folder);
    await Deno.remove(folder, { recursive: true });
  },
});
