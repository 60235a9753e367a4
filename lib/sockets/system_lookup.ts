/**
 * The system's own resolver, asked for one host once at a time in the whole process.
 *
 * A question cannot be stopped, and holds one of the few threads that read and write files, too,
 * until the name servers answer or the system gives up on them after minutes. So whoever wants to
 * connect to a host joins the question that is open already, and goes when it has had enough.
 *
 * @module
 */
import { lookup } from "node:dns";
import { ipFamily } from "../core/base/address.ts";
import { onAbort } from "../abort.ts";

/** Questions without an answer yet. */
const asked = new Map<string, Promise<readonly string[]>>();

/**
 * The IP addresses of `host`, in the order of the system's preference, at least one.
 *
 * @throws {Error} with a `code` such as `ENOTFOUND` or `EAI_AGAIN`
 */
export function systemLookup(host: string): Promise<readonly string[]> {
  const running = asked.get(host);
  if (running !== undefined) return running;
  const answer = ask(host).finally(() => asked.delete(host));
  asked.set(host, answer);
  return answer;
}

/** Not `node:dns/promises`: under Deno 2.4 that prints a warning of a module that it uses. */
function ask(host: string): Promise<readonly string[]> {
  return new Promise((resolve, reject) =>
    lookup(host, { all: true, verbatim: true }, (error, found) => {
      if (error) return reject(error);
      const addresses = found.map(({ address }) => address);
      if (addresses.length > 0) resolve(addresses);
      else reject(new Error("it has no address"));
    })
  );
}

/**
 * Resolves once the system knows an address of `host`. For those whose drivers look names up by
 * themselves, with each try: they begin only when that will not take long.
 *
 * @throws {Error} if it knows none, and rejects with the abort reason as soon as `signal` is aborted
 */
export async function untilResolved(host: string, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (ipFamily(host) !== undefined) return;
  const answer = systemLookup(host);
  const { promise, reject } = Promise.withResolvers<never>();
  const cancel = onAbort(signal, () => reject(signal.reason));
  try {
    await Promise.race([answer, promise]);
  } finally {
    cancel();
  }
}
