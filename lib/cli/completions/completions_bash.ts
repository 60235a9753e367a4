/**
 * The completion script for bash; needs nothing but bash itself, 3.2 or newer.
 *
 * @module
 */
import type { CompletionModel } from "./completion_model.ts";

/** The script as text. */
export function bashScript(model: CompletionModel): string {
  const names = model.map(({ name }) => name);
  const flags = new Map(
    model.flatMap((command) => command.flags.map((flag) => [flag.flag, flag] as const)),
  );
  const values = [...flags.values()].flatMap(({ flag, short, type }) => {
    if (!type) return [];
    const pattern = short ? `${flag}|${short}` : flag;
    const words = `words="${type.choices?.join(" ") ?? ""}"`;
    return [`    ${pattern}) ${type.completion === "file" ? "files=yes" : words}; value=yes ;;`];
  });
  const flagLines = model.map(({ name, flags }) =>
    `      ${name}) words="${flags.map(({ flag }) => flag).join(" ")}" ;;`
  );
  const choiceLines = model.filter(({ choices }) => choices.length > 0).map(({ name, choices }) =>
    `      ${name}) words="${choices.join(" ")}" ;;`
  );
  return `# Completion of clusternode for bash: source <(clusternode completions bash)
_clusternode() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="" command=start words="" files="" value=""
  if [ "$COMP_CWORD" -gt 0 ]; then previous="\${COMP_WORDS[COMP_CWORD-1]}"; fi
  # Bash takes --flag=value apart at the equals sign.
  if [ "$current" = "=" ]; then
    current=""
  elif [ "$previous" = "=" ] && [ "$COMP_CWORD" -gt 1 ]; then
    previous="\${COMP_WORDS[COMP_CWORD-2]}"
  fi
  if [ "$COMP_CWORD" -gt 1 ]; then
    case "\${COMP_WORDS[1]}" in
      ${names.join("|")}) command="\${COMP_WORDS[1]}" ;;
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
    if [ "$COMP_CWORD" -eq 2 ]; then words="${names.join(" ")}"; fi
  else
    case "$command" in
${choiceLines.join("\n")}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F _clusternode clusternode
`;
}
