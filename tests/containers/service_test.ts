/** A node that carries a service as the first process of a container of the image. */
import assert from "node:assert/strict";
import { containersTest, docker, freshName, inspect } from "./engine.ts";
import { Yard } from "./container.ts";

/** How long the engine waits until it kills, in seconds. */
const graceSeconds = 20;

containersTest(
  "docker stop ends a carried service by SIGTERM, and the node with its exit code",
  async () => {
    await using yard = await Yard.open(freshName());
    // There is no other program in the image: the service is a node of another cluster.
    const service = ["start", "--name", "inner@127.0.0.1", "--cluster", "inner"];
    const registry = ["--registry", "file:///data", "--log-file", "none"];
    const node = await yard.start([], "start", "--", "/clusternode", ...service, ...registry);
    await node.log.line((line) => line.includes('inner@127.0.0.1["'), 20_000, "the service runs");
    await node.log.line((line) => line.includes("its service is ready"), 5000, "it is told");
    await docker("stop", "--time", `${graceSeconds}`, node.id);
    // 137 would be SIGKILL: to the service after the stop timeout, or to all after the grace.
    assert.equal(await inspect(node.id, "{{.State.Status}} {{.State.ExitCode}}"), "exited 143");
    const log = await docker("logs", node.id);
    assert.match(log, /says that its service is draining: the node stops/);
    assert.match(log, /says that its service has stopped: exit code 143/);
    assert.doesNotMatch(log, /--init/);
  },
);
