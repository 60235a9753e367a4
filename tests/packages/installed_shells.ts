/**
 * Shells that look for completions as they do on a machine with the package, whose files lie in a
 * folder in the place of `/`.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Shell } from "../../lib/cli/completions/completions.ts";
import { ended } from "./packages.ts";

/** Loaded on demand by bash-completion, which looks below `XDG_DATA_DIRS`. */
function bashScript(lines: readonly string[]): string {
  const calls = lines.map((line, index) => {
    const words = `clusternode ${line}`.split(" ");
    return `COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}); COMP_CWORD=${
      words.length - 1
    }
COMP_LINE='clusternode ${line}'; COMP_POINT=\${#COMP_LINE}; COMPREPLY=()
"$call"; for word in "\${COMPREPLY[@]}"; do echo "OFFER ${index} $word"; done`;
  });
  return `. /usr/share/bash-completion/bash_completion
_completion_loader clusternode
call=$(complete -p clusternode | sed 's/.*-F \\([^ ]*\\).*/\\1/')
${calls.join("\n")}
`;
}

/** Found by fish below `XDG_DATA_DIRS`, at the first completion of the program. */
function fishScript(lines: readonly string[]): string {
  return lines.map((line, index) =>
    `for word in (complete -C 'clusternode ${line}'); ` +
    `echo OFFER ${index} (string split \\t -- $word)[1]; end\n`
  ).join("");
}

/**
 * Found by `compinit` in `fpath`. Zsh completes only where somebody types: a widget, in a
 * pseudo-terminal, puts in each line, and a shadow of `compadd` prints what it is given.
 */
function zshScript(root: string, lines: readonly string[]): string {
  const calls = lines.map((line, index) =>
    `  index=${index}; BUFFER='clusternode ${line}'; CURSOR=$#BUFFER; zle list-choices`
  );
  return `fpath=(${root}/usr/share/zsh/vendor-completions $fpath)
autoload -Uz compinit; compinit -u -D
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

function zshTerminal(script: string): string {
  return `zmodload zsh/zpty || exit 1
zpty shell zsh -f -i
zpty -w shell 'PROMPT=; source ${script}'
zpty -r shell text '*READY'$'\\r'
zpty -n -w shell $'\\x18'
zpty -r shell text $'*THE-END\\r'
print -r -- $text
zpty -d shell
`;
}

/** What the shell offers for each line, in the order of the alphabet. */
export async function offers(
  shell: Shell,
  root: string,
  home: string,
  lines: readonly string[],
): Promise<string[][]> {
  const scripts = { bash: bashScript, fish: fishScript, zsh: zshScript.bind(undefined, root) };
  const flags = { bash: ["--norc"], zsh: ["-f"], fish: [] };
  await Deno.writeTextFile(`${home}/script`, scripts[shell](lines));
  await Deno.writeTextFile(`${home}/terminal`, zshTerminal(`${home}/script`));
  const script = `${home}/${shell === "zsh" ? "terminal" : "script"}`;
  const { stdout, stderr } = await ended(shell, [...flags[shell], script], {
    cwd: home,
    env: {
      ...{ TERM: "dumb", HOME: home, XDG_CONFIG_HOME: home, XDG_DATA_HOME: home },
      XDG_DATA_DIRS: `${root}/usr/share:/usr/share`,
      PATH: `${root}/usr/bin:${Deno.env.get("PATH")}`,
    },
    signal: AbortSignal.timeout(60_000),
  });
  assert.equal(stderr, "");
  return lines.map((_, index) => {
    const words = stdout.split("\n").flatMap((row) => {
      const match = /OFFER (\d+) (.*?)=?\s*$/.exec(row);
      return Number(match?.[1]) === index && match?.[2] ? [match[2]] : [];
    });
    return [...new Set(words)].sort();
  });
}
