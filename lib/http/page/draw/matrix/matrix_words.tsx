/**
 * The matrix in words: what is wrong, and for those who do not see it, all bad links as a table.
 *
 * @module
 */
import type { JSX } from "preact";
import { failureWords, isPingFailure } from "../../../../core/base/ping_failure.ts";
import { type Label, withLabels } from "../../../../report/words/member_label.ts";
import type { LinkIndex } from "../link_index.ts";
import type { Finding } from "../props.ts";

/** Sentences, and rows of the table, before the rest is only counted. */
const [sentencesMax, rowsMax] = [6, 100];

/** What the links show, as sentences. */
export function Findings(
  { findings, names, label }: {
    readonly findings: readonly Finding[];
    readonly names: ReadonlySet<string>;
    readonly label: Label;
  },
): JSX.Element | null {
  if (findings.length === 0) return null;
  const rest = findings.length - sentencesMax;
  return (
    <ul class="findings">
      {findings.slice(0, sentencesMax).map(({ message }) => (
        <li key={message}>{withLabels(message, names, label)}</li>
      ))}
      {rest > 0 && <li>{`and ${rest} more like these`}</li>}
    </ul>
  );
}

/** The bad links, for screen readers. */
export function BadLinks(
  { index, label }: { readonly index: LinkIndex; readonly label: Label },
): JSX.Element {
  const { bad } = index;
  const rest = bad.length - rowsMax;
  return (
    <div class="unseen">
      <p>{linkSummary(index, bad.length)}</p>
      {bad.length > 0 && (
        <table>
          <caption>
            {`Links that fail${rest > 0 ? `, the first ${rowsMax} of ${bad.length}` : ""}`}
          </caption>
          <thead>
            <tr>
              <th scope="col">From</th>
              <th scope="col">To</th>
              <th scope="col">Reason</th>
              <th scope="col">Direction</th>
            </tr>
          </thead>
          <tbody>
            {bad.slice(0, rowsMax).map(({ from, to, isOneWay, result }) => (
              <tr key={`${from} ${to}`}>
                <td>{label(from)}</td>
                <td>{label(to)}</td>
                <td>{resultWords(result)}</td>
                <td>{isOneWay ? "this one only" : "both, as far as known"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </div>
  );
}

/** How many links there are, and how many are bad. */
export function linkSummary({ links }: LinkIndex, badCount: number): string {
  const measured = links.filter(({ result }) => result !== "unknown").length;
  if (measured === 0) return "No link has been measured yet";
  return `${measured} directions of links measured; ${
    badCount === 0 ? "all work" : `${badCount} ${badCount === 1 ? "link fails" : "links fail"}`
  }`;
}

function resultWords(result: string): string {
  return isPingFailure(result) ? failureWords(result) : result;
}
