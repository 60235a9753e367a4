/**
 * Markdown as the generated documents need it.
 *
 * @module
 */

/** A table with a line break at its end; a bar within a cell is escaped. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map(line).join("\n") + "\n";
}

function line(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

/** `text` as code; nothing if it is empty. */
export function code(text: string): string {
  return text === "" ? "" : `\`${text}\``;
}

/** `text` with a capital letter at its start. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The fragment of a link to a heading, as GitHub makes it. */
export function anchor(heading: string): string {
  return heading.toLowerCase().replace(/[^\w\s-]/g, "").replaceAll(" ", "-");
}
