/**
 * Every option, declared once.
 *
 * Flags, environment variables, keys of the configuration file, defaults, limits, help texts,
 * completions and the reference are all read from here. A new option is one entry.
 *
 * @module
 */
import { addressesMax } from "../core/members/row.ts";
import { choice, count, duration, path, pathOrNone, size } from "./option_values.ts";
import {
  clusterName,
  collectRegistries,
  collectTags,
  cookie,
  dialAddress,
} from "./option_identity.ts";
import { listenAddress, nodeName, registryUrl, tag } from "./option_identity.ts";
import { listOption, option } from "./option_entry.ts";
import type { CommandName, OptionEntry, ValueOf } from "./option_entry.ts";
import { beamOptionTable } from "./option_table_beam.ts";
import { historyOptionTable } from "./option_table_history.ts";
import { httpOptionTable } from "./option_table_http.ts";
import { serviceOptionTable } from "./option_table_service.ts";

const nodes: readonly CommandName[] = ["start", "local"];
const all: readonly CommandName[] = [
  ...nodes,
  "members",
  "wait",
  "ping",
  "matrix",
  "explain",
  "events",
  "leave",
  "forget",
  "health",
  "doctor",
];

/** Most registries, cookies or cookie files that can be given. */
const fewMax = 8;

/** All options by their key in the configuration file, in the order of the help text. */
export const optionTable = {
  name: option({
    field: "name",
    flag: "--name",
    variable: "CLUSTERNODE_NAME",
    type: nodeName,
    default: undefined,
    defaultText: "host name @ detected address",
    group: "Identity",
    commands: ["start", "leave", "health", "open", "doctor"],
    help: "name of the node: n1@10.0.0.5, or n1 and the address is detected",
    trade:
      "A name of your own survives restarts and moves; an automatic one needs no thought but " +
      "changes with the host.",
  }),
  cluster: option({
    field: "cluster",
    flag: "--cluster",
    variable: "CLUSTERNODE_CLUSTER",
    type: clusterName,
    default: "default",
    group: "Identity",
    commands: [...all, "open"],
    help: "which cluster in that registry",
    trade: "Several clusters can share one registry and never see each other.",
  }),
  tags: listOption({
    field: "tags",
    flag: "--tag",
    variable: "CLUSTERNODE_TAGS",
    type: tag,
    collect: collectTags,
    fromObject: true,
    splitVariable: /,/,
    default: [],
    group: "Identity",
    commands: nodes,
    help: "told to everybody; repeatable (in the environment: a=b,c=d)",
    trade: "Each tag makes every row in the registry a little larger.",
  }),
  registry: listOption({
    field: "registries",
    flag: "--registry",
    variable: "CLUSTERNODE_REGISTRY",
    type: registryUrl,
    // A URL may hold commas of its own, so a comma separates only in front of another scheme.
    splitVariable: /\s+|,(?=[a-z][a-z0-9+.-]*:\/\/)/i,
    collect: collectRegistries,
    default: ["file:///tmp/sync_dir"],
    most: fewMax,
    group: "Meeting place",
    commands: all,
    help: "where nodes find each other; repeatable: all are used",
    trade: "A folder on this machine needs nothing else; a shared one lets machines meet. With " +
      "several the cluster outlives one of them; name them in the same order everywhere.",
  }),
  cookie: listOption({
    field: "cookies",
    flag: "--cookie",
    variable: "CLUSTERNODE_COOKIE",
    type: cookie,
    together: "cookie",
    default: [],
    defaultText: "minted in the registry",
    most: fewMax,
    group: "Meeting place",
    commands: all,
    help: "shared secret; repeatable: the first is used, the others are still accepted",
    trade:
      "Minted, whoever can write the registry is a member; given, only who knows it. One that " +
      "can be guessed is stretched at start. On a command line other users of the machine can read it.",
  }),
  cookieFile: listOption({
    field: "cookieFiles",
    flag: "--cookie-file",
    variable: "CLUSTERNODE_COOKIE_FILE",
    type: path,
    together: "cookie",
    splitVariable: /:/,
    default: [],
    most: fewMax,
    group: "Meeting place",
    commands: all,
    help: "file that holds a cookie; repeatable, after those of --cookie (in the environment: " +
      "separated by colons)",
    trade:
      "Hidden from other users of the machine, unlike --cookie, if only you can read it; one " +
      "that they can write is refused.",
  }),
  startTimeout: option({
    field: "startTimeoutMs",
    flag: "--start-timeout",
    variable: "CLUSTERNODE_START_TIMEOUT",
    type: duration("0", "1h"),
    default: "30s",
    group: "Meeting place",
    commands: nodes,
    help: "how long a start waits for the registry",
    trade: "Longer outlasts a slow boot of the storage; shorter tells sooner of a wrong URL.",
  }),
  leaveTimeout: option({
    field: "leaveTimeoutMs",
    flag: "--leave-timeout",
    variable: "CLUSTERNODE_LEAVE_TIMEOUT",
    type: duration("0", "10m"),
    default: "5s",
    group: "Meeting place",
    commands: nodes,
    help: "how long a leave tries to take the node's row out of the registry",
    trade: "Longer leaves no row behind when many end together or the registry is slow; it must " +
      "stay below the time after which a stop becomes a kill (10s in Docker).",
  }),
  listen: option({
    field: "listen",
    flag: "--listen",
    variable: "CLUSTERNODE_LISTEN",
    type: listenAddress,
    default: "0.0.0.0:0",
    defaultText: "0.0.0.0:0, or 127.0.0.1:0 for n1@127.0.0.1",
    group: "Network",
    commands: ["start", "doctor"],
    help: "where this node answers; port 0 takes any free one, which is registered",
    trade:
      "0.0.0.0 and [::] both mean all addresses, of IPv4 and IPv6; a node called after a loopback " +
      "address (n1@127.0.0.1) listens on that alone unless told. A fixed port can be opened in a " +
      "firewall, but only one node of a machine can have it.",
  }),
  advertise: listOption({
    field: "advertise",
    flag: "--advertise",
    variable: "CLUSTERNODE_ADVERTISE",
    type: dialAddress,
    splitFlag: /[\s,]+/,
    splitVariable: /[\s,]+/,
    default: [],
    defaultText: "detected",
    most: addressesMax,
    group: "Network",
    commands: ["start", "doctor"],
    help: "addresses that peers should try, in this order; repeatable or separated by commas",
    trade: "Needed behind address translation; replaces what is detected, so it must be complete.",
  }),
  interval: option({
    field: "intervalMs",
    flag: "--interval",
    variable: "CLUSTERNODE_INTERVAL",
    type: duration("100ms", "1m"),
    default: "1s",
    group: "Pulse",
    commands: [...nodes, "simulate"],
    help: "the pulse: time between two pings of a peer, and between two status lines",
    trade: "Shorter finds the silently dead sooner; longer costs less traffic and fewer writes.",
  }),
  profile: option({
    field: "profile",
    flag: "--profile",
    variable: "CLUSTERNODE_PROFILE",
    type: choice("local", "lan", "wan"),
    default: "lan",
    group: "Pulse",
    commands: [...all, "simulate"],
    help: "timings that go together: one machine, one network, or far apart",
    trade: "local is quickest to give up a peer, wan forgives the most.",
  }),
  mesh: option({
    field: "mesh",
    flag: "--mesh",
    variable: "CLUSTERNODE_MESH",
    type: choice("auto", "full"),
    default: "auto",
    group: "Pulse",
    commands: [...nodes, "simulate"],
    help: "who watches whom: a few peers each, or everybody everybody (up to 64 nodes)",
    trade: "full sees every link at every pulse; its cost grows with the square of the nodes.",
  }),
  ...beamOptionTable,
  status: option({
    field: "status",
    flag: "--status",
    variable: "CLUSTERNODE_STATUS",
    type: choice("auto", "every", "change", "off"),
    default: "auto",
    group: "Pulse",
    commands: nodes,
    help: "when the status line is written; auto is every pulse, above 32 nodes in short",
    trade: "every is a heartbeat to look at; change keeps the log small.",
  }),
  ...httpOptionTable,
  ...serviceOptionTable,
  logFile: option({
    field: "logFile",
    flag: "--log-file",
    variable: "CLUSTERNODE_LOG_FILE",
    type: pathOrNone,
    default: "/tmp/log/cluster.log",
    group: "Log",
    commands: [...nodes, "doctor"],
    help: "rotating file, next to standard output; none switches it off",
    trade:
      "Nodes of one user may share it; what other users can change is not written. Without it " +
      "the log is only what was captured.",
  }),
  logFormat: option({
    field: "logFormat",
    flag: "--log-format",
    variable: "CLUSTERNODE_LOG_FORMAT",
    type: choice("text", "json"),
    default: "text",
    group: "Log",
    commands: nodes,
    help: "text, or JSON lines, on standard output and in the file",
    trade: "text is for people, json for programs.",
  }),
  logTime: option({
    field: "logTime",
    flag: "--log-time",
    variable: "CLUSTERNODE_LOG_TIME",
    type: choice("auto", "full", "time", "none"),
    default: "auto",
    group: "Log",
    commands: nodes,
    help: "what text lines show of the time: date and time, the time of day, or nothing",
    trade:
      "auto is time on standard output, full in the file, and none under systemd, whose journal " +
      "has its own and gets a priority instead.",
  }),
  logLevel: option({
    field: "logLevel",
    flag: "--log-level",
    variable: "CLUSTERNODE_LOG_LEVEL",
    type: choice("debug", "info", "warning", "error"),
    default: "info",
    group: "Log",
    commands: all,
    help: "the least important level that is written",
    trade: "debug tells of every ping that failed; warning drops the status lines.",
  }),
  logMaxSize: option({
    field: "logMaxSizeBytes",
    flag: "--log-max-size",
    variable: "CLUSTERNODE_LOG_MAX_SIZE",
    type: size("1KB", "10GB"),
    default: "10MB",
    group: "Log",
    commands: nodes,
    help: "a log file is rotated before it grows beyond this (MB is 10^6, MiB is 2^20)",
    trade: "Together with --log-max-files the most space that the log takes.",
  }),
  logMaxFiles: option({
    field: "logFilesMax",
    flag: "--log-max-files",
    variable: "CLUSTERNODE_LOG_MAX_FILES",
    type: count(1, 100),
    default: "5",
    group: "Log",
    commands: nodes,
    help: "how many log files are kept",
    trade: "More reach further back and take more space.",
  }),
  ...historyOptionTable,
  record: option({
    field: "record",
    flag: "--record",
    variable: "CLUSTERNODE_RECORD",
    type: pathOrNone,
    default: "none",
    group: "Log",
    commands: ["start"],
    help: "write every input of the core to a file, for simulate --replay",
    trade:
      "What the node decided can be played again, step by step. It takes about 1 KB a second " +
      "for each node of a small cluster, up to 1 GiB. The recording of the run before is kept, " +
      "with .1 behind its name.",
  }),
  config: option({
    field: "configFile",
    flag: "--config",
    variable: "CLUSTERNODE_CONFIG",
    type: path,
    default: undefined,
    defaultText: "none",
    inConfigFile: false,
    group: "Configuration",
    commands: [...all, "simulate"],
    help:
      "JSON file with options; a flag overrides the environment, the environment overrides the file",
    trade: "One file for all nodes and commands; an option that a command has no use for is " +
      "ignored in it.",
  }),
};

type Table = typeof optionTable;

/** Key of an option in the configuration file and in {@linkcode optionTable}. */
export type OptionKey = keyof Table;

/** The value of each option, by field. */
export type OptionValues = {
  readonly [Key in OptionKey as Table[Key]["field"]]: ValueOf<Table[Key]>;
};

/** All options with their keys, in the order of the help text. */
export const optionEntries: readonly (readonly [OptionKey, OptionEntry])[] = Object.entries(
  optionTable,
) as [OptionKey, OptionEntry][];

/** The options of one command, in the order of the help text. */
export function optionsOf(command: CommandName): readonly (readonly [OptionKey, OptionEntry])[] {
  return optionEntries.filter(([, { commands }]) => commands.includes(command));
}
