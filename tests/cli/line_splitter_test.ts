import { deepEqual } from "node:assert/strict";
import { LineSplitter } from "../../lib/cli/terminal/line_splitter.ts";

/** The lines of `chunks`, and what is left of them in the end. */
function linesOf(...chunks: readonly string[]): readonly string[] {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));
  const encoder = new TextEncoder();
  for (const chunk of chunks) splitter.push(encoder.encode(chunk));
  splitter.end();
  splitter.end();
  return lines;
}

Deno.test("LineSplitter gives lines however they are cut and end, the last one at the end", () => {
  deepEqual(linesOf("one\ntw", "o\r\nthr", "ee"), ["one", "two", "three"]);
  deepEqual(linesOf("one\r", "\n\n"), ["one", ""]);
  deepEqual(linesOf("one\n"), ["one"]);
});

Deno.test("LineSplitter does not cut characters", () => {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));
  for (const byte of new TextEncoder().encode("é€\n")) splitter.push(new Uint8Array([byte]));
  deepEqual(lines, ["é€"]);
});

Deno.test("LineSplitter keeps no more of a line without an end than 64 KiB", () => {
  const lines: string[] = [];
  const splitter = new LineSplitter((line) => lines.push(line));
  splitter.push(new Uint8Array(200_000).fill(0x78));
  deepEqual(lines.map(({ length }) => length), [65_536, 65_536, 65_536]);
});
