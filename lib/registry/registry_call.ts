/**
 * How a registry is called, seen from outside: what was asked, how long it took, whether it failed.
 *
 * @module
 */
import type { Clock } from "../clock.ts";
import type { Registry } from "./registry.ts";

/** What a registry is asked to do. */
export type RegistryOperation = "list" | "read" | "write" | "remove" | "cookie";

/** A call that has ended. */
export interface RegistryCall {
  readonly operation: RegistryOperation;
  /** How long it took, in microseconds. */
  readonly tookUs: number;
  /** A conflict is an answer and no failure. */
  readonly failed: boolean;
}

/** `registry`, of whose calls `onCall` hears; not of those that were given up by who had called. */
export function observed(
  registry: Registry,
  clock: Pick<Clock, "nowUs">,
  onCall: (call: RegistryCall) => void,
): Registry {
  const { url, stalenessMs, paceMs } = registry;
  const call = async <T>(
    operation: RegistryOperation,
    signal: AbortSignal,
    work: () => Promise<T>,
  ): Promise<T> => {
    const begun = clock.nowUs();
    const end = (failed: boolean): void => {
      if (!signal.aborted) onCall({ operation, tookUs: clock.nowUs() - begun, failed });
    };
    try {
      const answer = await work();
      end(false);
      return answer;
    } catch (error) {
      end(true);
      throw error;
    }
  };
  return {
    ...{ url, stalenessMs, paceMs },
    list: (signal) => call("list", signal, () => registry.list(signal)),
    read: (name, signal) => call("read", signal, () => registry.read(name, signal)),
    write: (row, expectedVersion, signal) =>
      call("write", signal, () => registry.write(row, expectedVersion, signal)),
    remove: (name, expectedVersion, signal) =>
      call("remove", signal, () => registry.remove(name, expectedVersion, signal)),
    cookie: (signal) => call("cookie", signal, () => registry.cookie(signal)),
    getOrCreateCookie: (minted, signal) =>
      call("cookie", signal, () => registry.getOrCreateCookie(minted, signal)),
    watch: (onChange, signal) => registry.watch(onChange, signal),
    [Symbol.asyncDispose]: () => registry[Symbol.asyncDispose](),
  };
}
