/**
 * What the commands do. The command line checks all that the user gave, and only then calls one of
 * these; each is loaded when it is called.
 *
 * @module
 */
import { UsageError } from "../core/base/errors.ts";
import { jsonText } from "../report/json_text.ts";
import { buildInfo, versionText } from "../version.ts";
import type { CliContext } from "./context.ts";
import type { CliCommand } from "./parse/command_table.ts";
import type { Call } from "./parse/call.ts";
import { exitCode } from "./exit_codes.ts";

/** The commands. Each resolves to the exit code of the process, or throws; see `exit_codes.ts`. */
export type Commands = {
  readonly [Name in CliCommand]: (context: CliContext, call: Call<Name>) => Promise<number>;
};

/** All commands of the program. */
export const programCommands: Commands = {
  start: async (...call) => (await import("./commands/start.ts")).start(...call),
  local: async (...call) => (await import("./commands/local.ts")).local(...call),
  members: async (...call) => (await import("./commands/members.ts")).members(...call),
  wait: async (...call) => (await import("./commands/wait.ts")).wait(...call),
  ping: async (...call) => (await import("./commands/ping.ts")).ping(...call),
  matrix: async (...call) => (await import("./commands/matrix.ts")).matrix(...call),
  explain: async (...call) => (await import("./commands/explain.ts")).explain(...call),
  events: async (...call) => (await import("./commands/events.ts")).events(...call),
  leave: async (...call) => (await import("./commands/leave.ts")).leave(...call),
  forget: async (...call) => (await import("./commands/forget.ts")).forget(...call),
  health: async (...call) => (await import("./commands/health.ts")).health(...call),
  open: async (...call) => (await import("./commands/open.ts")).open(...call),
  simulate: async (...call) => (await import("./commands/simulate.ts")).simulate(...call),
  doctor: async (...call) => (await import("./commands/doctor.ts")).doctor(...call),
  keygen: async (context) => (await import("./commands/keygen.ts")).keygen(context),
  completions: async (...call) =>
    (await import("./completions/completions.ts")).completions(...call),
  async version(context, { flags: { json, licenses } }) {
    if (json && licenses) throw new UsageError(["--licenses: there is no JSON of it"]);
    const text = json ? jsonText({ schema: "version.v1", ...buildInfo() }) : versionText();
    const more = licenses ? `\n${(await import("./licenses.ts")).licensesText()}` : "";
    context.writeStdout(`${text}\n${more}`);
    return exitCode.fine;
  },
};
