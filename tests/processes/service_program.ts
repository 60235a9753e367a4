/**
 * The program that carries a service, as a real process; beside it tini, which does the same with
 * less.
 *
 * It runs from source, or, with `CLUSTERNODE_CARRIER=path`, as a binary made of
 * `service_carrier.ts`.
 *
 * @module
 */
import { Program } from "../integration/process.ts";
import type { CarrierOptions } from "./service_carrier.ts";

const script = new URL("service_carrier.ts", import.meta.url).pathname;

/** What stands in front of the command. */
export function carrierCommand(options: CarrierOptions): { program: string; args: string[] } {
  const binary = Deno.env.get("CLUSTERNODE_CARRIER");
  const json = JSON.stringify(options);
  return binary
    ? { program: binary, args: [json] }
    : { program: Deno.execPath(), args: ["run", "-A", "--no-prompt", "--no-check", script, json] };
}

/** Starts a service. */
export function carry(
  options: CarrierOptions,
  command: readonly string[],
  env: Record<string, string> = {},
): Program {
  const { program, args } = carrierCommand(options);
  return new Program(program, [...args, ...command], env);
}

/** Starts a service in a shell. */
export function carryShell(
  options: CarrierOptions,
  text: string,
  env: Record<string, string> = {},
): Program {
  return carry(options, ["sh", "-c", text], env);
}

/** State and parent of each process, as `/proc` shows them. */
export async function childrenOf(parent: number): Promise<{ pid: number; state: string }[]> {
  const children: { pid: number; state: string }[] = [];
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await Deno.readTextFile(`/proc/${name}/stat`).catch(() => "");
    const [state = "", ppid] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (Number(ppid) === parent) children.push({ pid: Number(name), state });
  }
  return children;
}

/** True if that process is there, and no zombie. */
export async function lives(pid: number): Promise<boolean> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`).catch(() => ") X");
  return !/[ZX]/.test(stat.slice(stat.lastIndexOf(")") + 2, stat.lastIndexOf(")") + 3));
}
