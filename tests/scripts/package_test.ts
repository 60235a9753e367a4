/** What packages are made of, without making one. */
import assert from "node:assert/strict";
import { controlFile, packageChangelog, packageUnit } from "../../scripts/package/debian_files.ts";
import { platformOf, platformOfHead } from "../../scripts/package/executable.ts";
import { mainManifest, platformManifest } from "../../scripts/package/npm.ts";
import { platforms } from "../../scripts/package/platforms.ts";
import type { Platform } from "../../scripts/package/platforms.ts";
import { filled, formula, scoopManifest } from "../../scripts/package/templates.ts";
import type { Download } from "../../scripts/package/templates.ts";
import { readSource } from "../docs/source_files.ts";
import { needing } from "../permissions.ts";

const facts = { version: "1.2.3", homepage: "https://clusternode.invalid" };

function downloadOf(platform: Platform): Download {
  const url = `https://clusternode.invalid/${platform.target}`;
  return { platform, url, sha256: platform.target.padEnd(64, "0") };
}

/** All lines behind a word. */
function behind(text: string, word: string): string[] {
  return [...text.matchAll(new RegExp(`^ *${word} "?(.*?)"?$`, "gm"))].map(([, rest = ""]) => rest);
}

Deno.test("filled() refuses a place without value, and a value without place", () => {
  assert.equal(filled("a @ONE_1@ b@c @ONE_1@", { ONE_1: "x" }), "a x b@c x");
  assert.throws(() => filled("@ONE@", {}), /no value for the place @ONE@/);
  assert.throws(() => filled("@ONE@", { ONE: "", TWO: "" }), /no place for TWO/);
});

Deno.test({
  ...needing("formula() has the archives there are, each in its place, and no others", "read"),
  fn() {
    const template = readSource("packaging/homebrew/clusternode.rb");
    const all = platforms.map(downloadOf);
    const whole = formula(template, facts, all);
    const unix = all.filter(({ platform }) => platform.os !== "win32");
    assert.deepEqual(behind(whole, "url").sort(), unix.map(({ url }) => url).sort());
    assert.match(whole, /on_macos do\n {4}on_arm do\n {6}url ".*aarch64-apple-darwin"/);
    assert.match(whole, /on_linux do\n[^]*on_intel do\n {6}url ".*x86_64-unknown-linux-gnu"/);
    const linux = formula(template, facts, all.slice(0, 1));
    assert.deepEqual(behind(linux, "url"), [all[0]?.url]);
    assert.deepEqual(behind(linux, "sha256"), [all[0]?.sha256]);
    assert.doesNotMatch(linux, /on_macos|on_arm|@/);
  },
});

Deno.test({
  ...needing("scoopManifest() is JSON with the address and the sum of the archive", "read"),
  fn() {
    const windows = platforms.map(downloadOf).find(({ platform }) => platform.os === "win32");
    assert.ok(windows);
    const template = readSource("packaging/scoop/clusternode.json");
    const manifest = JSON.parse(scoopManifest(template, facts, windows));
    assert.deepEqual(manifest.architecture["64bit"], { url: windows.url, hash: windows.sha256 });
    assert.equal(manifest.version, "1.2.3");
    assert.equal(manifest.bin, "clusternode.exe");
  },
});

Deno.test("mainManifest() names the packages that were made, and no script", () => {
  const [linux, , mac] = platforms;
  assert.ok(linux && mac);
  const manifest = mainManifest([linux, mac]);
  assert.deepEqual(Object.keys(manifest.optionalDependencies as Record<string, string>), [
    "@clusternode/cli-linux-x64",
    "@clusternode/cli-darwin-x64",
  ]);
  assert.equal("scripts" in manifest, false);
  const { os, cpu, libc } = platformManifest(linux);
  assert.deepEqual({ os, cpu, libc }, { os: ["linux"], cpu: ["x64"], libc: ["glibc"] });
});

Deno.test({
  ...needing("platformOf() tells the platform of a binary by its head", "read"),
  async fn() {
    const head = (text: string): Uint8Array => {
      const bytes = new Uint8Array(256);
      bytes.set(text.split(" ").map((each) => parseInt(each, 16)));
      return bytes;
    };
    const elf = "7f 45 4c 46 2 1 1 0 0 0 0 0 0 0 0 0 3 0";
    assert.equal(platformOfHead(head(`${elf} b7 0`)), "linux-arm64");
    assert.equal(platformOfHead(head(`${elf} 3e 0`)), "linux-x64");
    assert.equal(platformOfHead(head(`${elf} 28 0`)), undefined);
    assert.equal(platformOfHead(head("cf fa ed fe c 0 0 1")), "darwin-arm64");
    assert.equal(platformOfHead(head("cf fa ed fe 7 0 0 1")), "darwin-x64");
    const windows = head("4d 5a");
    windows[60] = 128;
    windows.set([0x50, 0x45, 0, 0, 0x64, 0x86], 128);
    assert.equal(platformOfHead(windows), "win32-x64");
    assert.equal(platformOfHead(windows.subarray(0, 130)), undefined);
    const { os, arch } = Deno.build;
    const cpu = arch === "x86_64" ? "x64" : "arm64";
    assert.equal(
      await platformOf(Deno.execPath()),
      `${os === "windows" ? "win32" : os}-${cpu}`,
      "the one that runs this",
    );
  },
});

Deno.test({
  ...needing("packageUnit() starts the unit of the documents with the package's files", "read"),
  fn() {
    const source = readSource("docs/deploy/systemd/clusternode.service");
    const unit = packageUnit(source);
    assert.match(
      unit,
      /^ExecStart=\/usr\/bin\/clusternode start --config \/etc\/clusternode\/config\.json$/m,
    );
    assert.match(unit, /^User=clusternode\nGroup=clusternode$/m);
    assert.doesNotMatch(unit, /DynamicUser|^Environment=|usr\/local|clusternode\.env/m);
    assert.throws(() => packageUnit(source.replace("DynamicUser=yes\n", "")), /has 0 places like/);
  },
});

Deno.test({
  ...needing("controlFile() has a page of the project where one is known", "read"),
  fn() {
    const template = readSource("packaging/debian/control");
    const values = { version: "1.2.3-1", architecture: "amd64", installedSize: 7 };
    const known = controlFile(template, { ...values, homepage: "https://clusternode.invalid" });
    assert.match(known, /^Homepage: https:\/\/clusternode\.invalid$/m);
    assert.match(known, /^Installed-Size: 7$/m);
    const unknown = controlFile(template, { ...values, homepage: undefined });
    assert.doesNotMatch(unknown, /Homepage|@[A-Z]/);
  },
});

Deno.test("packageChangelog() tells the date as Debian wants it", () => {
  assert.match(packageChangelog("1.2.3-1", 0), /^clusternode \(1\.2\.3-1\) unstable; /);
  assert.match(packageChangelog("1.2.3-1", 0), /> {2}Thu, 01 Jan 1970 00:00:00 \+0000\n$/);
});
