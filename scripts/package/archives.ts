/**
 * Archives of the program, as a release offers them: `clusternode-TARGET.tar.gz`, for Windows `.zip`.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { licensesText } from "../../lib/cli/licenses.ts";
import { dayOf, manPage } from "../man.ts";
import { dist, root, run } from "../common/script.ts";
import { programFile } from "./platforms.ts";
import type { Built, Platform } from "./platforms.ts";

/** The name of the archive for a platform; the version stands in the address of the release. */
export function archiveName({ target, os }: Platform): string {
  return `clusternode-${target}.${os === "win32" ? "zip" : "tar.gz"}`;
}

/**
 * Writes the archive with program, manual page and licences; its path. The same content gives the same
 * bytes.
 *
 * @param seconds the time of all files, since 1970
 */
export async function makeArchive(
  { platform, binary }: Built,
  seconds: number,
): Promise<string> {
  const output = join(dist, archiveName(platform));
  const folder = await Deno.makeTempDir({ prefix: "clusternode-archive-" });
  try {
    const program = programFile(platform);
    await Deno.copyFile(binary, join(folder, program));
    await Deno.chmod(join(folder, program), 0o755);
    await Deno.copyFile(join(root, "LICENSE"), join(folder, "LICENSE"));
    await Deno.writeTextFile(join(folder, "THIRD_PARTY"), licensesText());
    const names = [program, "LICENSE", "THIRD_PARTY"];
    if (platform.os !== "win32") {
      await Deno.writeTextFile(join(folder, "clusternode.1"), manPage(dayOf(seconds)));
      names.push("clusternode.1");
    }
    for (const name of names) {
      if (name !== program) await Deno.chmod(join(folder, name), 0o644);
      await Deno.utime(join(folder, name), seconds, seconds);
    }
    if (platform.os === "win32") {
      await Deno.remove(output).catch(() => {});
      // -X: without the numbers of the user who packs it; -D: without folders.
      await run("zip", ["-q", "-X", "-D", output, ...names], { cwd: folder, env: { TZ: "UTC" } });
    } else {
      const owner = ["--owner=0", "--group=0", "--numeric-owner"];
      const args = ["--create", `--file=${output}`, "--use-compress-program=gzip -n", ...owner];
      await run("tar", [...args, ...names], { cwd: folder });
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  return output;
}

/** The SHA-256 of a file, in hexadecimal digits. */
export async function sha256(file: string): Promise<string> {
  return createHash("sha256").update(await Deno.readFile(file)).digest("hex");
}
