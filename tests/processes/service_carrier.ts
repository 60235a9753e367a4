/**
 * A program that carries a service and is no node: what `start` does with the modules of
 * `lib/service/`, without a cluster around it.
 *
 * `service_carrier.ts '{"restart": "always"}' command…` tells on standard error what becomes of it.
 *
 * @module
 */
import { systemClock } from "../../lib/clock.ts";
import { readyCheck, restartPolicy, signalRewrite } from "../../lib/options/option_service.ts";
import type { ValueType } from "../../lib/options/option_values.ts";
import { childEnvironment } from "../../lib/service/child_environment.ts";
import { Libc } from "../../lib/service/libc.ts";
import { notifyAddress, SystemdNotifier } from "../../lib/service/notify.ts";
import { OwnChildren } from "../../lib/service/own_children.ts";
import { onPassedSignals } from "../../lib/service/passed_signals.ts";
import { Reaper } from "../../lib/service/reaper.ts";
import { Service } from "../../lib/service/service.ts";
import { SharedOutput } from "../../lib/service/shared_output.ts";

/** What can be asked of the carrier. */
export interface CarrierOptions {
  readonly restart?: string;
  readonly ready?: string;
  readonly readyIntervalMs?: number;
  readonly readyTimeoutMs?: number;
  readonly rewriteSignal?: string;
  readonly successCodes?: readonly number[];
  readonly drainMs?: number;
  readonly stopTimeoutMs?: number;
  readonly subreaper?: boolean;
  readonly sharesTerminal?: boolean;
}

function read<T>(type: ValueType<T>, text: string): T {
  const reading = type.read(text, { registryUrlFault: () => undefined });
  if ("fault" in reading) throw new TypeError(`Cannot read "${text}": ${reading.fault}`);
  return reading.value;
}

async function carry(options: CarrierOptions, command: [string, ...string[]]): Promise<number> {
  const clock = systemClock;
  const children = new OwnChildren();
  const stdout = new SharedOutput(Deno.stdout, clock);
  const stderr = new SharedOutput(Deno.stderr, clock);
  const tell = (text: string): void =>
    void stderr.write(new TextEncoder().encode(`carrier: ${text}\n`)).catch(() => {});

  const libc = Libc.open();
  if (typeof libc === "string") tell(`no C library: ${libc}`);
  const isReaper = Deno.pid === 1 || options.subreaper === true;
  if (typeof libc !== "string" && options.subreaper) libc.becomeSubreaper();
  const isOwn = (pid: number): boolean => children.has(pid);
  const reaper = typeof libc === "string" || !isReaper
    ? undefined
    : new Reaper({ calls: libc, clock, isOwn });

  const ours = Deno.env.toObject();
  const systemd = notifyAddress(ours, Deno.pid);
  const notifier = systemd && typeof libc !== "string"
    ? new SystemdNotifier(systemd, (path, bytes) => libc.sendDatagram(path, bytes))
    : undefined;

  const facts = { self: "n1@h", instance: "ab", cluster: "default", address: "127.0.0.1:1" };
  const service = new Service({
    command,
    environment: childEnvironment(ours, ["CLUSTERNODE_COOKIE", "CLUSTERNODE_REGISTRY"], facts),
    sharesTerminal: options.sharesTerminal ?? false,
    stdin: options.sharesTerminal ? "inherit" : "null",
    stdout: (bytes) => stdout.write(bytes),
    stderr: (bytes) => stderr.write(bytes),
    restart: read(restartPolicy, options.restart ?? "no"),
    readiness: options.ready === undefined ? undefined : {
      check: read(readyCheck, options.ready),
      intervalMs: options.readyIntervalMs ?? 200,
      timeoutMs: options.readyTimeoutMs ?? 500,
    },
    rewrites: options.rewriteSignal ? [read(signalRewrite, options.rewriteSignal)] : [],
    successCodes: new Set(options.successCodes ?? []),
    drainMs: options.drainMs ?? 0,
    stopTimeoutMs: options.stopTimeoutMs ?? 8000,
  }, {
    clock,
    children,
    onState({ state, reason, restarts }) {
      tell(`${state} (${reason}), pid ${service.pid}, restarts ${restarts}`);
      if (state === "ready") notifier?.ready();
      if (state === "draining") notifier?.stopping();
      notifier?.status(`${state}: ${reason}`);
    },
  });
  Deno.addSignalListener("SIGTERM", () => service.stop());
  Deno.addSignalListener("SIGINT", () => service.stop({ interrupted: true }));
  using _passed = onPassedSignals(
    options.sharesTerminal ?? false,
    (signal) => service.signal(signal),
  );
  const beat = setInterval(() => notifier?.watchdog(), systemd?.watchdogMs ?? 1 << 30);
  service.admit();
  const exitCode = await service.ended;
  clearInterval(beat);
  if (reaper) tell(`reaped ${reaper.reaped}`);
  await stderr.write(new Uint8Array(0));
  return exitCode ?? 0;
}

if (import.meta.main) {
  const [options = "{}", program = "true", ...args] = Deno.args;
  Deno.exit(await carry(JSON.parse(options), [program, ...args]));
}
