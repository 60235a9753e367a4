/**
 * Foreign text made harmless: what a peer, a row or a file name says is shown by a terminal or a log,
 * and neither obeyed nor taken for a line of its own.
 *
 * One rule for the log, the console and the output of every command.
 *
 * @module
 */

/**
 * Unicode's controls (C0, DEL, C1), its invisible format characters (among them the marks and
 * overrides that reorder what a reader sees, Unicode TR 36, and the zero-width ones), its line and
 * paragraph separators, and halves of surrogate pairs.
 * Everything else, quotes and backslashes too, is left alone.
 */
const unsafe = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** The same but for the line feed. */
const unsafeInLines = /(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** `text` with each unsafe character as `\n`, `\r`, `\t`, `\x1b` or `\u202e`; mostly unchanged. */
export function escapeControls(text: string): string {
  return text.replace(unsafe, (character) => {
    if (character === "\n") return "\\n";
    if (character === "\r") return "\\r";
    if (character === "\t") return "\\t";
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${hex(code, 2)}` : unicodeEscape(character);
  });
}

/** JSON text with the unsafe characters that `JSON.stringify` leaves raw as `\u....`: still JSON. */
export function escapeJson(json: string): string {
  return json.replace(unsafe, unicodeEscape);
}

/**
 * Lines with each unsafe character but the line feeds as `\u....`. JSON with line feeds between its
 * values stays JSON. A line feed that came from outside has to be escaped before.
 */
export function escapeLines(lines: string): string {
  return lines.replace(unsafeInLines, unicodeEscape);
}

/** `\u202e`; beyond the Basic Multilingual Plane the two that JSON writes. */
function unicodeEscape(character: string): string {
  return Array.from(
    { length: character.length },
    (_, index) => `\\u${hex(character.charCodeAt(index), 4)}`,
  ).join("");
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, "0");
}
