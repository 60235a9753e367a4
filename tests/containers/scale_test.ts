/** The seed's climax: a cluster that is scaled by Compose. */
import assert from "node:assert/strict";
import { assertNeverFalse, linesPass, linesWith, shown } from "../integration/cluster.ts";
import { allTrue } from "../integration/cluster.ts";
import { ComposeProject } from "./compose.ts";
import { containersTest } from "./engine.ts";

containersTest(
  "compose scales to 5, to 8 and to 3: all lines are right, who goes has left",
  async () => {
    await using project = new ComposeProject();
    // From when the engine has started the last one: how long it takes for that is its own affair.
    const five = await project.scale(5);
    const begun = performance.now();
    await shown(five.map(({ log }) => log), allTrue(5), begun, 2000);

    const eight = await project.scale(8);
    assert.equal(eight.length, 8);
    const scaledUp = performance.now();
    await shown(eight.map(({ log }) => log), allTrue(8), scaledUp, 2000);
    await linesPass(eight.map(({ log }) => log), 2);
    for (const { log } of eight) assertNeverFalse([log]);

    const since = performance.now();
    const three = await project.scale(3);
    assert.equal(three.length, 3);
    const logs = three.map(({ log }) => log);
    await shown(logs, allTrue(3), performance.now(), 2000);
    await linesPass(logs, 3);
    assertNeverFalse(logs, since);
    for (const log of logs) {
      assert.equal(linesWith(log, " left: it announced it", since).length > 0, true, log.text);
      assert.deepEqual(linesWith(log, " is down", since), []);
      assert.deepEqual(linesWith(log, " is unreachable", since), []);
    }
    const gone = eight.filter((container) => !three.includes(container));
    assert.equal(gone.length, 5);
  },
);
