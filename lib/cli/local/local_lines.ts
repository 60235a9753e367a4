/**
 * The lines of nodes below each other, each behind the number of its node, the way compose shows its
 * services.
 *
 * @module
 */
import { styleText } from "node:util";
import { escapeControls } from "../../core/base/escape.ts";
import type { CliContext } from "../context.ts";
import { paintFor, plainPaint } from "../terminal/paint.ts";
import type { Paint } from "../terminal/paint.ts";
import type { LineTaker } from "./process_group.ts";

const colors = ["cyan", "yellow", "green", "magenta", "blue", "red"] as const;

/** Prints the lines of at most `count` nodes; on a terminal what is bad in them has a colour. */
export function linePrinter(world: CliContext, count: number): LineTaker {
  const width = `node_${count}`.length;
  const paint = paintFor(world);
  return (number, line) => {
    const prefix = `${`node_${number}`.padEnd(width)} |`;
    const color = colors[(number - 1) % colors.length] ?? "cyan";
    const shown = paint === plainPaint
      ? prefix
      : styleText(color, prefix, { validateStream: false });
    world.drawStdout(`${shown} ${painted(escapeControls(line), paint)}\n`);
  };
}

/** The word of a bad level, and each `false` of a status line. */
function painted(line: string, paint: Paint): string {
  const [, head = "", level, rest = line] =
    /^([^[]*)(\[(?:info|warning|error)\])(.*)$/.exec(line) ??
      [];
  switch (level) {
    case "[error]":
      return head + paint("bad", level) + rest;
    case "[warning]":
      return head + paint("doubtful", level) + rest;
    case "[info]":
      return head + level + rest.replace(/(?<=": )false(?=[,\]])/g, (word) => paint("bad", word));
    default:
      return line;
  }
}
