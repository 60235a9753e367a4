/**
 * How many columns of a terminal a text takes, and texts made to fit.
 *
 * @module
 */

/** Ideographs, Hangul, full-width forms and emoji take two columns. */
const wide =
  /[\u{1100}-\u{115F}\u{2E80}-\u{A4CF}\u{AC00}-\u{D7A3}\u{F900}-\u{FAFF}\u{FE30}-\u{FE6F}\u{FF00}-\u{FF60}\u{FFE0}-\u{FFE6}\u{1F300}-\u{1FAFF}\u{20000}-\u{3FFFD}]/u;

/** Marks that stand on the character before them take none. */
const narrow = /\p{M}/u;

const onlyAscii = /^[ -~]*$/;

/** Width of `text` in columns; it holds no controls and no colours. */
export function textWidth(text: string): number {
  if (onlyAscii.test(text)) return text.length;
  return Array.from(text, characterWidth).reduce((sum, width) => sum + width, 0);
}

function characterWidth(character: string): number {
  return wide.test(character) ? 2 : narrow.test(character) ? 0 : 1;
}

/** `text`, or as much of its beginning as fits into `width` columns, with `…` at its end. */
export function cutText(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let kept = "";
  let left = width - 1;
  for (const character of text) {
    left -= characterWidth(character);
    if (left < 0) break;
    kept += character;
  }
  return width < 1 ? "" : `${kept.trimEnd()}…`;
}

/** `text` with spaces behind it, or before it, up to `width` columns. */
export function padText(text: string, width: number, alignsRight = false): string {
  const spaces = " ".repeat(Math.max(0, width - textWidth(text)));
  return alignsRight ? spaces + text : text + spaces;
}

/** The lines of `text`, folded between words so that they fit into `width` columns. */
export function foldText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (line !== "" && textWidth(longer) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}
