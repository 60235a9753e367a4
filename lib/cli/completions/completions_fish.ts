/**
 * The completion script for fish.
 *
 * @module
 */
import type { Flag } from "../parse/flags.ts";
import type { CompletionModel } from "./completion_model.ts";

/** The script as text. */
export function fishScript(model: CompletionModel): string {
  const names = model.map(({ name }) => name).join(" ");
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
  if test (count $words) -gt 1; and contains -- $words[2] ${names} help
    set command $words[2]
  end
  test $command = $argv[1]
end
complete -c clusternode -f
${commands.join("\n")}
complete -c clusternode -n __clusternode_is_first -a help -d 'show help'
complete -c clusternode -n '__clusternode_is help' -a ${quoted(names)}
complete -c clusternode -n __clusternode_is_first -s V -l version -d 'print version'
${[...flags, ...choices].join("\n")}
`;
}

function flagLine(command: string, { flag, short, help, type }: Flag): string {
  const letter = short ? ` -s ${short.slice(1)}` : "";
  const words = type?.choices ? ` -x -a ${quoted(type.choices.join(" "))}` : " -x";
  const rest = type === undefined ? "" : type.completion === "file" ? " -r -F" : words;
  const name = `${letter} -l ${flag.slice(2)}${rest}`;
  return `complete -c clusternode -n '__clusternode_is ${command}'${name} -d ${quoted(help)}`;
}

function quoted(text: string): string {
  return `'${text.replace(/['\\]/g, "\\$&")}'`;
}
