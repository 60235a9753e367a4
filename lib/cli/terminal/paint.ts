/**
 * Colours, for terminals alone. What a colour says is always said by a sign or a word as well.
 *
 * @module
 */
import { styleText } from "node:util";
import type { CliContext } from "../context.ts";

/** What a colour means. */
export type Style = "good" | "doubtful" | "bad" | "strong" | "faint";

/** What stands for a colour where there is none, one column wide. */
export function signOfStyle(style: Style | undefined): string {
  return style === "bad" ? "✗" : style === "doubtful" ? "!" : " ";
}

/** `text` in the colours of `style`, or as it is. */
export type Paint = (style: Style | undefined, text: string) => string;

const formats = {
  good: ["green"],
  doubtful: ["yellow"],
  bad: ["bold", "red"],
  strong: ["bold"],
  faint: ["dim"],
} as const;

/** Leaves all text as it is. */
export const plainPaint: Paint = (_style: Style | undefined, text: string): string => text;

/** Paints where standard output is a terminal and `NO_COLOR` is not set. */
export function paintFor(
  { stdoutIsTerminal, environment }: Pick<CliContext, "stdoutIsTerminal" | "environment">,
): Paint {
  if (!stdoutIsTerminal || environment["NO_COLOR"] || environment["TERM"] === "dumb") {
    return plainPaint;
  }
  return (style, text) =>
    style === undefined ? text : styleText([...formats[style]], text, { validateStream: false });
}
