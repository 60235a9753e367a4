/**
 * What can be done to a node, and to a link, of a simulated cluster.
 *
 * @module
 */
import { useSignal } from "@preact/signals";
import type { Signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import type { SimulationReport } from "../../../report/simulation_report.ts";
import type { Simulated } from "../state/simulation.ts";

interface ControlsProps {
  readonly simulated: Simulated;
  readonly report: SimulationReport;
  readonly label: (name: string) => string;
  /** The member that is looked at: the buttons are about it. */
  readonly selected: string | undefined;
}

/** Ends, stops and unplugs a node, and takes it back. */
export function NodeControls(props: ControlsProps): JSX.Element | null {
  const { simulated, report, selected } = props;
  const chosen = useSignal(selected ?? report.nodes.at(-1)?.name ?? "");
  useEffect(() => {
    if (selected !== undefined) chosen.value = selected;
  }, [selected]);
  const node = report.nodes.find(({ name }) => name === chosen.value) ?? report.nodes[0];
  if (node === undefined) return null;
  const { name, processState, plugged } = node;
  const button = (action: string, text: string, isPossible = true): JSX.Element => (
    <button
      type="button"
      class="button"
      disabled={!isPossible}
      onClick={() => simulated.act({ action, name })}
    >
      {text}
    </button>
  );
  return (
    <fieldset>
      <legend>A node</legend>
      <NodeSelect {...props} text="Node" chosen={chosen} />
      {button("kill", "Kill", processState !== "dead")}
      {processState === "frozen"
        ? button("thaw", "Thaw")
        : button("freeze", "Freeze", processState === "running")}
      {plugged ? button("unplug", "Unplug") : button("plug", "Plug in")}
      {button("restart", "Restart")}
      {button("leave", "Leave", processState === "running")}
    </fieldset>
  );
}

/** Cuts a link, and mends all. */
export function LinkControls(props: ControlsProps): JSX.Element | null {
  const { simulated, report: { nodes, cuts, cutOff } } = props;
  const from = useSignal(nodes[0]?.name ?? "");
  const to = useSignal(nodes[1]?.name ?? "");
  if (nodes.length < 2) return null;
  const cut = (bothWays: boolean): Promise<void> =>
    simulated.act({ action: "cut", from: from.value, to: to.value, bothWays });
  const isWhole = cuts.length + cutOff.length === 0 && nodes.every(({ plugged }) => plugged);
  return (
    <fieldset>
      <legend>A link</legend>
      <NodeSelect {...props} text="From" chosen={from} />
      <NodeSelect {...props} text="To" chosen={to} />
      <button type="button" class="button" onClick={() => cut(false)}>Cut one way</button>
      <button type="button" class="button" onClick={() => cut(true)}>Cut</button>
      <button
        type="button"
        class="button"
        disabled={isWhole}
        onClick={() => simulated.act({ action: "heal" })}
      >
        Heal all
      </button>
    </fieldset>
  );
}

/** There may be hundreds, and they seldom change. */
export function NodeOptions({ names, label }: {
  readonly names: readonly string[];
  readonly label: (name: string) => string;
}): JSX.Element {
  return useMemo(
    () => <>{names.map((name) => <option key={name} value={name}>{label(name)}</option>)}</>,
    [names.join(), label],
  );
}

function NodeSelect({ report, label, text, chosen }: ControlsProps & {
  readonly text: string;
  readonly chosen: Signal<string>;
}): JSX.Element {
  return (
    <label>
      <span>{text}</span>
      <select
        value={chosen.value}
        onChange={({ currentTarget }) => chosen.value = currentTarget.value}
      >
        <NodeOptions names={report.nodes.map(({ name }) => name)} label={label} />
      </select>
    </label>
  );
}
