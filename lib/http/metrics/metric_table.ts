/**
 * Every metric of a node: its name, what it means, and where its figures come from.
 *
 * `docs/metrics.md` shows this table: `deno task reference`.
 *
 * @module
 */
import { countsAsAlive, memberStatuses } from "../../core/members/member.ts";
import type { MemberView } from "../../core/members/member.ts";
import type { CallMeter, NodeMeter } from "../../node/meter.ts";
import type { ClusterSource, Standing } from "../source.ts";
import type { Family, Sample } from "./exposition.ts";
import { peersMax } from "./peers.ts";
import type { ProcessFigures } from "./process_figures.ts";

/** All that figures are made of, as it is at one moment. */
export interface Shown {
  readonly source: Pick<ClusterSource, "registries" | "startedAt">;
  readonly standing: Standing;
  readonly members: readonly MemberView[];
  /** Those of them that have figures of their own. */
  readonly peers: readonly MemberView[];
  /** What the node has counted; a simulated one counts nothing. */
  readonly counting: NodeMeter | undefined;
  readonly build: { readonly version: string; readonly commit: string; readonly deno: string };
  readonly process: ProcessFigures;
}

/** A metric. */
export interface Metric extends Family {
  /** Its figures; none if there is nothing to tell. */
  readonly samples: (shown: Shown) => readonly Sample[];
}

/** All metrics, in the order in which they are told. */
export const metrics: readonly Metric[] = [
  {
    name: "clusternode_build_info",
    type: "info",
    labels: ["version", "commit", "deno"],
    help: "The program that runs.",
    samples: ({ build: { version, commit, deno } }) => [
      { labels: [version, commit, deno], value: 1 },
    ],
  },
  {
    ...{ name: "clusternode_start_timestamp_seconds", type: "gauge", unit: "seconds" },
    labels: [],
    help: "When the node started, in seconds since 1970.",
    samples: ({ source }) => one(source.startedAt / 1000),
  },
  {
    ...{ name: "clusternode_members", type: "gauge" },
    labels: ["status"],
    help: "Members by the verdict of this node, itself included.",
    samples: ({ members }) => {
      const counts = Map.groupBy(members, ({ status }) => status);
      return memberStatuses.map((status) => ({
        labels: [status],
        value: counts.get(status)?.length ?? 0,
      }));
    },
  },
  {
    ...{ name: "clusternode_member_up", type: "gauge" },
    labels: ["peer"],
    help: `1 if the member is alive or suspect, else 0. At most ${peersMax} members, ` +
      "those that are not alive first; one that has left has none.",
    samples: ({ peers }) =>
      peers.map(({ name, status }) => ({ labels: [name], value: +countsAsAlive(status) })),
  },
  {
    ...{ name: "clusternode_link_up", type: "gauge" },
    labels: ["peer"],
    help: "0 if pings of this node to the member fail, alive or not. Only bad links are told, " +
      `at most ${peersMax}.`,
    samples: ({ peers }) =>
      peers.filter(({ linkWorks }) => !linkWorks)
        .map(({ name }) => ({ labels: [name], value: 0 })),
  },
  {
    ...{ name: "clusternode_ping_duration_seconds", type: "histogram", unit: "seconds" },
    labels: [],
    help: "Round trips of answered pings, to all members.",
    samples: ({ counting }) => counting === undefined ? [] : one(counting.meter.roundTrips),
  },
  {
    ...{ name: "clusternode_pings_total", type: "counter" },
    labels: ["result"],
    help: "Pings of this node that have ended: pong if they were answered, or how they failed.",
    samples: ({ counting }) => counted(counting?.meter.pings),
  },
  {
    ...{ name: "clusternode_member_changes_total", type: "counter" },
    labels: ["kind"],
    help: "Changes that this node has told of.",
    samples: ({ counting }) => counted(counting?.meter.changes),
  },
  {
    ...{ name: "clusternode_view_info", type: "info" },
    labels: ["hash"],
    help: "What the node believes: two with the same hash believe the same of all members.",
    samples: ({ counting }) =>
      counting === undefined
        ? []
        : [{ labels: [counting.fingerprint.toString(16).padStart(8, "0")], value: 1 }],
  },
  {
    ...{ name: "clusternode_registry_up", type: "gauge" },
    labels: ["registry"],
    help: "0 if the registry could not be read, or not be written, the last time, else 1.",
    samples: (shown) =>
      registriesOf(shown).map(({ label, works }) => ({ labels: [label], value: +works })),
  },
  {
    ...{ name: "clusternode_registry_call_duration_seconds", type: "histogram", unit: "seconds" },
    labels: ["registry", "operation"],
    help: "How long calls of the registry took, failed ones as well.",
    samples: (shown) => callsOf(shown, ({ durations }) => durations),
  },
  {
    ...{ name: "clusternode_registry_failures_total", type: "counter" },
    labels: ["registry", "operation"],
    help: "Calls of the registry that failed.",
    samples: (shown) => callsOf(shown, ({ failureCount }) => failureCount),
  },
  {
    ...{ name: "clusternode_local_health", type: "gauge" },
    labels: [],
    help: "How the node trusts itself: 0 healthy to 7 sick.",
    samples: ({ standing }) => one(standing.localHealth),
  },
  {
    ...{ name: "clusternode_isolated", type: "gauge" },
    labels: [],
    help: "1 if the node may be cut off from most of the cluster, else 0.",
    samples: ({ standing }) => one(+standing.isolated),
  },
  {
    ...{ name: "process_resident_memory_bytes", type: "gauge", unit: "bytes" },
    labels: [],
    help: "Memory of the process that is not swapped out.",
    samples: ({ process }) => one(process.residentBytes),
  },
  {
    ...{ name: "process_cpu_seconds_total", type: "counter", unit: "seconds" },
    labels: [],
    help: "Processor time of the process, user and system.",
    samples: ({ process }) => one(process.cpuSeconds),
  },
  {
    ...{ name: "process_start_time_seconds", type: "gauge", unit: "seconds" },
    labels: [],
    help: "When the process started, in seconds since 1970.",
    samples: ({ process }) => one(process.startedAt / 1000),
  },
  {
    ...{ name: "process_open_fds", type: "gauge" },
    labels: [],
    help: "Files and sockets that the process has open, where the system tells.",
    samples: ({ process: { openFileCount } }) =>
      openFileCount === undefined ? [] : one(openFileCount),
  },
];

/** The only figure of a metric without labels. */
function one(value: Sample["value"]): readonly Sample[] {
  return [{ labels: [], value }];
}

/** A figure for each key. */
function counted(counts: Readonly<Record<string, number>> | undefined): readonly Sample[] {
  return Object.entries(counts ?? {}).map(([key, value]) => ({ labels: [key], value }));
}

/** A registry as it is called here: without secrets, and no two alike. */
interface LabelledRegistry {
  readonly label: string;
  readonly works: boolean;
  readonly calls: ReadonlyMap<string, CallMeter>;
}

function registriesOf({ source, standing, counting }: Shown): readonly LabelledRegistry[] {
  const { registries } = source;
  return registries.map((registry, index) => {
    // What tells two URLs apart may be the very part that is not shown.
    const before = registries.slice(0, index).filter((other) => other === registry).length;
    const label = before === 0 ? registry : `${registry} (${before + 1})`;
    const meter = counting?.meter.registries[index];
    return {
      label,
      works: meter?.works ?? standing.registryWorks,
      calls: meter?.calls ?? new Map(),
    };
  });
}

function callsOf(shown: Shown, value: (calls: CallMeter) => Sample["value"]): readonly Sample[] {
  return registriesOf(shown).flatMap(({ label, calls }) =>
    [...calls].map(([operation, meter]) => ({ labels: [label, operation], value: value(meter) }))
  );
}
