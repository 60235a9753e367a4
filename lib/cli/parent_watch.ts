/**
 * Ties a node to the process that started it: when that one dies, even by SIGKILL, the node's
 * standard input ends, and the node leaves. Used by `clusternode local`, whose nodes would otherwise
 * outlive it.
 *
 * @module
 */

/** Set to `1` by `local` for the nodes that it starts. */
export const tetherVariable = "CLUSTERNODE_TETHERED";

/** The other end of the tether. */
export interface Tether extends Disposable {
  /** Resolves when standard input ends; never without a tether. */
  readonly ended: Promise<undefined>;
}

/** Watches standard input if the environment says that it is a tether. */
export function leaveWhenInputEnds(
  environment: Readonly<Record<string, string | undefined>>,
): Tether {
  if (environment[tetherVariable] !== "1") {
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
