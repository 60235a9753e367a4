/**
 * Ties a node to the process that started it: when that one dies, even by SIGKILL, the node's
 * standard input ends, and the node leaves. Used by `clusternode local`, whose nodes would otherwise
 * outlive it.
 *
 * @module
 */

/** Set to `1` by `local` for the nodes that it starts. */
export const parentWatchVariable = "CLUSTERNODE_PARENT_WATCH";

/** The watch of a parent process. */
export interface ParentWatch extends Disposable {
  /** Resolves when standard input ends; never if nobody asked for it. */
  readonly ended: Promise<undefined>;
}

/** Watches standard input if the environment asks for it. */
export function leaveWhenInputEnds(
  environment: Readonly<Record<string, string | undefined>>,
): ParentWatch {
  if (environment[parentWatchVariable] !== "1") {
    return { ended: new Promise(() => {}), [Symbol.dispose]() {} };
  }
  const reader = Deno.stdin.readable.getReader();
  const ended = (async (): Promise<undefined> => {
    while (!(await reader.read()).done);
  })();
  return {
    ended: ended.catch(() => undefined),
    [Symbol.dispose]() {
      reader.cancel().catch(() => {});
    },
  };
}
