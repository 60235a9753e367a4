/**
 * Buttons that do to a simulated cluster what nobody wants to do to a real one.
 *
 * @module
 */
import { useComputed, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import type { SimulationReport } from "../../../report/simulation_report.ts";
import type { Page } from "../state/page.ts";
import { and } from "../words/words.ts";
import { Simulated } from "../state/simulation.ts";
import { LinkControls, NodeControls, NodeOptions } from "./simulation_controls.tsx";

/** The panel; only where the cluster is a simulated one. */
export function SimulationPanel({ page }: { readonly page: Page }): JSX.Element | null {
  const isSimulated = useComputed(() => page.store.node.value?.simulated === true);
  return isSimulated.value ? <Panel page={page} /> : null;
}

function Panel({ page }: { readonly page: Page }): JSX.Element | null {
  const simulated = useMemo(() => new Simulated(page.store), []);
  useEffect(() => {
    const closed = new AbortController();
    void simulated.follow(page.clock, closed.signal);
    return () => closed.abort();
  }, []);
  const { value: report } = simulated.report;
  if (report === undefined) return null;
  const label = page.store.label.value;
  const parts = { simulated, report, label, selected: page.selected.value };
  return (
    <section class="card simulation" aria-labelledby="simulation-title">
      <h2 id="simulation-title">Simulation</h2>
      <div class="controls">
        <Time {...parts} />
        <NodeControls {...parts} />
        <LinkControls {...parts} />
      </div>
      <p class="really">
        {reallyWords(report, label)} <span role="alert" class="fault">{simulated.fault}</span>
      </p>
    </section>
  );
}

/** What is really so, beside what the nodes believe. */
function reallyWords(report: SimulationReport, label: (name: string) => string): string {
  const { nodes, cuts, cutOff } = report;
  const named = (what: string, names: readonly string[]): string[] =>
    names.length === 0
      ? []
      : [`${and(names.map(label), 8)} ${names.length > 1 ? "are" : "is"} ${what}`];
  const of = (state: string): string[] =>
    nodes.filter(({ processState }) => processState === state).map(({ name }) => name);
  const words = [
    ...named("killed", of("dead")),
    ...named("frozen", of("frozen")),
    ...named("unplugged", nodes.filter(({ plugged }) => !plugged).map(({ name }) => name)),
    ...named("cut off", cutOff),
    ...cuts.length === 0
      ? []
      : [`cut: ${and(cuts.map(({ from, to }) => `${label(from)} → ${label(to)}`), 8)}`],
  ];
  return `In truth ${words.length === 0 ? "nothing is wrong" : words.join("; ")}.`;
}

/** How fast time passes, and who looks. */
function Time({ simulated, report, label }: {
  readonly simulated: Simulated;
  readonly report: SimulationReport;
  readonly label: (name: string) => string;
}): JSX.Element {
  const { pace, paused, actualPace, asked, nodes } = report;
  const dragged = useSignal<number | undefined>(undefined);
  const shown = dragged.value ?? pace;
  const observers = nodes.flatMap(({ name, processState }) =>
    processState === "running" || name === asked ? [name] : []
  );
  const isBehind = !paused && actualPace < 0.8 * pace;
  return (
    <fieldset>
      <legend>Time</legend>
      <button
        type="button"
        class="button"
        onClick={() => simulated.act({ action: "pause", paused: !paused })}
      >
        {paused ? "Go on" : "Pause"}
      </button>
      <label class="pace">
        <span>Pace</span>
        <input
          type="range"
          min={-1}
          max={1.3}
          step={0.1}
          value={Math.log10(shown)}
          aria-valuetext={`${shown} times real time`}
          onInput={({ currentTarget }) => dragged.value = paceOf(currentTarget.valueAsNumber)}
          onChange={async ({ currentTarget }) => {
            await simulated.act({ action: "pace", pace: paceOf(currentTarget.valueAsNumber) });
            dragged.value = undefined;
          }}
        />
        <output>{shown} ×{isBehind ? ` (now ${actualPace} ×)` : ""}</output>
      </label>
      <label>
        <span>Seen by</span>
        <select
          value={asked}
          onChange={({ currentTarget }) =>
            simulated.act({ action: "observe", name: currentTarget.value })}
        >
          <NodeOptions names={observers} label={label} />
        </select>
      </label>
      <button type="button" class="button" onClick={() => simulated.act({ action: "add" })}>
        Add a node
      </button>
    </fieldset>
  );
}

/** Two digits of it. */
function paceOf(exponent: number): number {
  return Math.min(20, Math.max(0.1, Number((10 ** exponent).toPrecision(2))));
}
