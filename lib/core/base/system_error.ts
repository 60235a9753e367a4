/**
 * Errors of the operating system, told from bugs and put into words, for everything that touches
 * files, locks and devices.
 *
 * The runtime has names for some of them only. The others, such as those of a network drive that has
 * lost its server, come as plain errors that carry nothing but a number in their text. They are
 * faults of the world just the same, also those whose number nobody has heard of.
 *
 * @module
 */

/** Names and words of errors that the runtime has none for, by their number on Linux. */
const unnamed: Readonly<Record<number, readonly [code: string, words: string]>> = {
  37: ["ENOLCK", "No locks available"],
  38: ["ENOSYS", "Function not implemented"],
  95: ["EOPNOTSUPP", "Operation not supported"],
  112: ["EHOSTDOWN", "Host is down"],
  116: ["ESTALE", "Stale file handle"],
  121: ["EREMOTEIO", "Remote I/O error"],
  122: ["EDQUOT", "Disk quota exceeded"],
};

/** What the system is taken to mean where its own words help nobody. */
const hints: Readonly<Record<string, string>> = {
  ENOLCK: "the file system gives no locks",
  ENOSYS: "the file system cannot do that",
  EOPNOTSUPP: "the file system cannot do that",
  ESTALE: "the network drive has lost the file",
  EHOSTDOWN: "the server of the network drive is away",
  EREMOTEIO: "the server of the network drive has a fault",
};

const numberInText = / \(os error (\d+)\).*$/s;

/**
 * The system's name for an error, `"ENOSPC"`, or its number if it has none here, `"E37"`;
 * `undefined` if it did not come from the system.
 */
export function systemErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  if (/^E[A-Z0-9]+$/.test(code)) return code;
  // Without the permission, the runtime answers in the system's place.
  if (error.name === "NotCapable") return "EPERM";
  const errno = numberOf(error, code);
  return errno === undefined ? undefined : unnamed[errno]?.[0] ?? `E${errno}`;
}

/** An error of the system as the end of a sentence, or `undefined` if it is none. */
export function systemErrorReason(error: unknown): string | undefined {
  const code = systemErrorCode(error);
  return code === undefined ? undefined : systemErrorWords(error);
}

/** The same for what may be anything that was thrown. */
export function systemErrorWords(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const hint = hints[systemErrorCode(error) ?? ""];
  const code = "code" in error && error.code === "UNKNOWN" ? "UNKNOWN" : "";
  const errno = numberOf(error, code);
  const named = code === "" || errno === undefined ? undefined : unnamed[errno]?.[1];
  const [line = ""] = (named ?? error.message).replace(numberInText, "").split("\n");
  return hint === undefined ? line : `${line}: ${hint}`;
}

/** The number that only the text tells, or, of `node:fs`, a field beside a name that says nothing. */
function numberOf(error: Error, code: string): number | undefined {
  const digits = numberInText.exec(error.message)?.[1];
  if (digits !== undefined) return Number(digits);
  const isNumbered = code === "UNKNOWN" && "errno" in error && typeof error.errno === "number";
  return isNumbered ? Math.abs(error.errno as number) : undefined;
}
