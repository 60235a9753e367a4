/**
 * Text for `man`: the macros of man(7) and nothing else, as plain ASCII.
 *
 * What a reader copies out of a manual page must be what was meant, so hyphens, quotes, carets and
 * tildes are escaped: troff would set typographic ones. And no text may be taken for a request: a
 * line that begins with a full stop or an apostrophe, or a backslash anywhere.
 *
 * @module
 */

/** Longest line of the source, in characters. */
const lineMax = 78;

const escapes: Readonly<Record<string, string>> = {
  "\\": "\\(rs",
  "-": "\\-",
  "'": "\\(aq",
  "`": "\\(ga",
  '"': "\\(dq",
  "^": "\\(ha",
  "~": "\\(ti",
  "…": "...",
};

/**
 * `text` as troff shows it unchanged, on one line.
 *
 * @throws RangeError if it holds what plain ASCII cannot say
 */
export function escaped(text: string): string {
  const ascii = text.replaceAll(/[\\\-'`"^~…]/g, (character) => escapes[character] ?? "");
  const [strange] = /[^\x20-\x7e]/.exec(ascii) ?? [];
  if (strange !== undefined) {
    throw new RangeError(`The manual page cannot show ${JSON.stringify(strange)} of "${text}"`);
  }
  return ascii;
}

/** `text` in bold: what is typed as it stands. */
export function bold(text: string): string {
  return `\\fB${escaped(text)}\\fR`;
}

/** `text` in italics: what stands for something else. A line may end behind each bar in it. */
export function italic(text: string): string {
  return `\\fI${escaped(text).replaceAll("|", "|\\:")}\\fR`;
}

/** A sentence or more, in which what stands between backquotes is bold, folded into lines. */
export function prose(text: string): string {
  const parts = text.split("`").map((part, index) => index % 2 === 0 ? escaped(part) : bold(part));
  return folded(parts.join(""));
}

/** Roff without macros, as lines of the source; a blank becomes the end of a line where it has to. */
export function folded(text: string): string {
  const lines: string[] = [];
  for (const word of text.split(" ").filter((word) => word !== "")) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && longer.length <= lineMax) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.map(asText).join("\n");
}

/** No request, whatever it begins with. */
function asText(line: string): string {
  return /^[.']/.test(line) ? `\\&${line}` : line;
}

/** A section. */
export function section(title: string, ...parts: readonly string[]): string {
  return [`.SH ${title}`, ...parts].join("\n");
}

/** A part of a section. */
export function subsection(title: string, ...parts: readonly string[]): string {
  return [`.SS ${escaped(title)}`, ...parts].join("\n");
}

/** A paragraph of its own. */
export function paragraph(text: string): string {
  return `.PP\n${prose(text)}`;
}

/** A term, and below it, indented, what it means; parts that are empty are left out. */
export function entry(term: string, ...parts: readonly string[]): string {
  return [".TP", term, ...parts.filter((part) => part !== "")].join("\n");
}

/** Further indented; nothing if there is nothing to indent. */
export function indented(...parts: readonly string[]): string {
  return parts.length === 0 ? "" : [".RS", ...parts, ".RE"].join("\n");
}

/** Lines as they are typed. */
export function example(lines: readonly string[]): string {
  return [".RS 4", ".EX", ...lines.map((line) => asText(escaped(line))), ".EE", ".RE"].join("\n");
}
