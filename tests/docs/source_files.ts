/**
 * Which files this project consists of.
 *
 * @module
 */
import { fileURLToPath } from "node:url";

/** The folder of the project, with a slash at its end. */
export const projectRoot: string = fileURLToPath(new URL("../../", import.meta.url));

/** Folders that hold what was made, not written. */
const skipped: readonly string[] = [".git", "dist", "node_modules", "coverage"];

/** Paths of all files below `folder`, from the project's folder on, in order. */
export function filesBelow(folder: string): string[] {
  const prefix = folder === "" ? "" : `${folder}/`;
  return [...Deno.readDirSync(`${projectRoot}${folder}`)]
    .filter(({ name, isSymlink }) => !skipped.includes(name) && !isSymlink)
    .sort((one, other) => one.name < other.name ? -1 : 1)
    .flatMap(({ name, isDirectory }) =>
      isDirectory ? filesBelow(`${prefix}${name}`) : [`${prefix}${name}`]
    );
}

/** The text of a file, given by its path from the project's folder on. */
export function readSource(path: string): string {
  return Deno.readTextFileSync(`${projectRoot}${path}`);
}
