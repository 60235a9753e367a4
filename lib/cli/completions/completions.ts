/**
 * `clusternode completions`: scripts that complete commands, options and values in a shell.
 *
 * They are made from the tables and hold everything they need but the names of nodes: for those the
 * shell runs the program, with the registry that was typed, and offers nothing if that fails.
 *
 * @module
 */
import type { CliContext } from "../context.ts";
import { exitCode } from "../exit_codes.ts";
import type { Call } from "../parse/call.ts";
import { completionModel } from "./completion_model.ts";
import { bashScript } from "./completions_bash.ts";
import { fishScript } from "./completions_fish.ts";
import { zshScript } from "./completions_zsh.ts";

/** A shell that there is a script for. */
export type Shell = Call<"completions">["argument"];

/** Prints the script for a shell. */
export function completions(world: CliContext, { argument: shell }: Call<"completions">): number {
  world.writeStdout(completionScript(shell));
  return exitCode.fine;
}

/** The script that completes this program in `shell`. */
export function completionScript(shell: Shell): string {
  const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript };
  return scripts[shell](completionModel());
}
