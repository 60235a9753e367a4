/** The scripts for completions, in the shells that they are for. */
import { deepEqual, equal } from "node:assert/strict";
import { commandEntries } from "../../lib/cli/parse/command_table.ts";
import { completionScript } from "../../lib/cli/completions/completions.ts";
import type { Shell } from "../../lib/cli/completions/completions.ts";
import { optionsOf } from "../../lib/options/option_table.ts";
import { needing, permitted } from "../permissions.ts";

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
  "members -o name") printf 'n1@10.0.0.2\\nn2@10.0.0.3\\n' ;;
  *) echo "clusternode: no node lives" >&2; exit 1 ;;
esac
`;

/** Bash takes words apart at the equals sign and at the @ before it asks. */
const bashCases: typeof cases = [
  [["--profile", "=", "w"], ["wan"]],
  [["--profile", "="], ["local", "lan", "wan"]],
  [["ping", "n2", "@"], ["10.0.0.3"]],
  [["ping", "n2", "@", "10"], ["10.0.0.3"]],
  [["explain", "--from", "=", "n1"], ["n1@10.0.0.2"]],
];

for (const shell of ["bash", "zsh", "fish"] as const) {
  const missing = permitted("run", "read") && !await isInstalled(shell);
  const named = needing(`completions work in ${shell}`, "run", "read", "write", "env");
  Deno.test({
    name: missing ? `${named.name} (needs ${shell} installed)` : named.name,
    ignore: named.ignore || missing,
    fn: async () => {
      const all = shell === "bash" ? [...cases, ...bashCases] : cases;
      const offers = await offersOf(shell, all.map(([line]) => line));
      for (const [index, [line, offered]] of all.entries()) {
        const text = `${shell}: clusternode ${line.join(" ")}`;
        deepEqual([...offers[index] ?? []].sort(), [...offered].sort(), text);
      }
    },
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

/** What the real shell offers for each line. */
async function offersOf(shell: Shell, lines: readonly (readonly string[])[]): Promise<string[][]> {
  const drivers = { bash: bashDriver, zsh: zshDriver, fish: fishDriver };
  const flags = { bash: ["--norc"], zsh: ["-f"], fish: ["--no-config"] };
  const folder = await Deno.makeTempDir({ prefix: "clusternode-completions-" });
  try {
    await Deno.writeTextFile(`${folder}/script`, drivers[shell](lines));
    await Deno.mkdir(`${folder}/bin`);
    await Deno.writeTextFile(`${folder}/bin/clusternode`, program, { mode: 0o755 });
    await Deno.writeTextFile(`${folder}/terminal`, zshTerminal(`${folder}/script`));
    const { stdout, stderr } = await new Deno.Command(shell, {
      args: [...flags[shell], `${folder}/${shell === "zsh" ? "terminal" : "script"}`],
      cwd: folder,
      env: {
        ...{ TERM: "dumb", HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
        PATH: `${folder}/bin:${Deno.env.get("PATH")}`,
      },
      signal: AbortSignal.timeout(60_000),
    }).output();
    equal(new TextDecoder().decode(stderr), "");
    return offersIn(new TextDecoder().decode(stdout), lines.length);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Reads lines such as `OFFER 3 --profile=`: an offer for the fourth line. */
function offersIn(text: string, count: number): string[][] {
  const offers: string[][] = Array.from({ length: count }, () => []);
  for (const row of text.split("\n")) {
    const match = /OFFER (\d+) (.*?)\s*$/.exec(row);
    const word = match?.[2]?.replace(/=$/, "");
    if (match && word) offers[Number(match[1])]?.push(word);
  }
  return offers.map((words) => [...new Set(words)]);
}

function bashDriver(lines: readonly (readonly string[])[]): string {
  const calls = lines.map((line, index) => `
COMP_WORDS=(clusternode ${line.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${line.length}
COMP_LINE='clusternode ${line.join(" ").replace(/ ([=@]) ?/, "$1")}'; COMP_POINT=\${#COMP_LINE}
_clusternode; for word in "\${COMPREPLY[@]}"; do printf 'OFFER ${index} %s\\n' "$word"; done`);
  return completionScript("bash") + calls.join("\n") + "\n";
}

function fishDriver(lines: readonly (readonly string[])[]): string {
  const calls = lines.map((line, index) =>
    `for word in (complete -C 'clusternode ${line.join(" ")}'); ` +
    `echo OFFER ${index} (string split \\t -- $word)[1]; end`
  );
  return completionScript("fish") + calls.join("\n") + "\n";
}

/**
 * Zsh completes only where somebody types, so this runs inside of a pseudo-terminal: a widget puts
 * each line into the editor, and a shadow of `compadd` prints what it is given.
 */
function zshDriver(lines: readonly (readonly string[])[]): string {
  const calls = lines.map((line, index) =>
    `  index=${index}; BUFFER='clusternode ${line.join(" ")}'; CURSOR=$#BUFFER; zle list-choices`
  );
  return `autoload -Uz compinit; compinit -u -D
${completionScript("zsh")}
compadd() {
  if (( \${@[(I)-[a-zA-Z]#[OAD]]} )); then builtin compadd "$@"; return; fi
  local -a found; local word
  builtin compadd -O found "$@"
  for word in $found; do print -r -- "OFFER $index $word"; done
  builtin compadd "$@"
}
offer() {
  local index
${calls.join("\n")}
  BUFFER=; print; print THE-END
}
zle -N offer
bindkey '^X' offer
print READY
`;
}

/** Opens the pseudo-terminal, runs the driver in it and presses the key of its widget. */
function zshTerminal(driver: string): string {
  return `zmodload zsh/zpty || exit 1
zpty shell zsh -f -i
zpty -w shell 'PROMPT=; source ${driver}'
zpty -r shell text '*READY'$'\\r'
zpty -n -w shell $'\\x18'
zpty -r shell text $'*THE-END\\r'
print -r -- $text
zpty -d shell
`;
}
