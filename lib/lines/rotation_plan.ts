/**
 * When a file is full, and how much of a batch still goes into it. Decisions only.
 *
 * A file is rotated *before* the line that would make it exceed its size, so every file holds whole
 * lines and is as full as its lines allow. A line longer than a whole file gets a file of its own.
 *
 * @module
 */

const newline = 0x0a;

/** What to do next with a batch: make room first, or write its first `bytes`. */
export type AppendPlan =
  | { readonly kind: "rotate" }
  | { readonly kind: "write"; readonly bytes: number };

/**
 * Next step for `lines` (at least one whole line) and a file of `sizeBytes` that may have
 * `maxSizeBytes`.
 */
export function planAppend(
  sizeBytes: number,
  maxSizeBytes: number,
  lines: Uint8Array,
): AppendPlan {
  const roomBytes = maxSizeBytes - sizeBytes;
  if (lines.length <= roomBytes) return { kind: "write", bytes: lines.length };
  const fitting = roomBytes > 0 ? lines.lastIndexOf(newline, roomBytes - 1) + 1 : 0;
  if (fitting > 0) return { kind: "write", bytes: fitting };
  if (sizeBytes > 0) return { kind: "rotate" };
  return { kind: "write", bytes: lines.indexOf(newline) + 1 || lines.length };
}
