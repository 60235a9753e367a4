/**
 * The steps of a release: `deno task release`. The workflow calls them, and they run anywhere.
 *
 * - `--check TAG`: whether that tag can be released: it is the version, and the changelog tells of it
 * - `--notes VERSION`: prints what the changelog tells of that version; with `--image NAME@DIGEST`
 *   how to get its image, too
 * - `--sums`: puts the files of the release into `dist/release`, with their checksums; with
 *   `--complete` it fails if the files of a platform are missing
 * - `--try BINARY`: whether three nodes of that binary meet on this machine
 *
 * @module
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import manifest from "../deno.json" with { type: "json" };
import { dist, print, root, runScript, ScriptError } from "./common/script.ts";
import { platforms } from "./package/platforms.ts";
import { assetsIn, collect, missingAssets, sumsFile } from "./release/assets.ts";
import { notes, tagFaults } from "./release/changelog.ts";
import { tryOut } from "./release/trial.ts";

async function release(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      check: { type: "string" },
      notes: { type: "string" },
      image: { type: "string" },
      sums: { type: "boolean" },
      complete: { type: "boolean" },
      try: { type: "string" },
    },
  });
  if (Object.keys(values).length === 0) {
    throw new ScriptError("Say what to do: --check TAG, --notes VERSION, --sums or --try BINARY");
  }
  const changelog = await Deno.readTextFile(`${root}CHANGELOG.md`);
  if (values.check !== undefined) {
    const faults = tagFaults(values.check, manifest.version, changelog);
    if (faults.length > 0) throw new ScriptError(`Cannot release: ${faults.join("; ")}`);
    await print(`${values.check} can be released`);
  }
  if (values.notes !== undefined) {
    await print(notes(changelog, values.notes) + imageNotes(values.image));
  }
  if (values.sums) {
    const folder = join(dist, "release");
    const missing = missingAssets(await assetsIn(dist), manifest.version, platforms);
    if (values.complete && missing.length > 0) {
      throw new ScriptError(`Files of the release are missing: ${missing.join(", ")}`);
    }
    const sums = await collect(dist, folder);
    await print(`${sums.trimEnd()}\n${folder}/${sumsFile}`);
  }
  if (values.try !== undefined) await print((await tryOut(values.try)).trimEnd());
}

/** How to get the image, by a name that can never be another one's. */
function imageNotes(image: string | undefined): string {
  if (image === undefined) return "";
  if (!/@sha256:[0-9a-f]{64}$/.test(image)) {
    throw new ScriptError(`--image: not a name with a digest: "${image}"`);
  }
  return `\n\n### Image\n\n\`\`\`sh\ndocker pull ${image}\n\`\`\``;
}

if (import.meta.main) await runScript("release", () => release(Deno.args));
