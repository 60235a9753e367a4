/**
 * Files with certificates of authorities that a URL says are to be trusted.
 *
 * @module
 */
import { StorageFault } from "./storage_fault.ts";

/** What such a file holds, in PEM. */
const firstLine = "-----BEGIN CERTIFICATE-----";

/**
 * The text of the file at `path`, which `parameter` of the URL names.
 *
 * @throws {StorageFault} if it cannot be read, or holds no certificate
 */
export async function readCertificates(path: string, parameter: string): Promise<string> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    throw new StorageFault(`the file ${path} of ${parameter} cannot be read: ${reasonOf(error)}`);
  }
  if (text.includes(firstLine)) return text;
  throw new StorageFault(`the file ${path} of ${parameter} holds no certificate`);
}

function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) return "there is no such file";
  if (error instanceof Deno.errors.NotCapable) return "it needs the permission --allow-read";
  if (error instanceof Deno.errors.PermissionDenied) return "this user may not read it";
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "it is no file";
}
