/**
 * What a cluster is made of: nodes of this program, or agents of Serf. The third is in `floor.ts`.
 *
 * @module
 */
import { Child, type Command, nodeArguments } from "./process.ts";

/** Something that starts as many processes. */
export interface Contestant {
  /** "Serf", for example. */
  readonly name: string;
  /**
   * Starts `count` processes at once, with everything that they write in `folder`.
   *
   * @returns them, and for each what resolves when it sees all
   */
  start(count: number, folder: string): Promise<Runner[]>;
}

/** A process, and when it sees all. */
export interface Runner {
  readonly child: Child;
  readonly seesAll: Promise<unknown>;
}

/** Nodes that `command` runs; with `recordsFirst` the first writes its inputs to `folder/recording`. */
export function nodesOf(name: string, command: Command, recordsFirst = false): Contestant {
  return {
    name,
    start: (count, folder) =>
      Promise.resolve(Array.from({ length: count }, (_, index) => {
        const more = recordsFirst && index === 0 ? ["--record", `${folder}/recording`] : [];
        const args = [...nodeArguments(folder, `n${index + 1}`), ...more];
        const child = new Child(command, args);
        // Names, or where they are many only numbers.
        const isComplete = (line: string): boolean =>
          line.split(": true").length - 1 === count || line.includes(`[${count} of ${count} true]`);
        return { child, seesAll: child.line(isComplete, `sees all ${count}`) };
      })),
  };
}

/** Why Serf is skipped, where it is not installed. */
export const serfMissing = "serf is not installed (apt-get install serf)";

/** Agents of Serf, as they are by default on one network; `undefined` where it is not installed. */
export async function serf(): Promise<Contestant | undefined> {
  try {
    await new Deno.Command("serf", { args: ["version"], stdout: "null" }).output();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
  return { name: "Serf", start: startSerf };
}

async function startSerf(count: number): Promise<Runner[]> {
  const ports = freePorts(2 * count);
  const start = (index: number): Child =>
    new Child(["serf", "agent", "-profile=lan", `-node=s${index + 1}`], [
      `-bind=127.0.0.1:${ports[2 * index]}`,
      `-rpc-addr=127.0.0.1:${ports[2 * index + 1]}`,
      ...(index === 0 ? [] : [`-join=127.0.0.1:${ports[0]}`]),
    ]);
  const first = start(0);
  // The others need one that answers.
  await first.line("Serf agent running");
  const others = Array.from({ length: count - 1 }, (_, index) => start(index + 1));
  return [first, ...others].map((child) => {
    const joined = new Set<string>();
    const isComplete = (line: string): boolean => {
      const name = /EventMemberJoin: (\S+)/.exec(line)?.[1];
      if (name !== undefined) joined.add(name);
      return joined.size === count;
    };
    return { child, seesAll: child.line(isComplete, `sees all ${count}`) };
  });
}

/** Ports that were free a moment ago. */
function freePorts(count: number): number[] {
  const listeners = Array.from(
    { length: count },
    () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
  );
  const ports = listeners.map(({ addr }) => addr.port);
  for (const listener of listeners) listener.close();
  return ports;
}
