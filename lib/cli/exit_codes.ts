/**
 * How a run ended, for scripts.
 *
 * @module
 */
import { NameTakenError, RegistryError, UsageError } from "../core/base/errors.ts";
import { OutputError } from "./terminal/output.ts";

/** The exit codes of the program. */
export const exitCode = {
  fine: 0,
  failed: 1,
  usage: 2,
  nameTaken: 3,
  registryAway: 4,
  /** 128 and the number of SIGPIPE, as shells count it. */
  outputClosed: 141,
} as const;

/** What each exit code means, for the help text. */
export const exitCodeTexts: readonly (readonly [string, string])[] = [
  [
    "0",
    "success (ping: answered; wait: reached; health: healthy; doctor: no fault, whatever it warns of)",
  ],
  [
    "1",
    "failed while running; of ping: pang; of wait: not reached in time; of health: not healthy; of " +
    "doctor: a fault",
  ],
  ["2", "wrong usage"],
  ["3", "the name is held by a live node"],
  [
    "4",
    "the registry could not be reached (start: within --start-timeout; doctor: now), or other users " +
    "can change it",
  ],
  [
    "129, 130, 143",
    "ended by a closed terminal, SIGINT, SIGTERM after a clean leave (0 under systemd)",
  ],
  ["126, 127", "the command behind -- is not executable, is not found"],
  ["any", "of a command behind --; 128 and the number of the signal that ended it"],
  ["141", "ended as the reader of standard output went away"],
];

/** Something that the user has to be told; the command ends with {@linkcode exitCode.failed}. */
export class CommandError extends Error {
  override name = "CommandError";
}

/** The exit code that an error stands for, or `undefined` if it is not one that users can cause. */
export function exitCodeOf(error: unknown): number | undefined {
  if (error instanceof UsageError) return exitCode.usage;
  if (error instanceof CommandError) return exitCode.failed;
  if (error instanceof OutputError) return error.isClosed ? exitCode.outputClosed : exitCode.failed;
  if (error instanceof NameTakenError) return exitCode.nameTaken;
  return error instanceof RegistryError ? exitCode.registryAway : undefined;
}
