/**
 * The options that say what a node remembers beyond its own end, part of the option table.
 *
 * @module
 */
import { option } from "./option_entry.ts";
import { durationOrNone, path } from "./option_values.ts";

const common = { group: "Log", commands: ["start"] } as const;

/** By their key in the configuration file. */
export const historyOptionTable = {
  history: option({
    ...common,
    field: "historyKeepMs",
    flag: "--history",
    variable: "CLUSTERNODE_HISTORY",
    type: durationOrNone("1m", "744h"),
    default: "none",
    help: "how long to remember, over restarts, what changed: for events --since and the page",
    trade: "It takes at most 5 MB on disk and 10 MB of memory, however long; what is too much " +
      "goes, the oldest first. Without it a page shows what its node has seen since it started.",
  }),
  historyFile: option({
    ...common,
    field: "historyFile",
    flag: "--history-file",
    variable: "CLUSTERNODE_HISTORY_FILE",
    type: path,
    default: undefined,
    defaultText: "NAME.history.jsonl beside the log file",
    help: "where --history is kept; none keeps it in memory",
    trade: "Each node needs a file of its own. Only its user can read it.",
  }),
};
