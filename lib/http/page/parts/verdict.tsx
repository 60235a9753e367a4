/**
 * What the node says when it is asked for its reasons, again each second.
 *
 * @module
 */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { errorText } from "../../../core/base/error_text.ts";
import { sleep } from "../../../clock.ts";
import {
  explainChanges,
  explainFacts,
  explanationOf,
} from "../../../report/words/explain_facts.ts";
import type { ExplainReport } from "../../../report/explain_report.ts";
import { withLabels } from "../../../report/words/member_label.ts";
import { statusWords } from "../../../core/members/change.ts";
import { ask } from "../state/api.ts";
import type { Page } from "../state/page.ts";
import { explainText } from "../words/explain_text.ts";
import { capital } from "../words/words.ts";
import { CopyButton } from "./copy_button.tsx";
import { PingMarks } from "./ping_marks.tsx";

const everyMs = 1000;

type Answer = { readonly report: ExplainReport } | { readonly fault: string };

/** The verdict on a member, and what it rests on. */
export function Verdict({ page, name }: {
  readonly page: Page;
  readonly name: string;
}): JSX.Element | null {
  const { value: answer } = useAnswer(page, name);
  if (answer === undefined) return <p class="nothing" aria-busy="true">Asking …</p>;
  if ("fault" in answer) return <p class="nothing">{capital(answer.fault)}</p>;
  const { report } = answer;
  const { asked } = report;
  const explanation = explanationOf(report);
  const { value: names } = page.store.members;
  const { value: label } = page.store.label;
  const short = (text: string): string => withLabels(text, names, label);
  return (
    <>
      <p class="verdict">
        {capital(statusWords(report.status).replace(/^is /, ""))}
        {report.reason === "" ? "" : `: ${short(report.reason)}`}
      </p>
      <PingMarks pings={report.pings} asked={label(asked)} />
      <dl class="facts">
        {explainFacts(asked, explanation).filter(([what]) => !what.startsWith("pings of"))
          .map(([what, lines]) => (
            <div key={what}>
              <dt>{capital(what)}</dt>
              {lines.map((line) => <dd key={line}>{short(line)}</dd>)}
            </div>
          ))}
      </dl>
      <h3>What would change that</h3>
      <ul class="plain">
        {explainChanges(explanation).map((change) => <li key={change}>{capital(short(change))}
        </li>)}
      </ul>
      <CopyButton text={() => explainText(asked, explanation)} clock={page.clock} />
    </>
  );
}

function useAnswer(page: Page, name: string): { readonly value: Answer | undefined } {
  const answer = useSignal<Answer | undefined>(undefined);
  useEffect(() => {
    const closed = new AbortController();
    void keepAsking(page, name, closed.signal, (next) => answer.value = next);
    return () => closed.abort();
  }, [name]);
  return answer;
}

async function keepAsking(
  page: Page,
  name: string,
  signal: AbortSignal,
  onAnswer: (answer: Answer) => void,
): Promise<void> {
  const path = `/v1/explain/${encodeURIComponent(name)}`;
  while (!signal.aborted) {
    if (!document.hidden && page.store.connection.peek().kind !== "lost") {
      try {
        onAnswer({ report: await ask(path, signal) });
      } catch (error) {
        if (!signal.aborted) onAnswer({ fault: errorText(error) });
      }
    }
    await sleep(page.clock, everyMs, signal).catch(() => {});
  }
}
