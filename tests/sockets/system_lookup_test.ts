import assert from "node:assert/strict";
import { systemLookup, untilResolved } from "../../lib/sockets/system_lookup.ts";
import { needing } from "../permissions.ts";

const never = new AbortController().signal;

Deno.test({
  ...needing("systemLookup() knows /etc/hosts, and joins a question that is open", "net"),
  async fn() {
    const first = systemLookup("localhost");
    assert.equal(systemLookup("localhost"), first);
    const addresses = await first;
    assert.ok(addresses.some((one) => one === "127.0.0.1" || one === "::1"), addresses.join());
    await untilResolved("localhost", never);
  },
});

Deno.test({
  ...needing(
    "untilResolved() fails for a host that cannot be, and ends when it is given up",
    "net",
  ),
  async fn() {
    const impossible = "h".repeat(64);
    await assert.rejects(untilResolved(impossible, never), { syscall: "getaddrinfo" });
    const given = AbortSignal.abort(new Error("enough"));
    await assert.rejects(untilResolved("localhost", given), /^Error: enough$/);
    await untilResolved("10.0.0.1", never);
    const late = new AbortController();
    const waiting = assert.rejects(untilResolved("localhost", late.signal), /^Error: enough$/);
    late.abort(new Error("enough"));
    await waiting;
    await systemLookup("localhost");
  },
});
