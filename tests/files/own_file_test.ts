import assert from "node:assert/strict";
import { dateOwnFile, OddFileError, openOwnFile, touchOwnFile } from "../../lib/files/own_file.ts";
import { needing } from "../permissions.ts";

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test({
  ...needing("openOwnFile() makes a file, and opens the same one again", "read", "write"),
  fn: () =>
    inFolder(async (folder) => {
      const path = `${folder}/own`;
      for (const text of ["one\n", "two\n"]) {
        const file = await openOwnFile(path, { append: true, mode: 0o600 });
        await file.write(new TextEncoder().encode(text));
        file.close();
      }
      assert.equal(await Deno.readTextFile(path), "one\ntwo\n");
      assert.equal((await Deno.stat(path)).mode! & 0o777, 0o600);
      await touchOwnFile(path);
      assert.equal(await Deno.readTextFile(path), "\nne\ntwo\n");
      assert.equal(await dateOwnFile(path, new Date(1000)), true);
      assert.equal((await Deno.stat(path)).mtime?.getTime(), 1000);
      assert.equal(await dateOwnFile(`${folder}/missing`, new Date(0)), false);
    }),
});

Deno.test({
  ...needing(
    "openOwnFile() gives an exact mode to what it makes, and to nothing else",
    "read",
    "write",
  ),
  fn: () =>
    inFolder(async (folder) => {
      await Deno.writeTextFile(`${folder}/old`, "", { mode: 0o600 });
      for (const [name, expected] of [["old", 0o600], ["new", 0o666]] as const) {
        const path = `${folder}/${name}`;
        (await openOwnFile(path, { mode: 0o666, isModeExact: true })).close();
        assert.equal((await Deno.stat(path)).mode! & 0o777, expected);
      }
    }),
});

Deno.test({
  ...needing("openOwnFile() follows no symbolic link, whatever it leads to", "read", "write"),
  fn: () =>
    inFolder(async (folder) => {
      await Deno.writeTextFile(`${folder}/precious`, "precious");
      for (const target of ["precious", "nothing", "."]) {
        const path = `${folder}/to-${target}`;
        await Deno.symlink(`${folder}/${target}`, path);
        for (const append of [true, false]) {
          await assert.rejects(openOwnFile(path, { append }), (error) => {
            assert.ok(error instanceof OddFileError);
            assert.equal(error.clause, `${path} is a symbolic link`);
            return true;
          });
        }
      }
      await assert.rejects(dateOwnFile(`${folder}/to-precious`, new Date(0)), OddFileError);
      assert.equal(await Deno.readTextFile(`${folder}/precious`), "precious");
      assert.notEqual((await Deno.stat(`${folder}/precious`)).mtime?.getTime(), 0);
      await assert.rejects(Deno.lstat(`${folder}/nothing`), Deno.errors.NotFound);
    }),
});

Deno.test({
  ...needing(
    "openOwnFile() writes into no file that is swapped for a link meanwhile",
    "read",
    "write",
  ),
  fn: () =>
    inFolder(async (folder) => {
      const path = `${folder}/own`;
      const precious = `${folder}/precious`;
      await Deno.writeTextFile(precious, "precious");
      let isOver = false;
      const swapping = (async (): Promise<void> => {
        while (!isOver) {
          await Deno.writeTextFile(`${path}.file`, "");
          await Deno.rename(`${path}.file`, path);
          await Deno.symlink(precious, `${path}.link`);
          await Deno.rename(`${path}.link`, path);
        }
      })();
      for (let tries = 0; tries < 300; tries++) {
        try {
          const file = await openOwnFile(path, { append: true });
          await file.write(new TextEncoder().encode("x"));
          file.close();
        } catch (error) {
          assert.ok(error instanceof OddFileError, String(error));
        }
      }
      isOver = true;
      await swapping;
      assert.equal(await Deno.readTextFile(precious), "precious");
    }),
});
