import assert from "node:assert/strict";
import { distrustOf, isMounted, UntrustedPathError } from "../../lib/files/trusted_path.ts";
import type { TrustRules } from "../../lib/files/trusted_path.ts";
import { requireTrusted } from "../../lib/files/trusted_path.ts";
import { needing } from "../permissions.ts";
import { needingUsers, runAs, SharedFolder, stranger } from "./users.ts";

/** The reason without the folder of the test, or `undefined`. */
async function reasonOf(path: string, rules?: TrustRules): Promise<string | undefined> {
  return (await distrustOf(path, rules))?.reason;
}

const foreign = `belongs to another user (id ${stranger})`;

Deno.test({
  ...needing(
    "distrustOf() finds nothing in a folder of one's own, there yet or not",
    "read",
    "write",
  ),
  async fn() {
    await using folder = await SharedFolder.create();
    const path = `${folder.path}/own`;
    assert.equal(await distrustOf(`${path}/not/there`, { sharing: "none" }), undefined);
    await Deno.mkdir(path, { mode: 0o700 });
    assert.equal(await distrustOf(path, { sharing: "none" }), undefined);
    assert.equal(await distrustOf(`${path}/file`, { sharing: "none" }), undefined);
  },
});

Deno.test({
  ...needing("distrustOf() minds who can write, as far as that is not shared", "read", "write"),
  async fn() {
    await using folder = await SharedFolder.create();
    const path = `${folder.path}/own`;
    await Deno.mkdir(path);
    await Deno.chmod(path, 0o757);
    const all = "can be written by all users (mode 0757)";
    assert.equal(await reasonOf(path), all);
    assert.equal(await reasonOf(path, { sharing: "none" }), all);
    assert.equal(await reasonOf(path, { sharing: "group" }), all);
    assert.equal(await reasonOf(path, { sharing: "all" }), undefined);
    // Below it as well.
    assert.equal(await reasonOf(`${path}/x/y`, { sharing: "none" }), all);
    // On the way it is enough that nobody can remove what others own; but not in the end.
    await Deno.chmod(path, 0o1777);
    assert.equal(await reasonOf(`${path}/x`, { sharing: "none" }), undefined);
    assert.equal(await reasonOf(path), undefined);
    assert.equal(
      await reasonOf(path, { sharing: "none" }),
      "can be written by all users (mode 1777)",
    );
  },
});

Deno.test({
  ...needingUsers("distrustOf() minds groups with others in them, unless root or the user shares"),
  async fn() {
    await using folder = await SharedFolder.create();
    const path = `${folder.path}/own`;
    await Deno.mkdir(path);
    await Deno.chmod(path, 0o775);
    // The group 0 is root's own.
    assert.equal(await reasonOf(path, { sharing: "none" }), undefined);
    await Deno.chown(path, 0, stranger);
    assert.equal(
      await reasonOf(path, { sharing: "none" }),
      `can be written by the group ${stranger} (mode 0775)`,
    );
    assert.equal(await reasonOf(path, { sharing: "group" }), undefined);
    // As `/var/log` on many systems.
    assert.equal(await reasonOf(`${path}/x`, { sharing: "none" }), undefined);
  },
});

Deno.test({
  ...needingUsers(
    "distrustOf() minds folders and links of another user, on the way and in the end",
  ),
  async fn() {
    await using folder = await SharedFolder.create();
    const { path } = folder;
    await Deno.mkdir(`${path}/own`, { mode: 0o700 });
    await runAs(stranger, `cd ${path}; mkdir theirs; ln -s ${path}/own link; ln -s own relative`);
    for (const sharing of [undefined, "none"] as const) {
      const rules = sharing === undefined ? {} : { sharing };
      assert.equal(await reasonOf(`${path}/theirs`, rules), foreign);
      assert.equal(await reasonOf(`${path}/theirs/x/y`, rules), foreign);
      for (const link of ["link", "relative"]) {
        const reason = `is a symbolic link of another user (id ${stranger})`;
        assert.equal(await reasonOf(`${path}/${link}`, rules), reason);
        assert.equal(await reasonOf(`${path}/${link}/x`, rules), reason);
      }
    }
    assert.equal(await reasonOf(`${path}/theirs`, { sharing: "group" }), undefined);
    assert.equal(await reasonOf(`${path}/link`, { sharing: "group" }) === undefined, false);
    // One's own link is followed, and judged by what it leads to.
    await Deno.symlink(`${path}/own/../theirs`, `${path}/mine`);
    const found = await distrustOf(`${path}/mine/x`);
    assert.deepEqual(found, { path: `${path}/theirs`, kind: "owner", reason: foreign });
    await assert.rejects(requireTrusted(`${path}/mine`), UntrustedPathError);
  },
});

Deno.test({
  ...needing("distrustOf() takes a device that all can write to for harmless", "read", "sys"),
  async fn() {
    assert.equal((await Deno.stat("/dev/null")).mode! & 0o002, 0o002);
    assert.equal(await distrustOf("/dev/null"), undefined);
  },
});

Deno.test("isMounted() knows mounts from what any user can make", () => {
  const folder = { isDirectory: true, dev: 2, ino: 2, mode: 0o40777 } as Deno.FileInfo;
  assert.equal(isMounted(folder, 1), true);
  assert.equal(isMounted(folder, 2), false);
  assert.equal(isMounted({ ...folder, mode: 0o41777 }, 1), false, "as /tmp");
  assert.equal(isMounted({ ...folder, ino: 256 }, 1), false, "a subvolume of Btrfs");
  assert.equal(isMounted({ ...folder, isDirectory: false }, 1), false);
});
