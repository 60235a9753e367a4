/**
 * An explanation as text to be passed on: in the words, and in the shape, of `clusternode explain`.
 *
 * @module
 */
import type { Explanation } from "../../../core/explain/explanation.ts";
import { explainChanges, explainFacts, explainTitle } from "../../../report/words/explain_facts.ts";

/** The explanation that the node `asked` has given. */
export function explainText(asked: string, explanation: Explanation): string {
  const facts = explainFacts(asked, explanation);
  const room = Math.max(...facts.map(([what]) => what.length));
  return [
    explainTitle(asked, explanation),
    "",
    ...facts.flatMap(([what, lines]) =>
      lines.map((line, index) => `  ${(index === 0 ? what : "").padEnd(room)}  ${line}`)
    ),
    "",
    "What would change that:",
    ...explainChanges(explanation).map((change) => `  - ${change}`),
    "",
  ].join("\n");
}
