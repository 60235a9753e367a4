/**
 * Links between documents, as a renderer such as GitHub's resolves them.
 *
 * @module
 */
import { posix } from "node:path";

/** A link of a document to a file of the project, or to a heading of one. */
export interface Link {
  /** As it is written: `../security.md#ports`. */
  readonly written: string;
  /** The file, from the project's folder on; that of the document itself for a mere heading. */
  readonly path: string;
  /** The heading, as it is named in links; empty if the file as a whole is meant. */
  readonly anchor: string;
}

/** All links of the document at `path` that stay within the project, in their order. */
export function linksOf(path: string, markdown: string): Link[] {
  const folder = posix.dirname(path);
  // Titles of links may be code; what is code as a whole may look like a link.
  const plain = markdown.replace(/^```[^]*?^```$/gm, "");
  return [...plain.matchAll(/\]\(([^)\s]+)\)/g)].map(([, written = ""]) => written)
    .filter((written) => !/^[a-z]+:/.test(written))
    .map((written) => {
      const [file = "", anchor = ""] = written.split("#");
      const target = file === "" ? path : posix.join(folder, file);
      return { written, path: target.replace(/\/$/, ""), anchor };
    });
}

/** What the headings of a document are called in links. */
export function anchorsOf(markdown: string): string[] {
  const plain = markdown.replace(/^```[^]*?^```$/gm, "");
  const seen = new Map<string, number>();
  return [...plain.matchAll(/^#{1,6} (.*)$/gm)].map(([, title = ""]) => {
    const text = title.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").replace(/[`*]/g, "");
    const anchor = text.toLowerCase().replace(/[^\p{L}\p{N}_\s-]/gu, "").replace(/\s/g, "-");
    const count = seen.get(anchor) ?? 0;
    seen.set(anchor, count + 1);
    return count === 0 ? anchor : `${anchor}-${count}`;
  });
}

/** What a document is read from, and what else there is. */
export interface Tree {
  /** The text of a document; fails if there is none. */
  read(path: string): string;
  /** True if there is a file or a folder. */
  exists(path: string): boolean;
}

/** Links of the document at `path` that lead nowhere, as they are written. */
export function brokenLinks(path: string, tree: Tree): string[] {
  return linksOf(path, tree.read(path)).filter((link) => {
    if (!tree.exists(link.path)) return true;
    if (link.anchor === "" || !link.path.endsWith(".md")) return false;
    return !anchorsOf(tree.read(link.path)).includes(link.anchor);
  }).map(({ written }) => `${path}: ${written}`);
}
