/**
 * The commands as they run for real, each loaded when it is called.
 *
 * @module
 */
import { escapeControls } from "../core/base/escape.ts";
import type { Commands } from "./commands.ts";
import { exitCode } from "./exit_codes.ts";
import type { CliContext } from "./context.ts";

/** All commands of the program. */
export function realCommands(world: CliContext): Commands {
  return {
    start: async (options) => (await import("./commands/start.ts")).start(world, options),
    local: async (count, flags) => (await import("./commands/local.ts")).local(world, count, flags),
    members: (options, flags) =>
      told(
        world,
        async () => (await import("./commands/members.ts")).members(world, options, flags),
      ),
    ping: (name, options, flags) =>
      told(
        world,
        async () => (await import("./commands/ping.ts")).ping(world, name, options, flags),
      ),
    explain: (name, options, flags) =>
      told(
        world,
        async () => (await import("./commands/explain.ts")).explain(world, name, options, flags),
      ),
    matrix: (options, flags) =>
      told(world, async () => (await import("./commands/matrix.ts")).matrix(world, options, flags)),
    events: (options, flags) =>
      told(world, async () => (await import("./commands/events.ts")).events(world, options, flags)),
    leave: (options) =>
      told(world, async () => (await import("./commands/leave.ts")).leave(world, options)),
    forget: (name, options, flags) =>
      told(
        world,
        async () => (await import("./commands/leave.ts")).forget(world, name, options, flags),
      ),
    health: (options, given) =>
      told(world, async () => (await import("./commands/health.ts")).health(world, options, given)),
    simulate: (request) =>
      told(world, async () => (await import("./commands/simulate.ts")).simulate(world, request)),
    doctor: async (options, flags) =>
      (await import("./commands/doctor.ts")).doctor(world, options, flags),
  };
}

/** Runs a command; what it has to tell the user goes to standard error. */
async function told(world: CliContext, run: () => Promise<number>): Promise<number> {
  try {
    return await run();
  } catch (error) {
    const { CommandError } = await import("./client.ts");
    if (!(error instanceof CommandError)) throw error;
    world.writeStderr(`clusternode: ${escapeControls(error.message)}\n`);
    return exitCode.failed;
  }
}
