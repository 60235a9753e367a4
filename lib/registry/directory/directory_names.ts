/**
 * File systems that do not keep all names of nodes apart, or do not take them all.
 *
 * @module
 */
import { systemErrorCode } from "../../core/base/system_error.ts";

/**
 * Why the file called `name` is not that of the node `name`: it holds the row of another one, whose
 * name differs in nothing but its case. Both would overwrite each other for ever.
 *
 * @param text what the file holds
 */
export function sameFileReason(name: string, text: string | undefined): string | undefined {
  const [, other] = /^\s*\{[^{}]*?"name":"([^"\\]{1,300})"/.exec(text ?? "") ?? [];
  if (other === undefined || other === name) return undefined;
  return other.toLowerCase() === name.toLowerCase()
    ? `the file system takes ${name} and ${other} for the same file; ` +
      "give the nodes names that differ in more than their case"
    : undefined;
}

/** Why no file can be called `name`, if that is what `error` of the system means. */
export function illegalNameReason(name: string, error: unknown): string | undefined {
  const isRefused = ["EINVAL", "E22"].includes(systemErrorCode(error) ?? "");
  return isRefused && name.includes(":")
    ? `the file system takes no colon in the name of a file; give the node a name without one`
    : undefined;
}
