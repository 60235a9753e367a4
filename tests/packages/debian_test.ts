/**
 * The package for Debian by itself: what Debian's own tools say of it, and its files where they lie.
 *
 * @module
 */
import assert from "node:assert/strict";
import { licensesText } from "../../lib/cli/licenses.ts";
import type { Shell } from "../../lib/cli/completions/completions.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";
import { offers } from "./installed_shells.ts";
import { ended, made, output, packageTest } from "./packages.ts";

/** The files of the package, in a folder in the place of `/`. */
async function unpacked(): Promise<TemporaryFolder> {
  const folder = new TemporaryFolder();
  await output("dpkg-deb", "--extract", made("debian"), folder.path);
  return folder;
}

await packageTest(
  "lintian finds no error in the package, and nothing to warn of but what is overridden",
  { packages: ["debian"], programs: { lintian: ["--version"] } },
  async () => {
    const options = ["--allow-root", "--show-overrides"];
    // Its exit code counts what is overridden, too.
    const { stdout, stderr } = await ended("lintian", [...options, made("debian")]);
    const told = stdout.split("\n").filter((line) => line !== "" && !line.startsWith("N:"));
    const faults = told.filter((line) => !line.startsWith("O: clusternode: "));
    assert.deepEqual({ faults, stderr }, { faults: [], stderr: "" });
    assert.ok(told.length > 0, "the overrides are used");
  },
);

await packageTest(
  "the package says whose work the binary contains, and its copyright leads there",
  { packages: ["debian"] },
  async () => {
    await using folder = await unpacked();
    const documents = `${folder.path}/usr/share/doc/clusternode`;
    const text = await output("zcat", `${documents}/third-party.txt.gz`);
    assert.equal(text, licensesText());
    assert.match(await Deno.readTextFile(`${documents}/copyright`), /see third-party\.txt\.gz/);
  },
);

await packageTest(
  "man finds nothing to warn of in the manual page of the package",
  { packages: ["debian"], programs: { man: ["--version"] } },
  async () => {
    await using folder = await unpacked();
    const page = `${folder.path}/usr/share/man/man1/clusternode.1.gz`;
    const { code, stdout, stderr } = await ended(
      "man",
      ["--warnings", "--encoding=UTF-8", "--local-file", page],
      { env: { LC_ALL: "C.UTF-8", MANROFFSEQ: "", MANWIDTH: "80", PAGER: "cat", MANPAGER: "cat" } },
    );
    assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
    assert.match(stdout, /^CLUSTERNODE\(1\)/m);
    assert.match(stdout, /clusternode \S+ {2,}/, "the version in its last line");
  },
);

await packageTest(
  "the package says the same of itself as the program in it",
  { packages: ["debian"], programs: { "dpkg-deb": ["--version"] } },
  async () => {
    await using folder = await unpacked();
    const version = await output(`${folder.path}/usr/bin/clusternode`, "--version");
    const field = (await output("dpkg-deb", "--field", made("debian"), "Version")).trim();
    assert.equal(version.split(" ")[1], field.replace(/-1$/, "").replace("~", "-"));
  },
);

/** What must be offered for a typed line. */
const typed: readonly (readonly [line: string, offered: readonly string[]])[] = [
  ["memb", ["members"]],
  ["--prof", ["--profile"]],
  ["completions ", ["bash", "fish", "zsh"]],
];

for (const shell of ["bash", "zsh", "fish"] satisfies Shell[]) {
  await packageTest(
    `${shell} finds the completions where the package puts them`,
    { packages: ["debian"], programs: { [shell]: ["-c", "true"] } },
    async () => {
      await using folder = await unpacked();
      await using home = new TemporaryFolder();
      const found = await offers(shell, folder.path, home.path, typed.map(([line]) => line));
      assert.deepEqual(found, typed.map(([, offered]) => offered));
    },
  );
}
