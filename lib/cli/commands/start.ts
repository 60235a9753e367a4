/**
 * `clusternode start`: runs one node until it is told to end.
 *
 * @module
 */
import { formatAddress, isUnspecified } from "../../core/base/address.ts";
import { errorText } from "../../core/base/error_text.ts";
import { aborted } from "../../abort.ts";
import { systemClock } from "../../clock.ts";
import type { MemberService } from "../../core/members/service.ts";
import type { Call } from "../parse/call.ts";
import type { StopReason } from "../../core/input.ts";
import { NameTakenError, RegistryError } from "../../core/base/errors.ts";
import type { Log } from "../../log/log.ts";
import type { Barrier } from "../../barrier.ts";
import type { TurnListener } from "../../node/turns.ts";
import { Libc } from "../../service/libc.ts";
import { SharedOutput } from "../../service/shared_output.ts";
import { withoutSecrets } from "../../registry/url.ts";
import { openNodeBarrier, openNodeLog, startNode } from "../../start.ts";
import { exitCode, exitCodeOf } from "../exit_codes.ts";
import { HealthResponder } from "./health.ts";
import { onHangup } from "../terminal/hangup.ts";
import { interruptExitCode, untilInterrupted } from "../terminal/interrupt.ts";
import type { Interruption } from "../terminal/interrupt.ts";
import { leaveWhenInputEnds, parentWords } from "../parent_watch.ts";
import { CarriedService } from "../service/carried_service.ts";
import { isMainProcess, SystemdUnit } from "../service/systemd.ts";
import { takeUncaught } from "../terminal/uncaught.ts";
import type { CliContext } from "../context.ts";

/** How long the end waits for the log to be written, in milliseconds. */
const flushTimeoutMs = 1000;

const cookieAdvice = "make one with clusternode keygen";

/** Runs a node; resolves with the exit code once it has left. */
export async function start(world: CliContext, call: Call<"start">): Promise<number> {
  const color = world.stdoutIsTerminal && !world.environment["NO_COLOR"];
  const stdout = new SharedOutput(Deno.stdout, systemClock);
  const stderr = new SharedOutput(Deno.stderr, systemClock);
  const isShared = call.carried.length > 0;
  const console = isShared ? stdout.lines : "stdout";
  const errors = isShared ? stderr.lines : Deno.stderr;
  const journalStream = world.environment["JOURNAL_STREAM"];
  const consoleFormat = parentWords(world.environment)?.readsLog === true ? "json" : undefined;
  const log = openNodeLog(call.options, {
    consoleFormat,
    ...{ console, errors, color, journalStream },
  });
  // A file that reaches the limit of its size is full then, as on a full disk, and ends no process.
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGXFSZ", () => {});
  const barrier = openNodeBarrier(log);
  using _uncaught = takeUncaught(barrier);
  try {
    if (world.stdoutIsTerminal && isBare(call)) log.info(bareNote(call));
    return await run({ world, call, stdout, stderr, log, barrier });
  } catch (error) {
    const code = exitCodeOf(error) ?? exitCode.failed;
    log.error(errorText(error), { event: "start-failed" });
    return code;
  } finally {
    await log.close(flushTimeoutMs);
  }
}

/** True if the name of the program was typed and no more, maybe only to see what it does. */
function isBare({ given, options, carried }: Call<"start">): boolean {
  return [...Object.keys(given), ...options.addresses, ...carried].length === 0;
}

/** What is about to happen to somebody who has asked for nothing. */
function bareNote({ options: { cluster, registries, listen } }: Call<"start">): string {
  const where = isUnspecified(listen.host) ? "all addresses" : formatAddress(listen);
  return `No option is given: starting a node of the cluster "${cluster}" in ` +
    `${registries.map(withoutSecrets).join(", ")} that listens on ${where}; ` +
    "clusternode --help shows what else there is";
}

/** What a node runs with. */
interface Surroundings {
  readonly world: CliContext;
  readonly call: Call<"start">;
  readonly stdout: SharedOutput;
  readonly stderr: SharedOutput;
  readonly log: Log;
  readonly barrier: Barrier;
}

async function run(surroundings: Surroundings): Promise<number> {
  const { world, call, log, barrier } = surroundings;
  const { options } = call;
  const parent = parentWords(world.environment);
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
  using parentWatch = leaveWhenInputEnds(parent);
  const interruption = aborted(interrupted.signal);
  const wanted = Promise.race([interruption, parentWatch.ended]);
  const watchdog = watchdogOf(systemd);
  const carried = { service: service?.beginning, watchdog, instance: parent?.instance };
  const starting = startNode({ ...options, ...carried, log, barrier, cookieAdvice });
  const node = await Promise.race([starting, wanted]);
  if (node === undefined) {
    // Nothing is registered yet; what may still open ends with the process.
    starting.then((late) => late[Symbol.asyncDispose](), () => {});
    return endOf(interrupted, interrupted.exitCode, world);
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
  const otherwise = code === undefined ? "its parent process has ended" : "its service has ended";
  await node.leave(interrupted.reason ?? otherwise);
  await node[Symbol.asyncDispose]();
  await responder[Symbol.asyncDispose]();
  if (node.failure !== undefined) throw node.failure;
  const ended = typeof reason === "object" ? codeOf(reason) : code ?? interrupted.exitCode;
  return endOf(interrupted, ended, world);
}

/** The exit code, which for systemd is 0 if all that has come is the signal that ends a unit. */
function endOf({ signal, exitCode: own }: Interruption, code: number, world: CliContext): number {
  const isAsAsked = signal.aborted && code === own;
  return isAsAsked && isMainProcess(world.environment, Deno.pid) ? exitCode.fine : code;
}

function serviceOf(
  { world, call, stdout, stderr, log }: Surroundings,
  libc: () => Libc | string,
  systemd: SystemdUnit | undefined,
): CarriedService | undefined {
  const [program, ...args] = call.carried;
  const onState = (service: MemberService): void => systemd?.service(service);
  return program === undefined ? undefined : new CarriedService([program, ...args], call.options, {
    ...{ world, stdout, stderr, log, libc, onState },
  });
}

function watchdogOf(systemd: SystemdUnit | undefined): TurnListener | undefined {
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
