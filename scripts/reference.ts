/**
 * Writes the documents that are made from the tables of the program: `deno task reference`.
 *
 * @module
 */
import { shapesMarkdown } from "./reference/json_shapes.ts";
import { metricsMarkdown } from "./reference/metrics_table.ts";
import { referenceMarkdown } from "./reference/page.ts";

/** How each document is made, from what stands there now. */
export const documents: Readonly<Record<string, (current: string) => string>> = {
  "docs/reference.md": referenceMarkdown,
  "docs/json.md": (current) => upTo(current, "## Shapes") + shapesMarkdown(),
  "docs/metrics.md": (current) => {
    const before = upTo(current, "## Metrics");
    const rest = current.slice(before.length).replace(/^## Metrics\n\n(?:\|.*\n)*/, "");
    return `${before}## Metrics\n\n${metricsMarkdown()}${rest}`;
  },
};

/** What stands in front of a heading, which must be there. */
function upTo(text: string, heading: string): string {
  const at = text.indexOf(`\n${heading}\n`);
  if (at < 0) throw new Error(`The document has no heading "${heading}"`);
  return text.slice(0, at + 1);
}

if (import.meta.main) {
  for (const [path, make] of Object.entries(documents)) {
    const file = new URL(`../${path}`, import.meta.url);
    const current = await Deno.readTextFile(file).catch((error) => {
      if (error instanceof Deno.errors.NotFound) return "";
      throw error;
    });
    await Deno.writeTextFile(file, make(current));
  }
}
