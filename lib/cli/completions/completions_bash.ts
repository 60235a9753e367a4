/**
 * The completion script for bash; needs nothing but bash itself, 3.2 or newer.
 *
 * @module
 */
import type { Flag } from "../parse/flags.ts";
import { helpTopics } from "../parse/help.ts";
import { clusterFlags } from "./completion_model.ts";
import type { CompletionModel } from "./completion_model.ts";

/**
 * Puts what was typed up to the cursor together again. Bash takes words apart at `=`, `@` and `:`
 * as well, or at what else `COMP_WORDBREAKS` holds; 3.2 does not.
 */
const together = `  for ((at = 0; at <= COMP_CWORD; at++)); do
    if [ "$at" -eq 0 ] || [ "\${line#[[:space:]]}" != "$line" ]; then typed+=(""); fi
    line="\${line#"\${line%%[![:space:]]*}"}"
    word="\${COMP_WORDS[at]}"
    if [ "$at" -eq "$COMP_CWORD" ]; then word="$line"; fi
    line="\${line#"$word"}"
    last=$((\${#typed[@]} - 1))
    typed[last]="\${typed[last]}$word"
  done
`;

/** The script as text. */
export function bashScript(model: CompletionModel): string {
  const names = model.map(({ name }) => name);
  const flags = new Map(
    model.flatMap((command) => command.flags.map((flag) => [flag.flag, flag] as const)),
  );
  const values = [...flags.values()].flatMap(valueLine);
  const flagLines = model.map(({ name, flags }) =>
    `      ${name}) words="${flags.map(({ flag }) => flag).join(" ")}" ;;`
  );
  const choiceLines = model.filter(({ choices }) => choices.length > 0).map(({ name, choices }) =>
    `      ${name}) words="${choices.join(" ")}" ;;`
  );
  const nodeLines = model.filter(({ takesNodes }) => takesNodes).map(({ name }) =>
    `      ${name}) nodes=yes ;;`
  );
  const commandLines = model.map(({ name, words }) =>
    `      ${words.join("|")}) command=${name} ;;`
  );
  return `# Completion of clusternode for bash: source <(clusternode completions bash)
${nodesFunction()}_clusternode() {
  local current previous="" command=start words="" files="" value="" nodes="" flag="" kept
  local typed=() line="\${COMP_LINE:0:COMP_POINT}" word at last
${together}  current="\${typed[last]}"
  # Bash replaces only what it hands over as the second argument.
  kept="\${current%"$2"}"
  if [ "$last" -gt 0 ]; then previous="\${typed[last-1]}"; fi
  case "$current" in
    -*=*) previous="\${current%%=*}"; flag="$previous="; current="\${current#*=}" ;;
  esac
  if [ "$last" -gt 1 ]; then
    case "\${typed[1]}" in
${commandLines.join("\n")}
    esac
  fi
  case "$previous" in
${values.join("\n")}
  esac
  if [ -n "$value" ]; then
    :
  elif [ "\${current#-}" != "$current" ]; then
    case "$command" in
${flagLines.join("\n")}
    esac
    if [ "$last" -eq 1 ]; then words="$words --version"; fi
  elif [ "$last" -eq 1 ]; then
    words="${names.join(" ")} help"
  elif [ "\${typed[1]}" = help ]; then
    if [ "$last" -eq 2 ]; then words="${[...names, ...helpTopics].join(" ")}"; fi
  else
    case "$command" in
${[...choiceLines, ...nodeLines].join("\n")}
    esac
  fi
  local IFS=$' \\t\\n'
  if [ -n "$nodes" ]; then words="$(_clusternode_nodes)"; fi
  if [ -n "$files" ]; then
    compopt -o filenames 2>/dev/null
    IFS=$'\\n'
    COMPREPLY=($(compgen -f -- "$current"))
  else
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  fi
  COMPREPLY=("\${COMPREPLY[@]/#/$flag}")
  COMPREPLY=("\${COMPREPLY[@]#"$kept"}")
}
complete -F _clusternode clusternode
`;
}

/** The function that asks the program for the names of nodes, in the cluster that was typed. */
function nodesFunction(): string {
  return `_clusternode_nodes() {
  local typed=() options=() at
  read -ra typed <<< "\${COMP_LINE:-}"
  for ((at = 1; at < \${#typed[@]}; at++)); do
    case "\${typed[at]}" in
      ${clusterFlags.join("|")}) options+=("\${typed[at]}" "\${typed[at+1]}") ;;
      ${clusterFlags.map((flag) => `${flag}=*`).join("|")}) options+=("\${typed[at]}") ;;
    esac
  done
  "\${COMP_WORDS[0]}" members -o name "\${options[@]}" 2>/dev/null
}
`;
}

/** The line for the values of a flag; none for a switch. */
function valueLine({ flag, short, type }: Flag): string[] {
  if (!type) return [];
  const pattern = short ? `${flag}|${short}` : flag;
  const offered = type.completion === "file"
    ? "files=yes"
    : type.completion === "node"
    ? "nodes=yes"
    : `words="${type.choices?.join(" ") ?? ""}"`;
  return [`    ${pattern}) ${offered}; value=yes ;;`];
}
