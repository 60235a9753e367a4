import { deepEqual } from "node:assert/strict";
import { childEnvironment } from "../../lib/service/child_environment.ts";

Deno.test("childEnvironment() keeps what is ours, hides secrets and systemd, and tells of the node", () => {
  const ours = {
    PATH: "/bin",
    CLUSTERNODE_COOKIE: "secret",
    CLUSTERNODE_CLUSTER: "old",
    NOTIFY_SOCKET: "/run/systemd/notify",
    WATCHDOG_USEC: "1",
    WATCHDOG_PID: "1",
  };
  const facts = { self: "n1@10.0.0.5", instance: "ab", cluster: "new", address: "10.0.0.5:4000" };
  deepEqual(childEnvironment(ours, ["CLUSTERNODE_COOKIE"], facts), {
    PATH: "/bin",
    CLUSTERNODE_SELF: "n1@10.0.0.5",
    CLUSTERNODE_INSTANCE: "ab",
    CLUSTERNODE_CLUSTER: "new",
    CLUSTERNODE_ADDRESS: "10.0.0.5:4000",
  });
});
