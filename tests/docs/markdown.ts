/**
 * What tests want to know about a page of Markdown.
 *
 * @module
 */
import { projectRoot } from "./source_files.ts";

const blockStart = "<!-- deno-fmt-ignore-start -->\n";
const blockEnd = "<!-- deno-fmt-ignore-end -->";

/** The text behind `<!-- name: … -->` that the formatter leaves alone, without empty lines around. */
export function markedBlock(markdown: string, name: string): string {
  const start = markdown.indexOf(`<!-- ${name}:`);
  const from = markdown.indexOf(blockStart, start);
  const to = markdown.indexOf(blockEnd, from);
  if (start < 0 || from < 0 || to < 0) throw new Error(`There is no block "${name}"`);
  return `${markdown.slice(from + blockStart.length, to).trim()}\n`;
}

/** Blocks of code in `language`, also those in doc comments. */
export function codeBlocks(text: string, language: string): string[] {
  const plain = text.replace(/^ \* ?/gm, "");
  const fence = new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, "gm");
  return [...plain.matchAll(fence)].map(([, code = ""]) => code);
}

/** Targets of links to files, as seen from `folder` (empty or with a slash at its end), not there. */
export function missingFiles(markdown: string, folder: string): string[] {
  const targets = [...markdown.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, path = ""]) => path);
  return targets.filter((path) => !/^https?:/.test(path) && !exists(`${folder}${path}`));
}

/** True if there is a file or folder under this path, given from the project's folder on. */
export function exists(path: string): boolean {
  try {
    Deno.statSync(`${projectRoot}${path}`);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Links to headings of the same page that it does not have. */
export function missingAnchors(markdown: string): string[] {
  const headings = [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) =>
    title.toLowerCase().replace(/[^\w\s-]/g, "").replaceAll(" ", "-")
  );
  const anchors = [...markdown.matchAll(/\]\(#([^)]*)\)/g)].map(([, anchor = ""]) => anchor);
  return anchors.filter((anchor) => !headings.includes(anchor));
}

/** The chapter under the heading `title`, up to the next heading of its level or above. */
export function chapter(markdown: string, title: string): string {
  const [whole, level = ""] = new RegExp(`^(#+) ${title}$`, "m").exec(markdown) ?? [];
  if (whole === undefined) throw new Error(`There is no chapter "${title}"`);
  const rest = markdown.slice(markdown.indexOf(`${whole}\n`) + whole.length);
  const end = new RegExp(`^#{1,${level.length}} `, "m").exec(rest)?.index;
  return rest.slice(0, end);
}

/** Blocks of commands behind `<!-- run: … -->`, and what that comment expects of them. */
export function markedRuns(markdown: string): { expected: string; block: string }[] {
  const marked = /^<!-- run: (.*) -->\n+```sh\n([^]*?)^```$/gm;
  return [...markdown.matchAll(marked)].map(([, expected = "", block = ""]) => ({
    expected,
    block,
  }));
}
