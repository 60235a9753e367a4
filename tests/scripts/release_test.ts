/** The steps of a release: notes, the tag, files and their checksums. */
import assert from "node:assert/strict";
import { assetsIn, collect, missingAssets } from "../../scripts/release/assets.ts";
import { notes, sections, tagFaults } from "../../scripts/release/changelog.ts";
import { ScriptError } from "../../scripts/common/script.ts";
import manifest from "../../deno.json" with { type: "json" };
import { readSource } from "../docs/source_files.ts";
import { needing } from "../permissions.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";

const changelog = `# Changelog

Words about it.

## [Unreleased]

## [0.2.0] - 2026-03-02

For those who upgrade: this line
goes on here.

### Added

- One thing that
  goes on
- Another:

  | a | b |
  | - | - |
  | 1 | 2 |

## [0.1.0] - 2026-03-01

- The first
`;

Deno.test("sections() finds versions and dates, the newest first", () => {
  const found = sections(changelog).map(({ version, date }) => [version, date]);
  assert.deepEqual(found, [
    ["Unreleased", undefined],
    ["0.2.0", "2026-03-02"],
    ["0.1.0", "2026-03-01"],
  ]);
  assert.throws(() => sections("## Version two\n"), /heading of another form: "Version two"/);
});

Deno.test("notes() gives one version, a line for each paragraph and each row of a table", () => {
  const expected = `For those who upgrade: this line goes on here.

### Added

- One thing that goes on
- Another:

  | a | b |
  | - | - |
  | 1 | 2 |`;
  assert.equal(notes(changelog, "0.2.0"), expected);
  assert.equal(notes(changelog, "0.1.0"), "- The first");
});

Deno.test("notes() refuses a version that is unknown, or of which nothing is told", () => {
  assert.throws(
    () => notes(changelog, "0.3.0"),
    new ScriptError('CHANGELOG.md has no version "0.3.0", but: Unreleased, 0.2.0, 0.1.0'),
  );
  assert.throws(() => notes(changelog, "Unreleased"), /tells nothing of "Unreleased"/);
});

Deno.test("tagFaults() tells everything that keeps a tag from being released", () => {
  assert.deepEqual(tagFaults("v0.2.0", "0.2.0", changelog), []);
  assert.deepEqual(tagFaults("0.3.0", "0.3.0", changelog), [
    'the tag is "0.3.0", and deno.json is v0.3.0',
    "CHANGELOG.md has no section of 0.3.0",
  ]);
  assert.deepEqual(tagFaults("v0.4.0", "0.4.0", "## [0.4.0]\n"), [
    "CHANGELOG.md tells nothing of 0.4.0",
    "CHANGELOG.md has no date of 0.4.0",
  ]);
});

Deno.test({
  ...needing("this version can be released", "read"),
  fn() {
    const text = readSource("CHANGELOG.md");
    const { version } = manifest;
    assert.deepEqual(tagFaults(`v${version}`, version, text), []);
    assert.ok(sections(text).every(({ text }, index) => index === 0 || text !== ""));
  },
});

/** Writes these files below `folder`. */
async function write(folder: string, ...paths: string[]): Promise<void> {
  for (const path of paths) {
    await Deno.mkdir(`${folder}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(`${folder}/${path}`, `text of ${path}`);
  }
}

Deno.test({
  ...needing(
    "assetsIn() takes what is released, and neither binaries nor what was built for it",
    "read",
    "write",
  ),
  async fn() {
    await using folder = new TemporaryFolder();
    const released = [
      "clusternode-aarch64-apple-darwin.tar.gz",
      "clusternode-x86_64-pc-windows-msvc.zip",
      "clusternode.cdx.json",
      "clusternode.json",
      "clusternode.rb",
      "clusternode_0.2.0_amd64.deb",
      "install.sh",
      "npm/clusternode-0.2.0.tgz",
    ];
    await write(folder.path, ...released, "clusternode", "clusternode-x.exe", "man/clusternode.1");
    assert.deepEqual(await assetsIn(folder.path), released);
  },
});

Deno.test({
  ...needing(
    "collect() lays files side by side, with checksums that sha256sum reads",
    "read",
    "write",
  ),
  async fn() {
    await using folder = new TemporaryFolder();
    const [from, to] = [`${folder.path}/dist`, `${folder.path}/dist/release`];
    await write(from, "install.sh", "npm/a-1.tgz", "release/of_before.sh");
    const sums = await collect(from, to);
    assert.equal(
      sums,
      "426abd9192d4bfe1da58a6c54ca23eba9556019c7dbfbc0d4894ab584e66a304  a-1.tgz\n" +
        "f2d83b46594da44a016bca6eb11b96b387e70b3b1c996e1985dbd661fd270bf1  install.sh\n",
    );
    const names = Array.from(Deno.readDirSync(to), ({ name }) => name).sort();
    assert.deepEqual(names, ["SHA256SUMS", "a-1.tgz", "install.sh"]);
    assert.equal(await Deno.readTextFile(`${to}/SHA256SUMS`), sums);
  },
});

Deno.test({
  ...needing("collect() refuses a folder without files of a release", "read", "write"),
  async fn() {
    await using folder = new TemporaryFolder();
    const { path } = folder;
    await assert.rejects(collect(`${path}/none`, `${path}/to`), /No file of a release is in/);
  },
});

Deno.test("missingAssets() names each file that a platform lacks", () => {
  const linux = { target: "x86_64-unknown-linux-gnu", os: "linux", cpu: "x64", debian: "amd64" };
  const windows = { target: "x86_64-pc-windows-msvc", os: "win32", cpu: "x64" };
  const there = [
    ...["clusternode.cdx.json", "clusternode.json", "clusternode.rb", "install.sh"],
    ...["npm/clusternode-0.2.0.tgz", "npm/clusternode-cli-linux-x64-0.2.0.tgz"],
    ...["clusternode-x86_64-unknown-linux-gnu.tar.gz", "clusternode_0.2.0-1_amd64.deb"],
  ];
  assert.deepEqual(missingAssets(there, "0.2.0", [linux]), []);
  assert.deepEqual(missingAssets(there, "0.2.0", [linux, windows]), [
    "clusternode-x86_64-pc-windows-msvc.zip",
    "npm/clusternode-cli-win32-x64-0.2.0.tgz",
  ]);
  assert.equal(missingAssets(there, "0.3.0", [linux]).length, 3);
});
