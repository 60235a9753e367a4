/**
 * `clusternode completions`: scripts that complete commands, options and values in a shell.
 *
 * They are made from the tables and hold everything they need, so that a shell never has to run the
 * program to complete a word.
 *
 * @module
 */
import { optionEntries } from "../../options/option_table.ts";
import type { ValueType } from "../../options/option_values.ts";
import { commandEntries } from "../parse/command_table.ts";
import type { CompletionModel, CompletionValue } from "./completion_model.ts";
import { bashScript } from "./completions_bash.ts";
import { fishScript } from "./completions_fish.ts";
import { zshScript } from "./completions_zsh.ts";
import { exitCode } from "../exit_codes.ts";
import { flagsOf } from "../parse/program.ts";
import type { CliContext } from "../context.ts";

/** A shell that there is a script for. */
export type Shell = "bash" | "zsh" | "fish";

/** Prints the script for `shell`. */
export function completions(shell: Shell, world: Pick<CliContext, "writeStdout">): number {
  world.writeStdout(completionScript(shell));
  return exitCode.fine;
}

/** The script that completes this program in `shell`. */
export function completionScript(shell: Shell): string {
  const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript };
  return scripts[shell](completionModel());
}

/** What can be typed. */
export function completionModel(): CompletionModel {
  return commandEntries.map(([name, entry]) => {
    const types = new Map<string, ValueType<unknown>>(
      optionEntries.map(([, { flag, type }]) => [flag, type]),
    );
    for (const { flag, type } of Object.values(entry.flags)) if (type) types.set(flag, type);
    const flags = flagsOf(name).map(({ flag, short, help, placeholder }) => ({
      flag,
      short,
      help: help.replace(/ \(.*$/, ""),
      value: placeholder === undefined ? undefined : valueOf(types.get(flag), placeholder),
    }));
    const help = { flag: "--help", short: "-h", help: "show help", value: undefined };
    return {
      name,
      summary: entry.summary,
      flags: [...flags, help],
      choices: entry.argument?.type.choices ?? [],
    };
  });
}

function valueOf(type: ValueType<unknown> | undefined, placeholder: string): CompletionValue {
  return { placeholder, choices: type?.choices ?? [], isFile: type?.completion === "file" };
}
