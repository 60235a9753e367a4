/**
 * The completion script for fish.
 *
 * @module
 */
import type { Flag } from "../parse/flags.ts";
import { helpTopics } from "../parse/help.ts";
import { clusterFlags } from "./completion_model.ts";
import type { CompletionModel } from "./completion_model.ts";

/** The script as text. */
export function fishScript(model: CompletionModel): string {
  const names = model.map(({ name }) => name).join(" ");
  const cases = model.map(({ name, words }) =>
    `      case ${words.join(" ")}
        set command ${name}`
  );
  const nodes = model.filter(({ takesNodes }) => takesNodes).map(({ name }) =>
    `complete -c clusternode -n '__clusternode_is ${name}' -a '(__clusternode_nodes)'`
  );
  const commands = model.map(({ name, summary }) =>
    `complete -c clusternode -n __clusternode_is_first -a ${name} -d ${quoted(summary)}`
  );
  const flags = model.flatMap(({ name, flags }) => flags.map((flag) => flagLine(name, flag)));
  const choices = model.filter(({ choices }) => choices.length > 0).map(({ name, choices }) =>
    `complete -c clusternode -n '__clusternode_is ${name}' -a ${quoted(choices.join(" "))}`
  );
  return `# Completion of clusternode for fish: clusternode completions fish | source
function __clusternode_is_first
  test (count (commandline -opc)) -eq 1
end
function __clusternode_is
  set -l words (commandline -opc)
  set -l command start
  if test (count $words) -gt 1
    switch $words[2]
${cases.join("\n")}
      case help
        set command help
    end
  end
  test $command = $argv[1]
end
function __clusternode_nodes
  set -l words (commandline -opc)
  set -l options
  for at in (seq 2 (count $words))
    switch $words[$at]
      case ${clusterFlags.join(" ")}
        set -a options $words[$at] $words[(math $at + 1)]
      case ${clusterFlags.map((flag) => `'${flag}=*'`).join(" ")}
        set -a options $words[$at]
    end
  end
  command $words[1] members -o name $options 2>/dev/null
end
complete -c clusternode -f
${commands.join("\n")}
complete -c clusternode -n __clusternode_is_first -a help -d 'show help'
complete -c clusternode -n '__clusternode_is help' -a ${quoted([names, ...helpTopics].join(" "))}
complete -c clusternode -n __clusternode_is_first -s V -l version -d 'print version'
${[...flags, ...choices, ...nodes].join("\n")}
`;
}

function flagLine(command: string, { flag, short, help, type }: Flag): string {
  const letter = short ? ` -s ${short.slice(1)}` : "";
  const words = type?.choices ? ` -x -a ${quoted(type.choices.join(" "))}` : " -x";
  const rest = type === undefined
    ? ""
    : type.completion === "file"
    ? " -r -F"
    : type.completion === "node"
    ? " -x -a '(__clusternode_nodes)'"
    : words;
  const name = `${letter} -l ${flag.slice(2)}${rest}`;
  return `complete -c clusternode -n '__clusternode_is ${command}'${name} -d ${quoted(help)}`;
}

function quoted(text: string): string {
  return `'${text.replace(/['\\]/g, "\\$&")}'`;
}
