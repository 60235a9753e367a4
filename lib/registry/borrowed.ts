/**
 * A registry that an embedding program has made and keeps.
 *
 * It is used and not closed, as others may use it, too. And it is not relied on to fail the way ours
 * do: an abort ends each call, and whatever it throws is a fault of the registry, none of a node.
 *
 * @module
 */
import { errorText } from "../core/base/error_text.ts";
import { orAborted } from "../abort.ts";
import { RegistryError } from "../core/base/errors.ts";
import type { Registry } from "./registry.ts";

/** `registry` for a node that does not own it. */
export function borrowed(registry: Registry): Registry {
  const { url, stalenessMs, paceMs } = registry;
  const call = <T>(what: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> =>
    ended(work, `Cannot ${what} ${url}`, signal);
  return {
    ...{ url, stalenessMs, paceMs },
    list: (signal) => call("list the rows of", signal, () => registry.list(signal)),
    read: (name, signal) => call(`read ${name} from`, signal, () => registry.read(name, signal)),
    write: (row, expectedVersion, signal) =>
      call(
        `write ${row.name} into`,
        signal,
        () => registry.write(row, expectedVersion, signal),
      ),
    remove: (name, expectedVersion, signal) =>
      call(`remove ${name} from`, signal, () => registry.remove(name, expectedVersion, signal)),
    cookie: (signal) => call("read the cookie of", signal, () => registry.cookie(signal)),
    getOrCreateCookie: (minted, signal) =>
      call(
        "read or create the cookie of",
        signal,
        () => registry.getOrCreateCookie(minted, signal),
      ),
    // Hints may come never: one that fails is one that gives none.
    watch: (onChange, signal) =>
      call("watch", signal, () => registry.watch(onChange, signal)).catch(() => {}),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** What `work` gives, or a `RegistryError`, or the abort reason as soon as `signal` is aborted. */
async function ended<T>(work: () => Promise<T>, what: string, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  try {
    return await orAborted(work(), signal);
  } catch (error) {
    if (signal.aborted || error instanceof RegistryError) throw error;
    const reason = errorText(error);
    throw new RegistryError(`${what}: ${reason}`, { cause: error });
  }
}
