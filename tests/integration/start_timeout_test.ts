/**
 * How soon a start gives up: judged by the clock, so that nothing runs beside it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Cluster, within } from "./cluster.ts";
import { processTest } from "./process.ts";

processTest("a registry that cannot be created ends the start with 4", async () => {
  await using cluster = new Cluster("/dev/null/x");
  for (const cookie of [[], ["--cookie", "a-cookie-that-is-long-enough-to-be-good"]]) {
    const node = cluster.start("n1@127.0.0.1", "--start-timeout", "1s", ...cookie);
    assert.equal(await node.ended(), 4);
    const tookMs = performance.now() - node.startedAt;
    assert.ok(tookMs >= 1000, `it gave up after ${tookMs} ms`);
    within("the end of the start", tookMs, 2000);
    const [last] = node.lines.slice(-1);
    assert.match(
      last?.text ?? "",
      /\[error\] \S+: The registry could not be used .*: .*\/dev\/null\/x/,
    );
    assert.match(last?.text ?? "", /Not a directory/);
  }
});
