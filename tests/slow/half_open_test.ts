/** T4: a flood of connections that are never used. */
import assert from "node:assert/strict";
import { defaultLimits } from "../../lib/transport/limits.ts";
import { needing } from "../permissions.ts";
import { assertAnswer, dialRaw, openNode, openWitness, patient } from "../transport/fixtures.ts";

Deno.test({
  ...needing("T4 10,000 half-open connections do not keep members out", "net"),
  async fn() {
    const seen: string[] = [];
    await using node = await openWitness(seen);
    await using member = await openNode({ name: "member@test" });
    assertAnswer(await member.ask(node.target));
    const batchSize = 100;
    for (let batch = 0; batch < 100; batch++) {
      const dialled = Array.from({ length: batchSize }, () => dialRaw(node.target));
      const asked = [
        member.ask(node.target),
        member.ask(node.target, "hi", { ...patient, fresh: true }),
      ];
      const sockets = await Promise.all(dialled);
      for (const outcome of await Promise.all(asked)) assertAnswer(outcome);
      assert.ok(node.transport.pendingCount <= 2 * defaultLimits.pendingPerHostMax);
      for (const socket of sockets) socket.close();
    }
    assert.deepEqual(new Set(seen), new Set(["member@test"]));
  },
});
