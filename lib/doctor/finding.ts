/**
 * A finding: what one check of the doctor has seen, and what to do about it.
 *
 * Whoever reads that something is wrong wants to know the next step, so a finding that is not fine
 * cannot be made without one.
 *
 * @module
 */

/** How bad it is: `fault` keeps a node from working, `warning` is worth a look. */
export type FindingLevel = "ok" | "warning" | "fault";

/** What was checked, for programs; several findings may have the same. */
export type CheckId =
  | "registry"
  | "registry-write"
  | "registry-compare"
  | "registry-visibility"
  | "registry-storage"
  | "rows"
  | "clusters"
  | "cookie"
  | "cookie-file"
  | "clock"
  | "name"
  | "addresses"
  | "own-address"
  | "listen"
  | "peer"
  | "call-back"
  | "beam"
  | "log-file";

/** One finding. Neither text holds a secret. */
export type Finding =
  | { readonly id: CheckId; readonly level: "ok"; readonly text: string }
  | {
    readonly id: CheckId;
    readonly level: "warning" | "fault";
    /** What is so, as a sentence without its full stop. */
    readonly text: string;
    /** What to do, as a sentence without its full stop. */
    readonly whatToDo: string;
  };

/** A finding of any level; what to do is left out where nothing has to be done. */
export function finding(
  id: CheckId,
  level: FindingLevel,
  text: string,
  whatToDo: string,
): Finding {
  return level === "ok" ? { id, level, text } : { id, level, text, whatToDo };
}

/** All is well, or worth knowing and harmless. */
export function fine(id: CheckId, text: string): Finding {
  return { id, level: "ok", text };
}

/** It works, but somebody should look at it. */
export function warning(id: CheckId, text: string, whatToDo: string): Finding {
  return { id, level: "warning", text, whatToDo };
}

/** It does not work. */
export function fault(id: CheckId, text: string, whatToDo: string): Finding {
  return { id, level: "fault", text, whatToDo };
}

/** `1 row`, `2 rows`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
