/**
 * `clusternode start`: runs one node until it is told to end.
 *
 * @module
 */
import { errorText } from "../../core/base/error_text.ts";
import { aborted } from "../../abort.ts";
import type { NodeOptions } from "../../options/options.ts";
import type { Call } from "../parse/call.ts";
import type { StopReason } from "../../core/input.ts";
import { NameTakenError, RegistryError } from "../../core/base/errors.ts";
import type { Log } from "../../log/log.ts";
import type { Barrier } from "../../barrier.ts";
import { openNodeBarrier, openNodeLog, startNode } from "../../start.ts";
import { exitCode, exitCodeOf } from "../exit_codes.ts";
import { HealthResponder } from "./health.ts";
import { onHangup } from "../terminal/hangup.ts";
import { untilInterrupted } from "../terminal/interrupt.ts";
import { leaveWhenInputEnds } from "../parent_watch.ts";
import { takeUncaught } from "../terminal/uncaught.ts";
import type { CliContext } from "../context.ts";

/** How long the end waits for the log to be written, in milliseconds. */
const flushTimeoutMs = 1000;

const cookieAdvice = "make one with clusternode keygen";

/** Runs a node; resolves with the exit code once it has left. */
export async function start(
  world: CliContext,
  { options }: Call<"start">,
): Promise<number> {
  const color = world.stdoutIsTerminal && !world.environment["NO_COLOR"];
  const log = openNodeLog(options, { console: "stdout", color });
  const barrier = openNodeBarrier(log);
  using _uncaught = takeUncaught(barrier);
  try {
    return await run(world, options, log, barrier);
  } catch (error) {
    const code = exitCodeOf(error) ?? exitCode.failed;
    log.error(errorText(error), { event: "failed" });
    return code;
  } finally {
    await log.close(flushTimeoutMs);
  }
}

async function run(
  world: CliContext,
  options: NodeOptions,
  log: Log,
  barrier: Barrier,
): Promise<number> {
  using interrupted = untilInterrupted();
  using _hangup = onHangup({
    terminalGone: () => interrupted.hangUp(),
    reopenLog: () => log.reopen(),
  });
  using parentWatch = leaveWhenInputEnds(world.environment);
  const interruption = aborted(interrupted.signal);
  const wanted = Promise.race([interruption, parentWatch.ended]);
  const starting = startNode({ ...options, log, barrier, cookieAdvice });
  const node = await Promise.race([starting, wanted]);
  if (node === undefined) {
    // Nothing is registered yet; what may still open ends with the process.
    starting.then((late) => late[Symbol.asyncDispose](), () => {});
    return interrupted.exitCode;
  }
  node.joined.catch(() => {});
  const responder = new HealthResponder(world, options, node);
  const reason = await Promise.race([node.ended, wanted]);
  await node[Symbol.asyncDispose]();
  await responder[Symbol.asyncDispose]();
  if (node.failure !== undefined) throw node.failure;
  return reason === undefined ? interrupted.exitCode : codeOf(reason);
}

function codeOf(reason: StopReason): number {
  switch (reason.kind) {
    case "left":
      return exitCode.fine;
    case "name-taken":
      throw new NameTakenError(`${reason.message}. Give one of them another --name`);
    case "registry-away":
      throw new RegistryError(reason.message);
    case "faulty":
      throw new Error(reason.message);
  }
}
