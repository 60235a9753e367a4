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
import { memberFlags } from "./member_flags.ts";
import { pingFlags } from "./ping_flags.ts";
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
  /** It may be given more than once. */
  readonly isList?: true;
  /** Of a list: it may be left out. */
  readonly isOptional?: true;
  readonly type: ValueType<T>;
  readonly help: string;
}

/** One command. */
export interface CommandEntry {
  /** Other words for it. */
  readonly aliases?: readonly string[];
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
  type: { placeholder: "name", completion: "node", read: readName },
  help: "n2@10.0.0.3, or n2 if only one node has that name",
};

/** Of commands whose answer depends on who gives it. */
const from: CommandFlag<GivenName> & { readonly type: ValueType<GivenName> } = {
  flag: "--from",
  type: { placeholder: "node", completion: "node", read: readName },
  defaultText: "one that answers, of this machine first",
  help: "the node that is asked",
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
      "clusternode --beam --name n9@10.0.0.5 --registry /mnt/sync   # among Elixir nodes",
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
      plain: {
        flag: "--plain",
        help: "the lines of all nodes below each other, as without a terminal, and no live table",
      },
    },
    examples: ["clusternode local 5 --http 8080", "clusternode local 5 --kill-one 5s"],
  },
  members: {
    aliases: ["status", "ls"],
    summary: "show who is there",
    usage: "[options]",
    flags: { ...memberFlags, from },
    examples: [
      "clusternode members --watch",
      "clusternode members --status down --status unreachable -o name",
    ],
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
    summary: "ping nodes: round trips and loss",
    usage: "<name>… [options]",
    argument: { ...peer, isList: true },
    flags: pingFlags,
    examples: [
      "clusternode ping n2 -c 3",
      "clusternode ping n2 n3 -i 0.2 -w 10 -q",
      "clusternode ping n1@127.0.0.1 --beam",
    ],
  },
  matrix: {
    summary: "show who reaches whom, and name the links that do not work",
    usage: "[options]",
    flags: {
      json: { flag: "--json", help: "as JSON instead of a table" },
      from: { ...from, defaultText: "all", help: "only the links of this node" },
    },
    examples: ["clusternode matrix"],
  },
  explain: {
    summary: "tell why a node is seen as it is, and what would change it",
    usage: "<name> [options]",
    argument: peer,
    flags: { json: { flag: "--json", help: "as JSON instead of text" }, from },
    examples: ["clusternode explain n3", "clusternode explain n3 --from n2"],
  },
  events: {
    summary: "show what changed, when, why, and who saw it",
    usage: "[options]",
    flags: {
      json: { flag: "--json", help: "as JSON, one object a line" },
      follow: { flag: "--follow", help: "go on with what happens, until interrupted" },
      since: {
        flag: "--since",
        type: duration("1s", "744h"),
        defaultText: "the last 200 of each node",
        help: "show what happened since then, over restarts of nodes that run with --history",
      },
      from: { ...from, defaultText: "many", help: "show what this node alone has seen" },
    },
    examples: ["clusternode events --follow", "clusternode events --since 2h"],
  },
  leave: {
    summary: "take the node of this machine out of the cluster",
    usage: "[options]",
    flags: { json: { flag: "--json", help: "as JSON instead of a line" } },
    examples: ["clusternode leave --name n1"],
  },
  forget: {
    summary: "take dead nodes out of the cluster",
    usage: "[name…] [options]",
    argument: { ...peer, isList: true, isOptional: true },
    flags: {
      dead: { flag: "--dead", help: "all that are down" },
      dryRun: { flag: "--dry-run", help: "only say what would be done" },
      json: { flag: "--json", help: "as JSON, one object a line" },
    },
    examples: ["clusternode forget n3@10.0.0.4", "clusternode forget --dead --dry-run"],
  },
  health: {
    summary: "exit with 0 if the node of this machine is healthy",
    usage: "[options]",
    flags: { json: { flag: "--json", help: "as JSON, one object a line" } },
    examples: ["clusternode health || echo sick"],
  },
  open: {
    summary: "print the URL of this node's page, and open it on a desktop",
    usage: "[options]",
    flags: { print: { flag: "--print", help: "only print it" } },
    examples: ["clusternode open", "curl -s $(clusternode open)v1/members"],
  },
  simulate: {
    summary: "run N nodes in virtual time with faults: what would happen",
    usage: "[options]",
    flags: simulateFlags,
    examples: [
      "clusternode simulate --nodes 200 --loss 5% --kill 3 --partition 10s",
      "clusternode simulate --nodes 50 --freeze 1 --runs 100 --json",
      "clusternode simulate --nodes 20 --serve 8081",
    ],
  },
  doctor: {
    summary: "check what can be wrong around a node, and say what to do",
    usage: "[options] [address…]",
    flags: { json: { flag: "--json", help: "as JSON instead of a list" } },
    examples: ["clusternode doctor --registry /mnt/shared/cluster --name n1@$(hostname -i)"],
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
    usage: "[options]",
    flags: {
      json: { flag: "--json", help: "as JSON instead of a line" },
      licenses: { flag: "--licenses", help: "whose work the program contains, with all licences" },
    },
    examples: ["clusternode version --licenses"],
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
