/**
 * Folders that do not keep all names of nodes apart: what is seen there, put there by hand.
 *
 * @module
 */
import assert from "node:assert/strict";
import { encodeRow } from "../../../lib/core/members/row.ts";
import { illegalNameReason } from "../../../lib/registry/directory/directory_names.ts";
import { needing } from "../../permissions.ts";
import { failure, Scene } from "./directory_scene.ts";
import { nameOf, never, rowOf } from "../rows.ts";

Deno.test({
  ...needing(
    "a file that is called like a node by its case alone is told, and kept",
    "read",
    "write",
  ),
  async fn() {
    await using scene = await Scene.create();
    const registry = scene.open();
    const [small, large] = [nameOf("n1@host"), nameOf("N1@host")];
    await registry.list(never);
    await Deno.mkdir(scene.path);
    // A file system without case shows the file of one under the name of the other.
    const text = encodeRow(rowOf(small));
    await Deno.writeTextFile(`${scene.path}/${large}`, text);
    await assert.rejects(
      registry.write(rowOf(large), undefined, never),
      failure(
        /: the file system takes N1@host and n1@host for the same file; give the nodes names that/,
      ),
    );
    assert.equal(await Deno.readTextFile(`${scene.path}/${large}`), text);
    // What is merely damaged is replaced as ever.
    await Deno.writeTextFile(`${scene.path}/${large}`, "{}");
    const result = await registry.write(rowOf(large), undefined, never);
    assert.equal(result.kind, "written");
  },
});

Deno.test("illegalNameReason() knows that a colon is what a file system refuses", () => {
  const refusal = new Error("Invalid argument (os error 22): open 'x'");
  assert.match(illegalNameReason(nameOf("n1@fd00::1"), refusal) ?? "", /takes no colon/);
  assert.equal(illegalNameReason(nameOf("n1@host"), refusal), undefined);
  assert.equal(illegalNameReason(nameOf("n1@fd00::1"), new Error("x")), undefined);
});
