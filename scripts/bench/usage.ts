/**
 * What Linux tells about a process: processor time, wake-ups, memory, connections, system calls.
 *
 * @module
 */

/** Memory of a process, in megabytes. */
export interface Memory {
  /** In RAM, the pages of the program file included; those are shared between processes. */
  readonly rss: number;
  /** In RAM, each shared page divided by the number of processes that share it. */
  readonly pss: number;
  /** In RAM and its own. */
  readonly anonymous: number;
}

/** The memory of `pid` now. */
export async function memoryOf(pid: number): Promise<Memory> {
  const rollup = await Deno.readTextFile(`/proc/${pid}/smaps_rollup`);
  const status = await Deno.readTextFile(`/proc/${pid}/status`);
  return {
    rss: field(status, "VmRSS") / 1024,
    pss: field(rollup, "Pss") / 1024,
    anonymous: field(status, "RssAnon") / 1024,
  };
}

/** Ticks of `/proc/PID/stat` per second; the same on every Linux that Deno runs on. */
const ticksPerSecond = 100;

/** Processor time that `pid` has used in user and kernel mode, in seconds; in steps of 10 ms. */
export async function processorSecondsOf(pid: number): Promise<number> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  // The second field is the program's name, which may hold blanks.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** How often the threads of `pid` have given up the processor to wait for something. */
export async function wakeUpsOf(pid: number): Promise<number> {
  let sum = 0;
  for await (const { name } of Deno.readDir(`/proc/${pid}/task`)) {
    const status = await Deno.readTextFile(`/proc/${pid}/task/${name}/status`).catch(() => "");
    if (status !== "") sum += field(status, "voluntary_ctxt_switches");
  }
  return sum;
}

/** How many established TCP connections over IPv4 `pid` has. */
export async function connectionsOf(pid: number): Promise<number> {
  const table = (await Deno.readTextFile(`/proc/${pid}/net/tcp`)).split("\n");
  // Columns: number, local address, remote address, state (01 is established), …, inode.
  const rows = table.map((line) => line.trim().split(/\s+/));
  const established = new Set(rows.filter((row) => row[3] === "01").map((row) => row[9]));
  let count = 0;
  for await (const { name } of Deno.readDir(`/proc/${pid}/fd`)) {
    const target = await Deno.readLink(`/proc/${pid}/fd/${name}`).catch(() => "");
    if (established.has(/^socket:\[(\d+)\]$/.exec(target)?.[1])) count++;
  }
  return count;
}

/**
 * System calls of all threads of `pid` per second, counted by `strace` for `seconds`.
 *
 * @throws {Error} with the reason, where they cannot be counted
 */
export async function systemCallsOf(pid: number, seconds: number): Promise<number> {
  const args = ["-c", "-f", "-p", `${pid}`];
  const options = { args, stdin: "null", stdout: "null", stderr: "piped" } as const;
  let strace: Deno.ChildProcess;
  try {
    strace = new Deno.Command("strace", options).spawn();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new Error("strace is not installed");
    throw error;
  }
  const begun = performance.now();
  const timer = setTimeout(() => strace.kill("SIGINT"), seconds * 1000);
  const text = new TextDecoder().decode((await strace.output()).stderr);
  clearTimeout(timer);
  const passed = (performance.now() - begun) / 1000;
  const calls = /^\s*100\.00\s+\S+\s+\d+\s+(\d+).*\btotal$/m.exec(text)?.[1];
  if (calls === undefined) throw new Error(`strace says: ${text.trim()}`);
  return Number(calls) / passed;
}

function field(text: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(text)?.[1]);
}
