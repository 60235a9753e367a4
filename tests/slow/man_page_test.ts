/**
 * The manual page, read by the two programs that show such pages.
 *
 * @module
 */
import assert from "node:assert/strict";
import { succeeds } from "../integration/process.ts";
import { needing, permitted } from "../permissions.ts";
import { manPage } from "../../scripts/man.ts";
import { example, prose } from "../../scripts/man/roff.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";

/** A test that shows a page with one of these programs; without it a skip by name, but not on CI. */
async function manualTest(program: string, name: string, fn: () => Promise<void>): Promise<void> {
  const isMissing = permitted("run", "env") && Deno.env.get("CI") !== "true" &&
    !await succeeds("sh", "-c", `command -v ${program}`);
  const named = needing(name, "read", "write", "run", "env");
  Deno.test({
    name: isMissing ? `${named.name} (needs ${program} installed)` : named.name,
    ignore: named.ignore || isMissing,
    fn,
  });
}

/** What a program says of a page: the text that it shows, and its complaints. */
async function shown(
  page: string,
  command: string,
  ...args: readonly string[]
): Promise<{ text: string; faults: string }> {
  await using folder = new TemporaryFolder();
  const path = `${folder.path}/page.1`;
  await Deno.writeTextFile(path, page);
  const env = { MANWIDTH: "80", MANROFFOPT: "", LC_ALL: "C.UTF-8" };
  const { stdout, stderr } = await new Deno.Command(command, { args: [...args, path], env })
    .output();
  const read = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  // Bold and underlined letters are typed twice.
  // deno-lint-ignore no-control-regex
  return { text: read(stdout).replaceAll(/.\x08|\x1b\[[\d;]*m/g, ""), faults: read(stderr) };
}

const man = ["--warnings", "-E", "UTF-8", "-l"];

await manualTest("mandoc", "mandoc finds no fault in the manual page", async () => {
  assert.deepEqual(await shown(manPage(), "mandoc", "-T", "lint"), { text: "", faults: "" });
});

await manualTest(
  "man",
  "man warns of nothing in the manual page, and shows all of it",
  async () => {
    const { text, faults } = await shown(manPage(), "man", ...man);
    assert.equal(faults, "");
    const plain = text.split("\n");
    assert.match(text, /^CLUSTERNODE\(1\) +User Commands +CLUSTERNODE\(1\)\n/);
    assert.ok(plain.some((line) => line.endsWith("clusternode ping n2 n3 -i 0.2 -w 10 -q")));
    assert.ok(plain.includes("       --leave-timeout time"));
    assert.ok(plain.includes("       ~/.aws/config, ~/.aws/credentials"));
    assert.ok(!text.includes("\u2010"), "no word is divided, and each hyphen can be copied");
  },
);

const nasty = ["'tis", ".so x", "\\fBa\\e", "--a-b", '"q"', "10^6 ~/x `y`", "\\", "%d $(x) #"];

for (const [program, ...args] of [["man", ...man], ["mandoc", "-T", "utf8"]] as const) {
  await manualTest(program, `${program} shows every text as it was written`, async () => {
    const page = [
      '.TH A 1 2026-03-01 "a" "b"',
      ".SH NAME",
      ...nasty.map((text) => example([text])),
    ];
    const { text, faults } = await shown(`${page.join("\n")}\n`, program, ...args);
    assert.equal(faults, "");
    const lines = text.split("\n").map((line) => line.trim());
    assert.deepEqual(nasty.filter((one) => !lines.includes(one)), [], text);
    const words = await shown(
      `${page.slice(0, 2).join("\n")}\n${prose(".a 'b' \\c")}\n`,
      program,
      ...args,
    );
    assert.match(words.text, /\n +\.a 'b' \\c\n/);
  });
}
