/** Which files with a secret others can read, or have written. */
import assert from "node:assert/strict";
import { exposureOf } from "../../lib/files/secret_file.ts";
import { needing } from "../permissions.ts";

Deno.test({
  ...needing("exposureOf() tells who can read or change a secret", "read", "write", "sys"),
  async fn() {
    const path = await Deno.makeTempFile();
    const exposed = async (mode: number): Promise<string | undefined> => {
      await Deno.chmod(path, mode);
      const exposure = await exposureOf(path);
      return exposure && `${exposure.kind}: ${exposure.reason}`;
    };
    assert.equal(await exposed(0o600), undefined);
    assert.equal(await exposed(0o604), "read: can be read by all users (mode 0604)");
    assert.equal(await exposed(0o644), "read: can be read by all users (mode 0644)");
    assert.equal(await exposed(0o622), "changed: can be written by all users (mode 0622)");
    await Deno.remove(path);
    assert.equal(await exposureOf(path), undefined, "whoever reads it is told");
  },
});

Deno.test({
  ...needing("exposureOf() takes what root gives to a group for meant", "read", "write", "sys"),
  async fn() {
    if (Deno.uid() !== 0) return;
    const path = await Deno.makeTempFile();
    await Deno.chown(path, 0, 12_345);
    await Deno.chmod(path, 0o640);
    assert.equal(await exposureOf(path), undefined);
    await Deno.remove(path);
  },
});
