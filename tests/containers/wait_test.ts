/** The overlay docs/deploy/compose.wait.yaml: a service is held back until three nodes are there. */
import assert from "node:assert/strict";
import { allTrue, shown } from "../integration/cluster.ts";
import { eventually } from "../integration/process.ts";
import { ComposeProject } from "./compose.ts";
import { containersTest, docker, inspect } from "./engine.ts";

containersTest(
  "a health check that waits holds a service back until 3 nodes are there",
  async () => {
    await using project = new ComposeProject("docs/deploy/compose.wait.yaml");
    const up = (count: number, ...more: string[]): Promise<string> =>
      project.compose("up", "--detach", "--no-build", "--scale", `node=${count}`, ...more);
    const app = (): Promise<string> => project.compose("ps", "--all", "--quiet", "app");
    // It returns once the service has been started, which the nodes are still too few for.
    const everything = up(2);
    let isUp = false;
    everything.then(() => isUp = true, () => {});
    try {
      const areThere = async (): Promise<boolean> => (await project.running()).length === 2;
      await eventually(areThere, 60_000, "two nodes run");
      const two = await project.running();
      await shown(two.map(({ log }) => log), allTrue(2), performance.now(), 20_000);
      // A check that has said what is missing has failed, with both of them there.
      const missing = /2 of 3 members are alive: /;
      for (const { id } of two) {
        const hasSaid = async (): Promise<boolean> =>
          missing.test(await inspect(id, "{{range .State.Health.Log}}{{.Output}}{{end}}"));
        await eventually(hasSaid, 60_000, "its check says what is missing");
        assert.equal(await inspect(id, "{{.State.Health.Status}}"), "starting");
      }
      assert.equal(await inspect(await app(), "{{.State.Status}}"), "created");
      assert.equal(isUp, false);
    } finally {
      await up(3, "--no-recreate", "node");
      await everything;
    }
    const id = await app();
    const hasEnded = async (): Promise<boolean> =>
      await inspect(id, "{{.State.Status}} {{.State.ExitCode}}") === "exited 0";
    await eventually(hasEnded, 30_000, "the service has run");
    assert.match(await docker("logs", id), /^3 of 3 alive$/m);
  },
);
