/**
 * An explanation for people: the verdict, then what it rests on, then what would change it.
 *
 * @module
 */
import { escapeControls } from "../../core/base/escape.ts";
import type { Explanation } from "../../core/explain/explanation.ts";
import { explainChanges, explainFacts, explainTitle } from "../../report/words/explain_facts.ts";
import { plainPaint } from "../terminal/paint.ts";
import type { TableShape } from "../terminal/table.ts";
import { foldText, padText } from "../terminal/text_width.ts";

/**
 * The explanation that the node `asked` has given.
 *
 * @param shape its lines are folded to the width, if there is one
 */
export function explanationText(
  asked: string,
  explanation: Explanation,
  { width = Infinity, paint = plainPaint }: Pick<TableShape, "width" | "paint"> = {},
): string {
  const { status } = explanation;
  const facts = explainFacts(asked, explanation);
  const room = Math.max(...facts.map(([what]) => what.length));
  const [first = "", ...more] = folded(explainTitle(asked, explanation), width - 2);
  const style = status === "alive" ? "strong" : status === "suspect" ? "doubtful" : "bad";
  const lines = [
    paint(style, first),
    ...more.map((line) => `  ${line}`),
    "",
    ...facts.flatMap(([what, values]) =>
      values.flatMap((value) => folded(value, width - room - 4))
        .map((line, index) => `  ${padText(index === 0 ? what : "", room)}  ${line}`)
    ),
    "",
    "What would change that:",
    ...explainChanges(explanation).flatMap((one) =>
      folded(one, width - 4).map((line, index) => `  ${index === 0 ? "-" : " "} ${line}`)
    ),
  ];
  return `${lines.join("\n")}\n`;
}

function folded(text: string, width: number): string[] {
  return foldText(escapeControls(text), width);
}
