/**
 * Asks Redis Sentinels which server is the master now.
 *
 * Asked anew for each connection, so that there is no old answer to go by after a failover.
 *
 * @module
 */
import { Redis } from "iovalkey";
import type { RedisOptions } from "iovalkey";
import { onAbort } from "../../abort.ts";
import { formatAddress } from "../../core/base/address.ts";
import type { Address } from "../../core/base/address.ts";
import { untilResolved } from "../../sockets/system_lookup.ts";
import { RedisFault, redisFault, withTlsHint } from "./redis_faults.ts";
import type { RedisSentinel, RedisSettings } from "./redis_url.ts";

/**
 * The address of the master, from the first Sentinel that knows it.
 *
 * @param optionsAt how to connect to a server
 * @throws {RedisFault} if none does
 * @throws the abort reason as soon as `signal` is aborted
 */
export async function masterOf(
  settings: RedisSettings,
  { hosts, master, password }: RedisSentinel,
  optionsAt: (server: Address) => RedisOptions,
  signal: AbortSignal,
): Promise<Address> {
  const reasons = new Set<string>();
  for (const host of hosts) {
    signal.throwIfAborted();
    const client = new Redis(optionsAt(host));
    let lastError: unknown;
    client.on("error", (error: unknown) => lastError = error);
    const forgetAbort = onAbort(signal, () => client.disconnect());
    try {
      await untilResolved(host.host, signal);
      await client.connect();
      if (password !== undefined) await client.auth(password);
      const answer = await client.call("SENTINEL", "get-master-addr-by-name", master);
      const found = addressIn(answer);
      if (found !== undefined) return found;
      reasons.add(`the Sentinel ${formatAddress(host)} watches no master "${master}"`);
    } catch (error) {
      signal.throwIfAborted();
      const asked = { ...settings, ...host, user: "", password };
      const fault = redisFault(lastError, asked) ?? redisFault(error, asked);
      if (fault === undefined) throw error;
      reasons.add(withTlsHint(fault, asked).message);
    } finally {
      forgetAbort();
      client.disconnect();
    }
  }
  throw new RedisFault([...reasons].join("; "), "SENTINEL");
}

function addressIn(answer: unknown): Address | undefined {
  if (!Array.isArray(answer)) return undefined;
  const [host, port] = answer.map(String);
  return host === undefined || !(Number(port) > 0) ? undefined : { host, port: Number(port) };
}
