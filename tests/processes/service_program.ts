/**
 * A node that carries a service, as a real process, alone in a registry of its own.
 *
 * @module
 */
import { Program, programCommand } from "../integration/process.ts";

/** Where their registries are: of all that a test file starts, as most of them end with a test. */
let registries: { readonly path: string; count: number } | undefined;

/** The options of a node that is alone: a name, and a registry of its own. */
export function aloneOptions(): string[] {
  registries ??= { path: Deno.makeTempDirSync({ prefix: "clusternode-test-" }), count: 0 };
  const registry = `${registries.path}/${++registries.count}`;
  return ["--name", "n1@127.0.0.1", "--registry", registry, "--log-file", "none"];
}

globalThis.addEventListener("unload", () => {
  if (registries !== undefined) Deno.removeSync(registries.path, { recursive: true });
});

/** Program and arguments of a node that carries what is put behind them. */
export function carrierCommand(...flags: string[]): { program: string; args: string[] } {
  const { command: program, args } = programCommand();
  return { program, args: [...args, "start", ...aloneOptions(), ...flags, "--"] };
}

/** Starts a node with a service. */
export function carry(
  flags: readonly string[],
  command: readonly string[],
  env: Record<string, string> = {},
): Program {
  const { program, args } = carrierCommand(...flags);
  return new Program(program, [...args, ...command], env);
}

/** Starts a node with a service in a shell. */
export function carryShell(
  flags: readonly string[],
  text: string,
  env: Record<string, string> = {},
): Program {
  return carry(flags, ["sh", "-c", text], env);
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
