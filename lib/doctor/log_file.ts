/**
 * Can the log file be written? An existing file is opened and left as it is; for one that is not
 * there yet another one is made in its folder, and removed.
 *
 * @module
 */
import { dirname, resolve } from "node:path";
import { systemErrorWords } from "../core/base/system_error.ts";
import { statOrNothing } from "../files/own_file.ts";
import { distrustOf } from "../files/trusted_path.ts";
import { lockPathOf } from "../lines/file_driver.ts";
import { freeBytesOf, nearestExisting, whyNotWritable } from "./disk.ts";
import { fault, fine, warning } from "./finding.ts";
import type { Finding } from "./finding.ts";
import { freeMinBytes, megabytes } from "./storage.ts";

const otherFile = "Choose another one with --log-file, or none with --log-file none";

/** What to think of the log file; `undefined` if there is to be none. */
export async function judgeLogFile(file: string | undefined): Promise<Finding[]> {
  if (file === undefined) return [fine("log-file", "No log file is written (--log-file none)")];
  const path = resolve(file);
  const existing = await nearestExisting(path);
  const reason = await whyNotTrusted(path) ??
    (existing === path ? await whyNotAppendable(path) : await whyNotWritable(existing));
  if (reason !== undefined) {
    return [fault("log-file", `The log file ${path} cannot be written: ${reason}`, otherFile)];
  }
  const freeBytes = await freeBytesOf(existing === path ? dirname(path) : existing);
  if (freeBytes !== undefined && freeBytes < freeMinBytes) {
    const text = `There is little space left for the log file ${path}: ${megabytes(freeBytes)}`;
    return [warning("log-file", text, "Free some space there, or write it elsewhere: --log-file")];
  }
  return [fine("log-file", `The log file ${path} can be written`)];
}

/** Nothing is opened, or made, where other users may have laid a trap. */
async function whyNotTrusted(path: string): Promise<string | undefined> {
  try {
    const distrust = await distrustOf(path);
    return distrust && `${distrust.path} ${distrust.reason}`;
  } catch (error) {
    return systemErrorWords(error);
  }
}

async function whyNotAppendable(path: string): Promise<string | undefined> {
  try {
    // Looked at before it is opened: opening a pipe would wait for a reader.
    const { isFile, isCharDevice } = await Deno.stat(path);
    if (!isFile && !isCharDevice) return "it is no regular file";
    using _file = await Deno.open(path, { append: true });
    const lock = lockPathOf(await Deno.realPath(path));
    const there = isFile ? await statOrNothing(lock) : undefined;
    return there === undefined || there.isFile ? undefined : `its lock ${lock} is no regular file`;
  } catch (error) {
    return systemErrorWords(error);
  }
}
