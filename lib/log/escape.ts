/**
 * Foreign text made harmless: what a peer or a file name says stays on one line, and a terminal
 * shows it instead of obeying it.
 *
 * @module
 */

/**
 * C0, DEL and C1 controls; line and paragraph separators; the marks and overrides that reorder
 * what a reader sees (Unicode TR 36). Everything else, quotes and backslashes too, is left alone.
 */
// deno-lint-ignore no-control-regex
const unsafe = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** `text` with each unsafe character as `\n`, `\r`, `\t`, `\x1b` or `\u202e`; mostly unchanged. */
export function escapeControls(text: string): string {
  return text.replace(unsafe, (character) => {
    if (character === "\n") return "\\n";
    if (character === "\r") return "\\r";
    if (character === "\t") return "\\t";
    const code = character.charCodeAt(0);
    return code < 0x100 ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`;
  });
}

/** JSON text with the unsafe characters that `JSON.stringify` leaves raw as `\u....`: still JSON. */
export function escapeJson(json: string): string {
  return json.replace(unsafe, (character) => `\\u${hex(character.charCodeAt(0), 4)}`);
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, "0");
}
