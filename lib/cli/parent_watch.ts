/**
 * Ties a node to the process that started it: when that one dies, even by SIGKILL, the node's
 * standard input ends, and the node leaves. Used by `clusternode local`, whose nodes would otherwise
 * outlive it.
 *
 * @module
 */
import type { InstanceId } from "../core/members/row.ts";

/** Set by `local` for the nodes that it starts, to the text of {@linkcode ParentWords}. */
export const parentWatchVariable = "CLUSTERNODE_PARENT_WATCH";

/** What a process tells the node that it starts and watches. */
export interface ParentWords {
  /** The instance that the node is to be: its parent knows by it which row is that node's. */
  readonly instance: InstanceId;
  /** True if the parent reads the lines of the log: they are JSON then, whatever the file has. */
  readonly readsLog: boolean;
}

/** Behind the instance if the log is read. */
const readsLogWord = " log";

/** As the variable holds them. */
export function parentText({ instance, readsLog }: ParentWords): string {
  return `${instance}${readsLog ? readsLogWord : ""}`;
}

/** What the parent has told; `undefined` if none watches. */
export function parentWords(
  environment: Readonly<Record<string, string | undefined>>,
): ParentWords | undefined {
  const text = environment[parentWatchVariable] ?? "";
  const readsLog = text.endsWith(readsLogWord);
  const instance = readsLog ? text.slice(0, -readsLogWord.length) : text;
  return /^[0-9a-f]{32}$/.test(instance) ? { instance, readsLog } : undefined;
}

/** The watch of a parent process. */
export interface ParentWatch extends Disposable {
  /** Resolves when standard input ends; never if no parent watches. */
  readonly ended: Promise<undefined>;
}

/** Watches standard input if a parent has asked for it. */
export function leaveWhenInputEnds(words: ParentWords | undefined): ParentWatch {
  if (words === undefined) return { ended: new Promise(() => {}), [Symbol.dispose]() {} };
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
