/** The scripts for completions, in the shells that they are for. */
import { deepEqual, equal } from "node:assert/strict";
import { commandEntries } from "../../lib/cli/parse/command_table.ts";
import { completionScript } from "../../lib/cli/completions/completions.ts";
import type { Shell } from "../../lib/cli/completions/completions.ts";
import { optionsOf } from "../../lib/options/option_table.ts";
import { needing, permitted } from "../permissions.ts";
import {
  bashOffers,
  bashTerminal,
  fishOffers,
  linesIn,
  offersIn,
  zshOffers,
  zshTerminal,
} from "../support/shell_offers.ts";

const commands = commandEntries.map(([name]) => name);
const startFlags = optionsOf("start").map(([, { flag }]) => flag);

/** A typed line, its last word to be completed, and what the shell must offer. */
const cases: readonly (readonly [line: readonly string[], offered: readonly string[]])[] = [
  [[""], [...commands, "help"]],
  [["comp"], ["completions"]],
  [["--prof"], ["--profile"]],
  [["--profile", ""], ["local", "lan", "wan"]],
  [["--profile", "l"], ["local", "lan"]],
  [["--interval", "1s", "--log-"], startFlags.filter((flag) => flag.startsWith("--log-"))],
  [["members", "--j"], ["--json"]],
  [["members", "--log-level", "d"], ["debug"]],
  [["ping", "n2", "--cou"], ["--count"]],
  [["completions", ""], ["bash", "zsh", "fish"]],
  [["help", "mem"], ["members"]],
  [["help", "opt"], ["options"]],
  [["ls", "--j"], ["--json"]],
  [["ping", ""], ["n1@10.0.0.2", "n2@10.0.0.3"]],
  [["forget", "n1", "n2"], ["n2@10.0.0.3"]],
  [["explain", "--from", "n1"], ["n1@10.0.0.2"]],
  [["ping", "--registry", "/other", ""], ["m1@10.0.0.4"]],
  [["ping", "--registry=/other", "m"], ["m1@10.0.0.4"]],
  [["ping", "--registry", "/away", ""], []],
  [["members", "--registry", "scri"], ["script"]],
  [["members", "--listen"], []],
  [["--config", "scri"], ["script"]],
];

/** What stands for the program: its members are others in another registry. */
const program = `#!/bin/sh
case "$*" in
  "members -o name --registry=/other" | "members -o name --registry /other") echo m1@10.0.0.4 ;;
  "members -o name --registry=/six") echo n6@fe80::6 ;;
  "members -o name") printf 'n1@10.0.0.2\\nn2@10.0.0.3\\n' ;;
  *) echo "clusternode: no node lives" >&2; exit 1 ;;
esac
`;

/** A line with words that bash takes apart, and what it must be once bash has completed it. */
const bashLines: readonly (readonly [typed: string, completed: string])[] = [
  ["--profile=w", "--profile=wan "],
  ["--profile=", "--profile="],
  ["--config=scri", "--config=script "],
  ["--listen 10.0.0.2:1 --prof", "--listen 10.0.0.2:1 --profile "],
  ["explain n2@1", "explain n2@10.0.0.3 "],
  ["explain n2@", "explain n2@10.0.0.3 "],
  ["explain n2@10.0.0.3 n1@1", "explain n2@10.0.0.3 n1@10.0.0.2 "],
  ["explain n2", "explain n2@10.0.0.3 "],
  ["explain n3@", "explain n3@"],
  ["ping --registry=/six n6@fe80:", "ping --registry=/six n6@fe80::6 "],
  ["ping --registry=/six n6@fe80::", "ping --registry=/six n6@fe80::6 "],
  ["explain --from=n1", "explain --from=n1@10.0.0.2 "],
  ["explain --from=n1@", "explain --from=n1@10.0.0.2 "],
  ["members --from n2@", "members --from n2@10.0.0.3 "],
  ["members --from n2@1", "members --from n2@10.0.0.3 "],
  ["ping --registry=/other m1@", "ping --registry=/other m1@10.0.0.4 "],
  ["ping --registry redis://h:1/0 n2@", "ping --registry redis://h:1/0 n2@"],
];

for (const shell of ["bash", "zsh", "fish"] as const) {
  await shellTest(`completions work in ${shell}`, shell, async () => {
    const shown = await shownBy(shell, cases.map(([line]) => line));
    const offers = offersIn(shown, cases.length);
    for (const [index, [line, offered]] of cases.entries()) {
      const text = `${shell}: clusternode ${line.join(" ")}`;
      deepEqual(offers[index], [...offered].sort(), text);
    }
  });
}

await shellTest("bash replaces no more of a line than it must", "bash", async () => {
  const shown = await shownBy("bash", bashLines.map(([typed]) => [typed]));
  deepEqual(linesIn(shown, bashLines.length), bashLines.map(([, completed]) => completed));
});

async function shellTest(name: string, shell: Shell, fn: () => Promise<void>): Promise<void> {
  const missing = permitted("run", "read") && !await isInstalled(shell);
  const named = needing(name, "run", "read", "write", "env");
  Deno.test({
    name: missing ? `${named.name} (needs ${shell} installed)` : named.name,
    ignore: named.ignore || missing,
    fn,
  });
}

async function isInstalled(shell: Shell): Promise<boolean> {
  try {
    const { success } = await new Deno.Command(shell, { args: ["-c", "true"] }).output();
    return success;
  } catch {
    return false;
  }
}

/** What the real shell shows for each line. */
async function shownBy(shell: Shell, lines: readonly (readonly string[])[]): Promise<string> {
  const own = completionScript(shell);
  const script = {
    bash: () => own + bashOffers,
    zsh: () => `autoload -Uz compinit; compinit -u -D\n${own}${zshOffers(lines)}`,
    fish: () => own + fishOffers(lines),
  }[shell]();
  const flags = { bash: ["--norc"], zsh: ["-f"], fish: ["--no-config"] };
  const folder = await Deno.makeTempDir({ prefix: "clusternode-completions-" });
  try {
    await Deno.writeTextFile(`${folder}/script`, script);
    await Deno.mkdir(`${folder}/bin`);
    await Deno.writeTextFile(`${folder}/bin/clusternode`, program, { mode: 0o755 });
    const terminal = {
      bash: () => bashTerminal(`${folder}/script`, lines),
      zsh: () => zshTerminal(`${folder}/script`),
      fish: () => script,
    }[shell]();
    await Deno.writeTextFile(`${folder}/terminal`, terminal);
    const { stdout, stderr } = await new Deno.Command(shell, {
      args: [...flags[shell], `${folder}/terminal`],
      cwd: folder,
      env: {
        ...{ TERM: "dumb", HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
        PATH: `${folder}/bin:${Deno.env.get("PATH")}`,
      },
      signal: AbortSignal.timeout(60_000),
    }).output();
    equal(new TextDecoder().decode(stderr), "");
    return new TextDecoder().decode(stdout);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
