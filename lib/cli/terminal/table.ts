/**
 * Plain tables for terminals.
 *
 * @module
 */
import { escapeControls } from "../../core/base/escape.ts";

/**
 * Columns two spaces apart, as wide as they need to be; no spaces at the ends of lines. A cell
 * stays on its line, whatever it says.
 */
export function formatTable(
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const lines = [header, ...rows].map((line) => line.map(escapeControls));
  const widths = header.map((_, column) =>
    Math.max(...lines.map((line) => (line[column] ?? "").length))
  );
  return lines.map((line) =>
    line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd()
  ).join("\n");
}
