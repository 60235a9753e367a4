/**
 * The unit tests of all files, in a few runs.
 *
 * Deno gives each file of tests a runtime of its own, which costs more than most files' tests do. So
 * `deno task test:unit` runs the shares beside this file, side by side, and each of them imports its
 * part of the files. They can be run one by one as well: `deno test -A tests/cookie_test.ts`.
 *
 * @module
 */
import { filesBelow, projectRoot } from "../docs/source_files.ts";

/** How many `share_N.ts` there are. */
export const shareCount = 4;

/** Folders whose tests take long, or start servers and processes; each is run by another task. */
export const foldersOfOtherTasks: readonly string[] = [
  "beam_live",
  "browser",
  "containers",
  "integration",
  "live",
  "packages",
  "processes",
  "servers",
  "slow",
];

/** Paths of all files with unit tests, in order. */
export function unitTestFiles(): string[] {
  return filesBelow("tests").filter((path) =>
    path.endsWith("_test.ts") && !foldersOfOtherTasks.includes(path.split("/")[1] ?? "")
  );
}

/** Registers the tests of a share of the files. Neighbours, which last alike, go to different ones. */
export async function importShare(number: number): Promise<void> {
  for (const [index, path] of unitTestFiles().entries()) {
    if (index % shareCount === number - 1) await import(`file://${projectRoot}${path}`);
  }
}
