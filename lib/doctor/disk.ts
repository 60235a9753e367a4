/**
 * Questions to the file system that never fail, and leave it as it is.
 *
 * @module
 */
import { statfs } from "node:fs";
import { dirname } from "node:path";
import { systemErrorWords } from "../core/base/system_error.ts";
import { randomText } from "../random_bytes.ts";

/** Free space for this user on the file system of an existing path in bytes, if it can be had. */
export async function freeBytesOf(path: string): Promise<number | undefined> {
  return await quietly(
    // Of callbacks, because `node:fs/promises` has none in Deno 2.4.
    new Promise<number>((resolve, reject) =>
      statfs(path, (error, found) => error ? reject(error) : resolve(found.bavail * found.bsize))
    ),
  );
}

/** The path itself, or the first folder above that is there. */
export async function nearestExisting(path: string): Promise<string> {
  for (let next = path;; next = dirname(next)) {
    if (next === dirname(next) || await exists(next)) return next;
  }
}

/** Why no file can be made in what should be a folder, as the end of a sentence; makes one. */
export async function whyNotWritable(folder: string): Promise<string | undefined> {
  if ((await quietly(Deno.stat(folder)))?.isDirectory === false) return `${folder} is no folder`;
  const path = `${folder}/.doctor-${randomText()}`;
  try {
    (await Deno.open(path, { write: true, createNew: true })).close();
    return undefined;
  } catch (error) {
    return systemErrorWords(error);
  } finally {
    await quietly(Deno.remove(path));
  }
}

/** True if something lies under `path`, as far as this user may know. */
export async function exists(path: string): Promise<boolean> {
  return await quietly(Deno.lstat(path)) !== undefined;
}

/** The result of `work`, or `undefined` if it fails. */
export async function quietly<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch {
    return undefined;
  }
}
