/**
 * The completion script for bash; needs nothing but bash itself, 3.2 or newer.
 *
 * @module
 */
import type { Flag } from "../parse/flags.ts";
import { helpTopics } from "../parse/help.ts";
import { clusterFlags } from "./completion_model.ts";
import type { CompletionModel } from "./completion_model.ts";

/** Offers the names of nodes. */
const nodesOffer = `  if [ -n "$nodes" ]; then
    # Bash takes names apart at the @ as well, and only what is behind it is replaced.
    whole="\${COMP_LINE:0:COMP_POINT}"
    whole="\${whole##*[ =]}"
    COMPREPLY=($(compgen -W "$(_clusternode_nodes)" -- "$whole"))
    if [ "$whole" != "\${whole#*@}" ]; then COMPREPLY=("\${COMPREPLY[@]#*@}"); fi
    return
  fi
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
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="" command=start words="" files="" value=""
  local nodes="" whole
  if [ "$COMP_CWORD" -gt 0 ]; then previous="\${COMP_WORDS[COMP_CWORD-1]}"; fi
  # Bash takes --flag=value apart at the equals sign.
  if [ "$current" = "=" ]; then
    current=""
  elif [ "$previous" = "=" ] && [ "$COMP_CWORD" -gt 1 ]; then
    previous="\${COMP_WORDS[COMP_CWORD-2]}"
  fi
  if [ "$COMP_CWORD" -gt 1 ]; then
    case "\${COMP_WORDS[1]}" in
${commandLines.join("\n")}
    esac
  fi
  COMPREPLY=()
  case "$previous" in
${values.join("\n")}
  esac
  local IFS=$'\\n'
  if [ -n "$files" ]; then
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -f -- "$current"))
    return
  fi
  IFS=$' \\t\\n'
  if [ -n "$value" ]; then
    :
  elif [ "\${current#-}" != "$current" ]; then
    case "$command" in
${flagLines.join("\n")}
    esac
    if [ "$COMP_CWORD" -eq 1 ]; then words="$words --version"; fi
  elif [ "$COMP_CWORD" -eq 1 ]; then
    words="${names.join(" ")} help"
  elif [ "\${COMP_WORDS[1]}" = help ]; then
    if [ "$COMP_CWORD" -eq 2 ]; then words="${[...names, ...helpTopics].join(" ")}"; fi
  else
    case "$command" in
${[...choiceLines, ...nodeLines].join("\n")}
    esac
  fi
${nodesOffer}  COMPREPLY=($(compgen -W "$words" -- "$current"))
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
