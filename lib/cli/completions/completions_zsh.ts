/**
 * The completion script for zsh: to be sourced after `compinit`, or put into a folder of `fpath`
 * under the name `_clusternode`.
 *
 * @module
 */
import type { Flag } from "../parse/flags.ts";
import { helpTopics } from "../parse/help.ts";
import { clusterFlags } from "./completion_model.ts";
import type { CompletionModel } from "./completion_model.ts";

/** The script as text. */
export function zshScript(model: CompletionModel): string {
  const commands = model.map(({ name, summary }) => `    ${quoted(`${name}:${summary}`)}`);
  const cases = model.map(({ name, words, flags, choices, takesNodes }) => {
    const specs = flags.flatMap(flagSpecs);
    const last = name === "start"
      ? quoted("*:address: ")
      : takesNodes
      ? quoted("*:node:_clusternode_nodes")
      : quoted(choices.length > 0 ? `1:argument:(${choices.join(" ")})` : "1:argument: ");
    const lines = [...specs, last].map((spec) => `        ${spec}`).join(" \\\n");
    return `    ${words.join("|")})\n      _arguments \\\n${lines} ;;`;
  });
  return `#compdef clusternode
# Completion of clusternode for zsh: source <(clusternode completions zsh), after compinit
_clusternode_nodes() {
  local -a options nodes
  local at
  for (( at = 2; at <= $#typed; at++ )); do
    case $typed[at] in
      ${clusterFlags.join("|")}) options+=($typed[at] $typed[at+1]) ;;
      ${clusterFlags.map((flag) => `${flag}=*`).join("|")}) options+=($typed[at]) ;;
    esac
  done
  nodes=(\${(f)"$($typed[1] members -o name $options 2>/dev/null)"})
  compadd -a nodes
}
_clusternode() {
  local -a commands typed
  typed=($words)
  commands=(
${commands.join("\n")}
    'help:show help'
  )
  if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then
    _describe -t commands command commands
    return
  fi
  if [[ $words[2] == help ]]; then
    if (( CURRENT == 3 )); then
      commands+=(${helpTopics.join(" ")})
      _describe -t commands command commands
    fi
    return
  fi
  local command=start
  if (( CURRENT > 2 && \${commands[(I)$words[2]:*]} )) || [[ $words[2] == (${
    model.flatMap(({ words }) => words.slice(1)).join("|")
  }) ]]; then
    command=$words[2]
    shift words
    (( CURRENT-- ))
  fi
  case $command in
${cases.join("\n")}
  esac
}
if [[ $funcstack[1] == _clusternode ]]; then
  _clusternode "$@"
else
  compdef _clusternode clusternode
fi
`;
}

/** A flag as `_arguments` wants it described; each may be repeated. */
function flagSpecs({ flag, short, help, type }: Flag): string[] {
  const text = help.replace(/[[\]\\]/g, "\\$&");
  const kind = type?.completion === "file"
    ? "_files"
    : type?.completion === "node"
    ? "_clusternode_nodes"
    : type?.choices
    ? `(${type.choices.join(" ")})`
    : " ";
  const rest = type ? `:${type.placeholder.replaceAll(":", "\\:")}:${kind}` : "";
  const names = [`${flag}${type ? "=" : ""}`, ...short ? [short] : []];
  return names.map((name) => quoted(`*${name}[${text}]${rest}`));
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
