/**
 * Findings for people.
 *
 * On a terminal the last lines are the ones that are seen first, so what is wrong comes last, right
 * above the summary.
 *
 * @module
 */
import { escapeControls } from "../core/base/escape.ts";
import { counted } from "./finding.ts";
import type { Finding, FindingLevel } from "./finding.ts";

/** From the one that can wait to the one that cannot. */
const order: readonly FindingLevel[] = ["ok", "warning", "fault"];

const marks: Readonly<Record<FindingLevel, string>> = {
  ok: "✔ ok     ",
  warning: "! warning",
  fault: "✘ fault  ",
};

/** Select Graphic Rendition: green, yellow, red. */
const colors: Readonly<Record<FindingLevel, number>> = { ok: 32, warning: 33, fault: 31 };

/** True if nothing keeps a node from working. */
export function isWell(findings: readonly Finding[]): boolean {
  return findings.every(({ level }) => level !== "fault");
}

/** The list that people read, with a line break at its end. */
export function findingsText(
  findings: readonly Finding[],
  { color }: { readonly color: boolean },
): string {
  const lines = order.flatMap((level) =>
    findings.filter((finding) => finding.level === level).flatMap((one) => linesOf(one, color))
  );
  return [...lines, "", summary(findings), ""].join("\n");
}

function linesOf(finding: Finding, color: boolean): string[] {
  const { level, text } = finding;
  const mark = color ? `\x1b[${colors[level]}m${marks[level]}\x1b[0m` : marks[level];
  const line = `${mark}  ${escapeControls(text)}`;
  if (finding.level === "ok") return [line];
  return [line, escapeControls(`             → ${finding.whatToDo}`)];
}

/** The last line: `2 faults, 1 warning, 9 ok`, or that nothing was found. */
export function summary(findings: readonly Finding[]): string {
  const count = (level: FindingLevel): number =>
    findings.filter((finding) => finding.level === level).length;
  const [faults, warnings, well] = [count("fault"), count("warning"), count("ok")];
  if (faults + warnings === 0) return `All is well: ${well} ok`;
  return `${counted(faults, "fault")}, ${counted(warnings, "warning")}, ${well} ok`;
}
