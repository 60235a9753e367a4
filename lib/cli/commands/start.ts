/**
 * `clusternode start`: runs one node until it is told to end.
 *
 * @module
 */
import { errorText } from "../../core/base/error_text.ts";
import { aborted } from "../../abort.ts";
import { systemClock } from "../../clock.ts";
import type { MemberService } from "../../core/members/service.ts";
import type { Call } from "../parse/call.ts";
import type { StopReason } from "../../core/input.ts";
import { NameTakenError, RegistryError } from "../../core/base/errors.ts";
import type { Log } from "../../log/log.ts";
import type { Barrier } from "../../barrier.ts";
import type { Watchdog } from "../../node/core_loop.ts";
import { Libc } from "../../service/libc.ts";
import { SharedOutput } from "../../service/shared_output.ts";
import { openNodeBarrier, openNodeLog, startNode } from "../../start.ts";
import { exitCode, exitCodeOf } from "../exit_codes.ts";
import { HealthResponder } from "./health.ts";
import { onHangup } from "../terminal/hangup.ts";
import { interruptExitCode, untilInterrupted } from "../terminal/interrupt.ts";
import { leaveWhenInputEnds } from "../parent_watch.ts";
import { CarriedService } from "../service/carried_service.ts";
import { SystemdUnit } from "../service/systemd.ts";
import { takeUncaught } from "../terminal/uncaught.ts";
import type { CliContext } from "../context.ts";

/** How long the end waits for the log to be written, in milliseconds. */
const flushTimeoutMs = 1000;

const cookieAdvice = "make one with clusternode keygen";

/** Runs a node; resolves with the exit code once it has left. */
export async function start(world: CliContext, call: Call<"start">): Promise<number> {
  const color = world.stdoutIsTerminal && !world.environment["NO_COLOR"];
  const stdout = new SharedOutput(Deno.stdout, systemClock);
  const shared = call.carried.length > 0 ? stdout : "stdout";
  const log = openNodeLog(call.options, { console: shared, color });
  const barrier = openNodeBarrier(log);
  using _uncaught = takeUncaught(barrier);
  try {
    return await run({ world, call, stdout, log, barrier });
  } catch (error) {
    const code = exitCodeOf(error) ?? exitCode.failed;
    log.error(errorText(error), { event: "failed" });
    return code;
  } finally {
    await log.close(flushTimeoutMs);
  }
}

/** What a node runs with. */
interface Surroundings {
  readonly world: CliContext;
  readonly call: Call<"start">;
  readonly stdout: SharedOutput;
  readonly log: Log;
  readonly barrier: Barrier;
}

async function run(surroundings: Surroundings): Promise<number> {
  const { world, call, log, barrier } = surroundings;
  const { options } = call;
  let opened: Libc | string | undefined;
  const libc = (): Libc | string => opened ??= Libc.open();
  using systemd = SystemdUnit.of(world.environment, libc, log);
  using service = serviceOf(surroundings, libc, systemd);
  using interrupted = untilInterrupted((code) =>
    service?.runs ? service.stop({}) : Deno.exit(code)
  );
  using _hangup = onHangup({
    terminalGone: () => interrupted.hangUp(),
    terminalStays: () => service === undefined ? log.reopen() : service.hangUp(),
  });
  using parentWatch = leaveWhenInputEnds(world.environment);
  const interruption = aborted(interrupted.signal);
  const wanted = Promise.race([interruption, parentWatch.ended]);
  const watchdog = watchdogOf(systemd);
  const carried = { service: service?.beginning, watchdog };
  const starting = startNode({ ...options, ...carried, log, barrier, cookieAdvice });
  const node = await Promise.race([starting, wanted]);
  if (node === undefined) {
    // Nothing is registered yet; what may still open ends with the process.
    starting.then((late) => late[Symbol.asyncDispose](), () => {});
    return interrupted.exitCode;
  }
  void systemd?.follow(node, systemClock);
  node.joined.then(() => service === undefined && systemd?.ready(), () => {});
  const responder = new HealthResponder(world, options, node);
  const serviceEnded = service?.carry(node);
  const ends = [node.ended, wanted, ...serviceEnded === undefined ? [] : [serviceEnded]];
  const reason = await Promise.race(ends);
  systemd?.stopping();
  const undrained = typeof reason === "object";
  service?.stop({ interrupted: interrupted.exitCode === interruptExitCode, undrained });
  const code = await serviceEnded;
  await node[Symbol.asyncDispose]();
  await responder[Symbol.asyncDispose]();
  if (node.failure !== undefined) throw node.failure;
  return typeof reason === "object" ? codeOf(reason) : code ?? interrupted.exitCode;
}

function serviceOf(
  { world, call, stdout, log }: Surroundings,
  libc: () => Libc | string,
  systemd: SystemdUnit | undefined,
): CarriedService | undefined {
  const [program, ...args] = call.carried;
  const onState = (service: MemberService): void => systemd?.service(service);
  return program === undefined
    ? undefined
    : new CarriedService([program, ...args], call.options, { world, stdout, log, libc, onState });
}

function watchdogOf(systemd: SystemdUnit | undefined): Watchdog | undefined {
  const everyMs = systemd?.turnEveryMs;
  return everyMs === undefined ? undefined : { everyMs, turned: () => systemd?.turned() };
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
