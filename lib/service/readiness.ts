/**
 * Finds out again and again whether a service is ready: a port, an HTTP answer, or a command.
 *
 * Each check ends within its timeout, and leaves nothing behind: connections are closed, the body of
 * an answer is not read, a command is killed with all that it has started.
 *
 * @module
 */
import { encodeUtf8 } from "../core/base/text.ts";
import { errorText } from "../core/base/error_text.ts";
import { type Clock, sleep } from "../clock.ts";
import { formatAddress } from "../core/base/address.ts";
import type { ReadyCheck } from "../options/option_service.ts";
import { commandError } from "./child_process.ts";
import type { OwnChildren } from "./own_children.ts";

/** What to check, and how often. */
export interface ReadinessOptions {
  readonly check: ReadyCheck;
  /** From the beginning of one check to the beginning of the next. */
  readonly intervalMs: number;
  /** Longest time of one check. */
  readonly timeoutMs: number;
  /** The environment of a command. */
  readonly environment: Readonly<Record<string, string>>;
}

/** What a check needs of the process that it runs in. */
export interface ReadinessContext {
  readonly clock: Clock;
  readonly children: OwnChildren;
}

/** How a check ended: why the service is not ready, or `undefined` if it is. */
export type ReadyFault = string | undefined;

/** Longest status line of an HTTP answer, in bytes. */
const statusLineMaxBytes = 1024;

/** Before a service is ready for the first time, it is checked this often, in milliseconds. */
const firstIntervalMs = 200;

/**
 * Checks until `signal` is aborted, one check at a time; yields how each ended. Until the first
 * success it checks faster: a service is to be known within a second of its start.
 */
export async function* readiness(
  options: ReadinessOptions,
  context: ReadinessContext,
  signal: AbortSignal,
): AsyncGenerator<ReadyFault, void> {
  const { clock } = context;
  let hasBeenReady = false;
  while (!signal.aborted) {
    const begun = clock.now();
    const fault = await checkOnce(options, context, signal);
    if (signal.aborted) return;
    hasBeenReady ||= fault === undefined;
    yield fault;
    const { intervalMs } = options;
    const pauseMs = hasBeenReady ? intervalMs : Math.min(intervalMs, firstIntervalMs);
    await sleep(clock, begun + pauseMs - clock.now(), signal).catch(() => {});
  }
}

/** Checks once; never rejects. */
export async function checkOnce(
  options: ReadinessOptions,
  { clock, children }: ReadinessContext,
  signal: AbortSignal,
): Promise<ReadyFault> {
  const { check, timeoutMs, environment } = options;
  // Not AbortSignal.any(): a long life has many checks, and all of them would hang on one signal.
  const over = new AbortController();
  const giveUp = (): void => over.abort();
  let isLate = false;
  const cancel = clock.after(timeoutMs, () => {
    isLate = true;
    giveUp();
  });
  signal.addEventListener("abort", giveUp, { once: true });
  if (signal.aborted) giveUp();
  try {
    return check.kind === "exec"
      ? await runCommand(check.command, environment, children, over.signal)
      : await connect(check, over.signal);
  } catch (error) {
    return isLate ? `no answer within ${timeoutMs} ms` : faultOf(error);
  } finally {
    cancel();
    signal.removeEventListener("abort", giveUp);
  }
}

function faultOf(error: unknown): string {
  if (error instanceof Deno.errors.ConnectionRefused) return "connection refused";
  const text = errorText(error);
  return text.replace(/ \(os error \d+\)/g, "");
}

async function connect(
  check: Exclude<ReadyCheck, { kind: "exec" }>,
  signal: AbortSignal,
): Promise<ReadyFault> {
  const { host, port } = check.address;
  const connection = await Deno.connect({ hostname: host, port, signal });
  let isOpen = true;
  const close = (): void => {
    if (isOpen) connection.close();
    isOpen = false;
  };
  signal.addEventListener("abort", close, { once: true });
  try {
    signal.throwIfAborted();
    return check.kind === "http" ? await askHttp(connection, check.host, check.path) : undefined;
  } finally {
    signal.removeEventListener("abort", close);
    close();
  }
}

/** A GET, of whose answer only the first line is read: no proxy, no redirection, no body. */
async function askHttp(connection: Deno.Conn, host: string, path: string): Promise<ReadyFault> {
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: ${host}`,
    "User-Agent: clusternode",
    "Accept: */*",
    "Connection: close",
  ];
  const request = encodeUtf8(lines.map((line) => `${line}\r\n`).join("") + "\r\n");
  for (let written = 0; written < request.length;) {
    written += await connection.write(request.subarray(written));
  }
  const answer = new Uint8Array(statusLineMaxBytes);
  let length = 0;
  while (length < answer.length && !answer.subarray(0, length).includes(0x0a)) {
    const count = await connection.read(answer.subarray(length));
    if (count === null) break;
    length += count;
  }
  const text = new TextDecoder().decode(answer.subarray(0, length));
  const status = /^HTTP\/1\.[01] (\d{3})[ \r\n]/.exec(text)?.[1];
  if (status === undefined) return length === 0 ? "no answer" : "the answer is not HTTP/1.1";
  return /^[23]/.test(status) ? undefined : `HTTP status ${status}`;
}

async function runCommand(
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
  children: OwnChildren,
  signal: AbortSignal,
): Promise<ReadyFault> {
  const [program = "", ...args] = command;
  const io = { stdin: "null", stdout: "null", stderr: "null" } as const;
  const env = { ...environment };
  let child: Deno.ChildProcess;
  try {
    child = children.spawn(program, { args, clearEnv: true, env, detached: true, ...io });
  } catch (error) {
    return commandError(program, error).message;
  }
  const kill = (): void => {
    try {
      // With all that it has started: the group is its own.
      Deno.kill(-child.pid, "SIGKILL");
    } catch {
      // It has just ended.
    }
  };
  signal.addEventListener("abort", kill, { once: true });
  try {
    const { code, signal: by } = await child.status;
    signal.throwIfAborted();
    return code === 0 ? undefined : by === null ? `exit code ${code}` : `ended by ${by}`;
  } finally {
    signal.removeEventListener("abort", kill);
    kill();
  }
}

/** What is checked, for a message: `tcp:127.0.0.1:8080`. */
export function describeCheck(check: ReadyCheck): string {
  switch (check.kind) {
    case "tcp":
      return `tcp:${formatAddress(check.address)}`;
    case "http":
      return `http://${check.host}${check.path}`;
    case "exec":
      return `exec:${check.command.join(" ")}`;
    default:
      return check satisfies never;
  }
}
