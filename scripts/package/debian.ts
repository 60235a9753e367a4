/**
 * A package for Debian, laid out in a folder and built with `dpkg-deb`.
 *
 * The same commit, packed twice, gives the same bytes: all files have the time of the commit.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import manifest from "../../deno.json" with { type: "json" };
import { completionScript } from "../../lib/cli/completions/completions.ts";
import { licensesText } from "../../lib/cli/licenses.ts";
import { dayOf, manPage } from "../man.ts";
import { dist, root, run } from "../common/script.ts";
import { controlFile, copyrightFile, packageChangelog, packageUnit } from "./debian_files.ts";
import type { Built } from "./platforms.ts";

/** The version of the program, and that of the package of it. */
const debianVersion = `${manifest.version.replace("-", "~")}-1`;

/**
 * How the content is compressed: xz, which all versions of dpkg read, at its level 1.
 *
 * zstd is three times quicker to pack and 2 MB larger, and dpkg reads it only from Debian 12 on. A
 * higher level of xz takes a minute more and makes 1 MB less.
 */
const compression = ["-Zxz", "-z1"];

/** A file in the package: its path, its content, and whether it is a program. */
interface PackedFile {
  readonly path: string;
  readonly content: string | Uint8Array;
  readonly mode?: number;
}

function template(name: string): Promise<string> {
  return Deno.readTextFile(join(root, "packaging", "debian", name));
}

/** All files but the program, for a moment in seconds since 1970. */
async function packedFiles(seconds: number): Promise<PackedFile[]> {
  const share = "usr/share";
  const unit = await Deno.readTextFile(
    join(root, "docs", "deploy", "systemd", "clusternode.service"),
  );
  return [
    { path: "etc/clusternode/config.json", content: await template("config.json") },
    { path: "lib/systemd/system/clusternode.service", content: packageUnit(unit) },
    {
      path: `${share}/man/man1/clusternode.1.gz`,
      content: gzipped(manPage(dayOf(seconds))),
    },
    {
      path: `${share}/bash-completion/completions/clusternode`,
      content: completionScript("bash"),
    },
    { path: `${share}/zsh/vendor-completions/_clusternode`, content: completionScript("zsh") },
    {
      path: `${share}/fish/vendor_completions.d/clusternode.fish`,
      content: completionScript("fish"),
    },
    {
      path: `${share}/doc/clusternode/copyright`,
      content: copyrightFile(await Deno.readTextFile(join(root, "LICENSE"))),
    },
    { path: `${share}/doc/clusternode/third-party.txt.gz`, content: gzipped(licensesText()) },
    {
      path: `${share}/doc/clusternode/changelog.gz`,
      content: gzipped(await Deno.readTextFile(join(root, "CHANGELOG.md"))),
    },
    {
      path: `${share}/doc/clusternode/changelog.Debian.gz`,
      content: gzipped(packageChangelog(debianVersion, seconds)),
    },
    {
      path: `${share}/lintian/overrides/clusternode`,
      content: await template("lintian-overrides"),
    },
  ];
}

function gzipped(text: string): Uint8Array {
  return gzipSync(text, { level: 9 });
}

async function write(folder: string, { path, content, mode = 0o644 }: PackedFile): Promise<void> {
  const target = join(folder, path);
  await Deno.mkdir(dirname(target), { recursive: true });
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  await Deno.writeFile(target, bytes);
  await Deno.chmod(target, mode);
}

/** What dpkg wants to know of the files: how to deal with each of them, their sums, their size. */
async function controlFiles(
  files: readonly PackedFile[],
  architecture: string,
  homepage: string | undefined,
): Promise<PackedFile[]> {
  const kibibytes = files.map(({ content }) => Math.ceil(content.length / 1024));
  const sums = files.filter(({ path }) => !path.startsWith("etc/")).map(({ path, content }) =>
    `${createHash("md5").update(content).digest("hex")}  ${path}\n`
  );
  const values = {
    version: debianVersion,
    architecture,
    installedSize: kibibytes.reduce((sum, each) => sum + each, 0),
    homepage,
  };
  const configuration = files.filter(({ path }) => path.startsWith("etc/"));
  const scripts = ["postinst", "prerm", "postrm"].map(async (name) => ({
    path: name,
    content: await template(name),
    mode: 0o755,
  }));
  return [
    { path: "control", content: controlFile(await template("control"), values) },
    { path: "conffiles", content: configuration.map(({ path }) => `/${path}\n`).join("") },
    { path: "md5sums", content: sums.sort().join("") },
    ...await Promise.all(scripts),
  ];
}

/**
 * Writes `dist/clusternode_VERSION_ARCHITECTURE.deb`; its path.
 *
 * @param seconds the time of all files, since 1970
 */
export async function makeDebianPackage(
  { platform, binary }: Built,
  seconds: number,
  homepage?: string,
): Promise<string> {
  const architecture = platform.debian;
  if (architecture === undefined) throw new TypeError(`There is no Debian for ${platform.target}`);
  const output = join(dist, `clusternode_${debianVersion}_${architecture}.deb`);
  const folder = await Deno.makeTempDir({ prefix: "clusternode-deb-" });
  try {
    const program = {
      path: "usr/bin/clusternode",
      content: await Deno.readFile(binary),
      mode: 0o755,
    };
    const files = [program, ...await packedFiles(seconds)];
    for (const file of files) await write(folder, file);
    for (const file of await controlFiles(files, architecture, homepage)) {
      await write(join(folder, "DEBIAN"), file);
    }
    await Deno.chmod(folder, 0o755);
    const env = { SOURCE_DATE_EPOCH: String(seconds) };
    const options = ["--root-owner-group", ...compression];
    await run("dpkg-deb", [...options, "--build", folder, output], { env });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return output;
}
