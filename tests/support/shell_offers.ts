/**
 * What bash, zsh and fish offer for a typed line, as scripts that print it: lines such as
 * `OFFER 3 --profile=`, an offer for the fourth line.
 *
 * @module
 */

/**
 * Bash completes only where somebody types, so this runs inside of {@linkcode bashTerminal}: it
 * prints what the completion of the program offers, and at a key of its own what the line became.
 */
export const bashOffers = `
HISTFILE= index=0
call=$(complete -p clusternode | sed 's/.*-F \\([^ ]*\\).*/\\1/')
offer() {
  local word
  "$call" "$@" 2>&4
  for word in "\${COMPREPLY[@]}"; do printf 'OFFER %s %s\\n' "$index" "$word"; done
}
become() {
  printf 'LINE %s %s\\n' "$index" "$READLINE_LINE"
  READLINE_LINE="" READLINE_POINT=0 index=$((index + 1))
}
complete -F offer clusternode
bind -x '"\\C-xb": become'
`;

/**
 * Opens a bash for somebody who types, runs the script in that file in it, and types each line, and
 * the key that completes. Without a terminal of its own it would take that of the tests.
 *
 * @param lines the words behind the program's name
 */
export function bashTerminal(file: string, lines: readonly (readonly string[])[]): string {
  const keys = lines.map((line) => `clusternode ${line.join(" ")}\t\x18b`);
  return `exec 4>&2
INPUTRC=/dev/null $(command -v setsid) bash --noprofile --rcfile ${file} -i 2>/dev/null <<'KEYS'
${keys.join("\n")}
KEYS
`;
}

/** Asks fish. */
export function fishOffers(lines: readonly (readonly string[])[]): string {
  return lines.map((line, index) =>
    `for word in (complete -C 'clusternode ${line.join(" ")}'); ` +
    `echo OFFER ${index} (string split \\t -- $word)[1]; end\n`
  ).join("");
}

/**
 * Zsh completes only where somebody types, so this runs inside of {@linkcode zshTerminal}: a widget
 * puts each line into the editor, and a shadow of `compadd` prints what it is given.
 */
export function zshOffers(lines: readonly (readonly string[])[]): string {
  const calls = lines.map((line, index) =>
    `  index=${index}; BUFFER='clusternode ${line.join(" ")}'; CURSOR=$#BUFFER; zle list-choices`
  );
  return `compadd() {
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

/** Opens a pseudo-terminal, runs the script in that file in it, and presses the key of its widget. */
export function zshTerminal(file: string): string {
  return `zmodload zsh/zpty || exit 1
zpty shell zsh -f -i
zpty -w shell 'PROMPT=; source ${file}'
zpty -r shell text '*READY'$'\\r'
zpty -n -w shell $'\\x18'
zpty -r shell text $'*THE-END\\r'
print -r -- $text
zpty -d shell
`;
}

/** What each of `count` lines is after bash has completed it. */
export function linesIn(text: string, count: number): string[] {
  const lines = Array.from({ length: count }, () => "");
  for (const [, index, line = ""] of text.matchAll(/^LINE (\d+) clusternode (.*)$/gm)) {
    lines[Number(index)] = line;
  }
  return lines;
}

/** What is offered for each of `count` lines, each once, in the order of the alphabet. */
export function offersIn(text: string, count: number): string[][] {
  const offers = Array.from({ length: count }, () => new Set<string>());
  for (const row of text.split("\n")) {
    const match = /OFFER (\d+) (.*?)\s*$/.exec(row);
    const word = match?.[2]?.replace(/=$/, "");
    if (match && word) offers[Number(match[1])]?.add(word);
  }
  return offers.map((words) => [...words].sort());
}
