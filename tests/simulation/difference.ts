/**
 * Where two texts differ, line by line.
 *
 * @module
 */

/** Lines shown around each difference. */
const around = 3;

/** The lines that only `one` has with `-`, those that only `other` has with `+`, and some around. */
export function difference(one: string, other: string): string {
  const lines = compare(one.split("\n"), other.split("\n"));
  const isShown = lines.map((_, index) =>
    lines.slice(Math.max(0, index - around), index + around + 1).some((line) => line[0] !== " ")
  );
  return lines.flatMap((line, index) => {
    if (isShown[index]) return [line];
    return index === 0 || isShown[index - 1] ? ["  ⋮"] : [];
  }).join("\n");
}

/** By the longest common subsequence. */
function compare(ones: readonly string[], others: readonly string[]): string[] {
  const lengths = ones.map(() => new Uint16Array(others.length + 1));
  lengths.push(new Uint16Array(others.length + 1));
  const length = (row: number, column: number): number => lengths[row]?.[column] ?? 0;
  for (let row = ones.length - 1; row >= 0; row--) {
    for (let column = others.length - 1; column >= 0; column--) {
      (lengths[row] as Uint16Array)[column] = ones[row] === others[column]
        ? length(row + 1, column + 1) + 1
        : Math.max(length(row + 1, column), length(row, column + 1));
    }
  }
  const lines: string[] = [];
  let [row, column] = [0, 0];
  while (row < ones.length || column < others.length) {
    if (row < ones.length && column < others.length && ones[row] === others[column]) {
      lines.push(`  ${ones[row++]}`);
      column++;
    } else if (row < ones.length && length(row + 1, column) >= length(row, column + 1)) {
      lines.push(`- ${ones[row++]}`);
    } else if (column < others.length) lines.push(`+ ${others[column++]}`);
    else lines.push(`- ${ones[row++]}`);
  }
  return lines;
}
