/** Tables that fit. */
import { deepEqual, equal } from "node:assert/strict";
import { formatTable, tableLines } from "../../lib/cli/terminal/table.ts";
import type { Column } from "../../lib/cli/terminal/table.ts";
import { cutText, foldText, padText, textWidth } from "../../lib/cli/terminal/text_width.ts";

interface Item {
  readonly name: string;
  readonly size?: number;
  readonly note?: string;
}

const columns: readonly Column<Item>[] = [
  { header: "NAME", cell: ({ name }) => name },
  {
    header: "SIZE",
    cell: ({ size }) => size?.toFixed(1) ?? "",
    none: "-",
    alignsRight: true,
    expendable: 2,
  },
  { header: "NOTE", cell: ({ note = "" }) => note, minWidth: 6, expendable: 1 },
];

const items: readonly Item[] = [
  { name: "one", size: 9.5 },
  { name: "three", size: 123, note: "rather long" },
  { name: "two" },
];

Deno.test("tableLines() puts numbers with their ends below each other, no spaces at line ends", () => {
  deepEqual(tableLines(columns, items), [
    "NAME    SIZE  NOTE",
    "one      9.5",
    "three  123.0  rather long",
    "two        -",
  ]);
});

Deno.test("tableLines() cuts what may be cut, and then drops what is least important", () => {
  const at = (width: number): string | undefined => tableLines(columns, items, { width })[2];
  equal(at(25), "three  123.0  rather long");
  equal(at(24), "three  123.0  rather lo…");
  equal(at(20), "three  123.0  rathe…");
  equal(at(19), "three  rather long");
  equal(at(17), "three  rather lo…");
  equal(at(12), "three");
  equal(at(3), "three");
});

Deno.test("tableLines() leaves out columns that say nothing, unless they are to be kept", () => {
  const some = [{ name: "one" }];
  deepEqual(tableLines(columns, some), ["NAME", "one"]);
  deepEqual(tableLines(columns, some, { keepsEmpty: true }), ["NAME  SIZE  NOTE", "one      -"]);
  deepEqual(tableLines(columns, [], {}), ["NAME  SIZE  NOTE"]);
  deepEqual(tableLines(columns, some, { hasHeader: false }), ["one"]);
});

Deno.test("tableLines() paints padded cells, so that colours do not move what stands behind", () => {
  const [, line] = tableLines(
    [{ ...columns[0] as Column<Item>, style: () => "bad" }, columns[2] as Column<Item>],
    [{ name: "a", note: "b" }],
    { paint: (style, text) => style === undefined ? text : `<${style}:${text}>` },
  );
  equal(line, "<bad:a   >  b");
});

Deno.test("formatTable() keeps a cell on its line, whatever it says", () => {
  equal(formatTable(["A", "B"], [["x\ny", "z\x1b"]]), "A     B\nx\\ny  z\\x1b");
});

Deno.test("textWidth() counts columns of a terminal, not characters", () => {
  deepEqual(["abc", "日本", "e\u0301", "🚀", "✗"].map(textWidth), [3, 4, 1, 2, 1]);
});

Deno.test("cutText() and padText() never exceed a width, not even by half of a wide character", () => {
  deepEqual([5, 4, 3, 1, 0].map((width) => cutText("日本語", width)), [
    "日本…",
    "日…",
    "日…",
    "…",
    "",
  ]);
  equal(cutText("one two", 5), "one…");
  equal(padText("日本", 5), "日本 ");
  equal(padText("9", 3, true), "  9");
});

Deno.test("foldText() folds between words; a word that is longer stays whole", () => {
  deepEqual(foldText("one two three", 7), ["one two", "three"]);
  deepEqual(foldText("extraordinary it is", 6), ["extraordinary", "it is"]);
});
