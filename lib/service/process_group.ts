/**
 * What is left of a process group, as `/proc` shows it.
 *
 * In a terminal a service is in the group of its node, and so is whatever else the terminal runs with
 * them: the script that has started the node, the reader of its output. There those are meant whose
 * environment has what the node has given to its service alone.
 *
 * @module
 */
import process from "node:process";

/** Some processes: those of a group, or of them those that were started with a variable. */
export interface Started {
  readonly group: number;
  /** `NAME=value`, as it stands in their environment. */
  readonly variable?: string | undefined;
}

/** True if there is such a group at all, if only of zombies. */
export function groupExists(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch (error) {
    // Another user's counts.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** The group of this process, or `undefined` without a `/proc` to look into. */
export async function ownGroup(): Promise<number | undefined> {
  const [, , group] = await statOf("self");
  return group === undefined ? undefined : Number(group);
}

/**
 * Those that are more than zombies, which their parent leaves there; `undefined` without a `/proc` to
 * look into. This process itself is never among them.
 */
export async function livingOf({ group, variable }: Started): Promise<number[] | undefined> {
  const living: number[] = [];
  try {
    for await (const { name } of Deno.readDir("/proc")) {
      if (!/^\d+$/.test(name) || Number(name) === Deno.pid) continue;
      const [state, _parent, pgrp] = await statOf(name);
      if (Number(pgrp) !== group || state === "Z" || state === "X") continue;
      if (variable === undefined || await hasVariable(name, variable)) living.push(Number(name));
    }
    return living;
  } catch {
    return undefined;
  }
}

/** State, parent and group of a process; nothing of one that has gone. */
async function statOf(pid: string): Promise<string[]> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`).catch(() => "");
  // Behind the name of the program, which may hold anything.
  return stat === "" ? [] : stat.slice(stat.lastIndexOf(")") + 2).split(" ");
}

/** True if a process was started with that variable; those of other users tell nothing of theirs. */
async function hasVariable(pid: string, variable: string): Promise<boolean> {
  const environment = await Deno.readTextFile(`/proc/${pid}/environ`).catch(() => "");
  return environment.split("\0").includes(variable);
}
