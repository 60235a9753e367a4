/**
 * Every command, declared once: for parsing, help and completions.
 *
 * The options of nodes are in the option table of the core; here stand only the arguments and flags
 * that belong to one command alone.
 *
 * @module
 */
import type { CommandName } from "../../options/option_entry.ts";
import { readName } from "../../options/option_identity.ts";
import type { GivenName } from "../../options/option_identity.ts";
import { choice, count, duration } from "../../options/option_values.ts";
import type { ValueType } from "../../options/option_values.ts";
import { simulateFlags } from "./simulate_flags.ts";
import { waitFlags } from "./wait_flags.ts";

/** A flag that belongs to one command. */
export interface CommandFlag<T> {
  readonly flag: `--${string}`;
  readonly short?: `-${string}`;
  /** Kind of its value; without it the flag is a switch. */
  readonly type?: ValueType<T>;
  /** It can be given more than once, and all values count; else the last one does. */
  readonly isList?: true;
  /** Words for what happens without it. */
  readonly defaultText?: string;
  readonly help: string;
}

/** What a command must be given. */
export interface CommandArgument<T> {
  readonly name: string;
  readonly type: ValueType<T>;
  readonly help: string;
}

/** One command. */
export interface CommandEntry {
  readonly summary: string;
  /** What stands behind the command in its usage line. */
  readonly usage: string;
  readonly argument?: CommandArgument<unknown>;
  readonly flags: Readonly<Record<string, CommandFlag<unknown>>>;
  readonly examples: readonly string[];
}

/** Most nodes that `local` starts. */
export const localNodesMax = 100;

const peer: CommandArgument<GivenName> = {
  name: "name",
  type: { placeholder: "name", read: readName },
  help: "n2@10.0.0.3, or n2 if only one node has that name",
};

/** All commands in the order of the help text. `start` is the default. */
export const commandTable = {
  start: {
    summary: "run a node; the default command",
    usage: "[options] [address…] [-- command args…]",
    flags: {},
    examples: [
      "clusternode --name n1@$(hostname -i) --registry file:///mnt/shared/cluster",
      "clusternode --interval 500ms --tag zone=eu-1 --log-file none",
      "clusternode --beam --name n9@10.0.0.5 --registry /mnt/sync/cluster   # among Elixir nodes",
      "clusternode start --ready tcp:8080 --port 8080 -- ./my-service --port 8080",
    ],
  },
  local: {
    summary: "run N nodes on this machine in one terminal",
    usage: "<N> [options]",
    argument: {
      name: "N",
      type: count(1, localNodesMax),
      help: `how many nodes, up to ${localNodesMax}`,
    },
    flags: {
      killOneMs: {
        flag: "--kill-one",
        type: duration("1s", "1h"),
        defaultText: "never",
        help: "kill one of the nodes with SIGKILL this often, and start it again 3 s later",
      },
    },
    examples: ["clusternode local 5", "clusternode local 5 --kill-one 5s"],
  },
  members: {
    summary: "show who is there",
    usage: "[options]",
    flags: {
      json: { flag: "--json", help: "as JSON instead of a table" },
      watch: { flag: "--watch", help: "again and again, until interrupted" },
    },
    examples: ["clusternode members --watch"],
  },
  wait: {
    summary: "wait until the cluster is as it should be",
    usage: "[options]",
    flags: waitFlags,
    examples: [
      "clusternode wait --members 3 --timeout 30s && ./run-the-tests",
      "clusternode wait --service ready --tag role=db --count 2",
      "clusternode wait --member n3 --status down",
    ],
  },
  ping: {
    summary: "ping a node: round trips and loss",
    usage: "<name> [options]",
    argument: peer,
    flags: {
      count: {
        flag: "--count",
        short: "-c",
        type: count(1, 1_000_000),
        defaultText: "until interrupted",
        help: "how many pings",
      },
      intervalMs: {
        flag: "--interval",
        short: "-i",
        type: duration("10ms", "1h"),
        defaultText: "1s",
        help: "time between two pings",
      },
    },
    examples: ["clusternode ping n2 -c 3", "clusternode ping n1@127.0.0.1 --beam"],
  },
  matrix: {
    summary: "show who reaches whom, and name the links that do not work",
    usage: "[options]",
    flags: { json: { flag: "--json", help: "as JSON instead of a table" } },
    examples: ["clusternode matrix"],
  },
  explain: {
    summary: "tell why a node is seen as it is, and what would change it",
    usage: "<name> [options]",
    argument: peer,
    flags: { json: { flag: "--json", help: "as JSON instead of text" } },
    examples: ["clusternode explain n3"],
  },
  events: {
    summary: "show what changed, when, and why",
    usage: "[options]",
    flags: {
      json: { flag: "--json", help: "as JSON, one object a line" },
      follow: { flag: "--follow", help: "go on with what happens, until interrupted" },
    },
    examples: ["clusternode events --follow"],
  },
  leave: {
    summary: "take the node of this machine out of the cluster",
    usage: "[options]",
    flags: {},
    examples: ["clusternode leave --name n1"],
  },
  forget: {
    summary: "take a dead node out of the cluster",
    usage: "<name> [options]",
    argument: peer,
    flags: { dryRun: { flag: "--dry-run", help: "only say what would be done" } },
    examples: ["clusternode forget n3@10.0.0.4"],
  },
  health: {
    summary: "exit with 0 if the node of this machine is healthy",
    usage: "[options]",
    flags: {},
    examples: ["clusternode health || echo sick"],
  },
  simulate: {
    summary: "run N nodes in virtual time with faults, and tell what would happen",
    usage: "[options]",
    flags: simulateFlags,
    examples: [
      "clusternode simulate --nodes 200 --loss 5% --kill 3 --partition 10s",
      "clusternode simulate --nodes 50 --freeze 1 --runs 100 --json",
    ],
  },
  doctor: {
    summary: "check what can be wrong around a node, and say what to do",
    usage: "[options]",
    flags: { json: { flag: "--json", help: "as JSON instead of a list" } },
    examples: ["clusternode doctor --registry file:///mnt/shared/cluster --name n1@$(hostname -i)"],
  },
  keygen: {
    summary: "print a strong cookie",
    usage: "",
    flags: {},
    examples: ["clusternode keygen > cookie && chmod 600 cookie"],
  },
  completions: {
    summary: "print a script that completes commands and options in a shell",
    usage: "<bash|zsh|fish>",
    argument: {
      name: "shell",
      type: choice("bash", "zsh", "fish"),
      help: "the shell that runs the script",
    },
    flags: {},
    examples: [
      "source <(clusternode completions bash)",
      "source <(clusternode completions zsh)   # after compinit",
      "clusternode completions fish | source",
    ],
  },
  version: {
    summary: "print version, commit and Deno version",
    usage: "",
    flags: {},
    examples: [],
  },
} as const satisfies Readonly<Record<string, CommandEntry>>;

/** A command of this program. */
export type CliCommand = keyof typeof commandTable;

/** All commands with their names, in the order of the help text. */
export const commandEntries: readonly (readonly [CliCommand, CommandEntry])[] = Object.entries(
  commandTable,
) as [CliCommand, CommandEntry][];

/** The command as the option table knows it, or `undefined` if it takes no options of nodes. */
export function optionCommand(command: CliCommand): CommandName | undefined {
  switch (command) {
    case "keygen":
    case "completions":
    case "version":
      return undefined;
    default:
      return command;
  }
}
