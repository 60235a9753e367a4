/**
 * Ports of loopback.
 *
 * @module
 */
import assert from "node:assert/strict";

/** Ports of loopback on which nobody listens. */
export function freePorts(count: number): number[] {
  const listeners = Array.from(
    { length: count },
    () => Deno.listen({ hostname: "127.0.0.1", port: 0 }),
  );
  return listeners.map((listener) => {
    listener.close();
    return listener.addr.port;
  });
}

/** One of them. */
export function freePort(): number {
  return freePorts(1)[0] ?? assert.fail();
}

/** True if somebody listens on `port`. */
export async function accepts(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return true;
  } catch {
    return false;
  }
}

/** True if this machine has a loopback of IPv6. */
export function hasIpv6(): boolean {
  try {
    Deno.listen({ hostname: "::1", port: 0 }).close();
    return true;
  } catch {
    return false;
  }
}
