/**
 * Writes the manual page, made from the tables of the program, to `dist/man/clusternode.1`:
 * `deno task man`. Read it with `man -l dist/man/clusternode.1`.
 *
 * @module
 */
import type { MemberStatus } from "../lib/core/members/member.ts";
import { softwareVersion } from "../lib/version.ts";
import {
  commandsSection,
  environmentSection,
  examplesSection,
  exitStatusSection,
  filesSection,
  optionsSection,
} from "./man/sections.ts";
import { capital } from "./reference/markdown.ts";
import { bold, entry, escaped, folded, italic, paragraph, prose, section } from "./man/roff.ts";

/**
 * The whole page, which is the same for the same commit.
 *
 * @param date the day that stands below it, as `2026-03-01`
 */
export function manPage(date: string = dateOfSource()): string {
  return [
    '.\\" Made from the tables of the program; deno task man writes it.',
    `.TH CLUSTERNODE 1 ${date} "clusternode ${escaped(softwareVersion)}" "User Commands"`,
    // Names of options stay whole, blanks are not stretched, and a full stop has one behind it.
    ".nh\n.ad l\n.ss 12 0",
    section("NAME", escaped("clusternode") + " \\- " + prose("know which processes are alive")),
    synopsis(),
    description(),
    commandsSection(),
    optionsSection(),
    environmentSection(),
    filesSection(),
    exitStatusSection(),
    examplesSection(),
    seeAlso(),
    "",
  ].join("\n");
}

function synopsis(): string {
  const [options, command] = [italic("options"), italic("command")];
  const lines = [
    `[${bold("start")}] [${options}] [${italic("address")} ...] [${bold("--")} ${command} ` +
    `[${italic("argument")} ...]]`,
    `${command} [${italic("argument")} ...] [${options}]`,
    `${bold("help")} [${command} | ${bold("options")} | ${bold("exit-codes")}]`,
  ];
  return section(
    "SYNOPSIS",
    lines.map((line) => folded(`${bold("clusternode")} ${line}`)).join("\n.br\n"),
  );
}

function description(): string {
  return section(
    "DESCRIPTION",
    prose(
      "Processes that run `clusternode` on a few machines find each other over a registry that " +
        "they share (a folder, PostgreSQL, Redis, etcd or a bucket), prove to each other that " +
        "they hold the same cookie, and watch each other's pulse over encrypted TCP. Each of them " +
        "writes down, every second, who is there. There is no server to run beside them.",
    ),
    paragraph(
      "A node is run by `start`, which is the command where none is given. With a command behind " +
        "`--` it carries a service, whose state all members know. All other commands ask a node " +
        "that runs, which they find by the registry, and so they take the same `--registry`, " +
        "`--cluster` and cookie. Results go to standard output, everything else to standard error.",
    ),
    paragraph("What a node sees in another is its status:"),
    ...Object.entries(statuses).map(([status, meaning]) =>
      entry(bold(status), prose(`${capital(meaning)}.`))
    ),
  );
}

/** What is said of a member, in the words of `members` and of the log. */
const statuses: Readonly<Record<MemberStatus, string>> = {
  alive: "it answers pings, and has proven that it holds the cookie",
  suspect: "an observer cannot reach it; it may still refute that",
  unreachable: "it answers nobody, while its heartbeat in the registry moves",
  down: "it answers nobody, and its heartbeat does not move",
  unproven: "only its row in the registry speaks of it; it has not answered yet",
  "wrong-cookie": "it answers and holds another cookie",
  "wrong-cluster": "another cluster answers at its address",
};

function seeAlso(): string {
  const pages = [["journalctl", 1], ["systemctl", 1], ["systemd.service", 5]] as const;
  const last = pages.length - 1;
  return section(
    "SEE ALSO",
    ...pages.map(([name, part], index) =>
      `.BR ${escaped(name)} (${part})${index < last ? "," : ""}`
    ),
    paragraph(
      "`clusternode help` and `clusternode help` `command` show the same in short; " +
        "`clusternode completions` prints completions for bash, zsh and fish; " +
        "`clusternode doctor` checks what can be wrong around a node.",
    ),
  );
}

/** The day, as `2026-03-01`, of a moment in seconds since 1970. */
export function dayOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10);
}

/** The day of `SOURCE_DATE_EPOCH`, or of the last commit. */
function dateOfSource(): string {
  const seconds = Deno.env.get("SOURCE_DATE_EPOCH");
  if (seconds !== undefined) return dayOf(Number(seconds));
  const cwd = new URL("..", import.meta.url).pathname;
  const git = new Deno.Command("git", { args: ["log", "-1", "--format=%cs"], cwd }).outputSync();
  if (!git.success) throw new Error(`git log failed: ${new TextDecoder().decode(git.stderr)}`);
  return new TextDecoder().decode(git.stdout).trim();
}

if (import.meta.main) {
  const folder = new URL("../dist/man/", import.meta.url);
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(new URL("clusternode.1", folder), manPage());
}
