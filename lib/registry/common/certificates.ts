/**
 * Files with certificates and keys that a URL names.
 *
 * @module
 */
import { systemErrorReason } from "../../core/base/system_error.ts";
import { StorageFault } from "./storage_fault.ts";

/** What such files hold, in PEM. */
const signs = {
  certificate: /-----BEGIN CERTIFICATE-----/,
  "private key": /-----BEGIN (RSA |EC )?PRIVATE KEY-----/,
} as const;

/**
 * The text of the file at `path`, which `parameter` of the URL names.
 *
 * @throws {StorageFault} if it cannot be read, or does not hold what it should
 */
export async function readPem(
  path: string,
  parameter: string,
  content: keyof typeof signs,
): Promise<string> {
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    const reason = systemErrorReason(error) ?? "it holds no text";
    throw new StorageFault(`the file ${path} of ${parameter} cannot be read: ${reason}`);
  }
  if (signs[content].test(text)) return text;
  const isLocked = content === "private key" && text.includes("ENCRYPTED PRIVATE KEY");
  throw new StorageFault(
    isLocked
      ? `the file ${path} of ${parameter} is encrypted with a password, which cannot be given`
      : `the file ${path} of ${parameter} holds no ${content}`,
  );
}

/** Names of the parameters by which a URL gives the paths. */
export interface TlsNames {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** What the files hold; each is `undefined` if it is not named. */
export interface TlsTexts {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** The usual names. */
export const tlsNames: TlsNames = { ca: "tls_ca", cert: "tls_cert", key: "tls_key" };

/**
 * Reads those that are named.
 *
 * @throws {StorageFault} if one cannot be used
 */
export async function readTlsFiles(
  { caPath, certPath, keyPath }: {
    readonly caPath: string | undefined;
    readonly certPath: string | undefined;
    readonly keyPath: string | undefined;
  },
  names: TlsNames = tlsNames,
): Promise<TlsTexts> {
  return {
    ...caPath === undefined ? {} : { ca: await readPem(caPath, names.ca, "certificate") },
    ...certPath === undefined ? {} : { cert: await readPem(certPath, names.cert, "certificate") },
    ...keyPath === undefined ? {} : { key: await readPem(keyPath, names.key, "private key") },
  };
}
