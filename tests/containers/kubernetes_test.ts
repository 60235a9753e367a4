/** The pods of the manifests, as far as an engine without Kubernetes can run them. */
import assert from "node:assert/strict";
import { linesPass, shown, showsExactly } from "../integration/cluster.ts";
import { environmentOf, podOf } from "../docs/manifests.ts";
import { type Container, Yard } from "./container.ts";
import { containersTest, docker, freshName } from "./engine.ts";

/** The pod of a manifest in docs/deploy; it meets others in the yard. */
function startPod(
  yard: Yard,
  manifest: string,
  fields: Readonly<Record<string, string>>,
  ...options: string[]
): Promise<Container> {
  const { pod, container } = podOf(`docs/deploy/kubernetes-${manifest}.yaml`);
  const variables = [...environmentOf(container, fields)];
  const user = `${pod.securityContext?.runAsUser}:${pod.securityContext?.runAsGroup}`;
  assert.deepEqual(container.securityContext?.capabilities?.drop, ["ALL"]);
  return yard.start([
    ...[
      "--user",
      user,
      "--memory",
      container.resources?.limits?.["memory"]?.replace("Mi", "m") ?? "",
    ],
    ...pod.hostNetwork === true ? ["--network", "host"] : [],
    ...variables.flatMap(([name, value]) => ["--env", `${name}=${value}`]),
    ...options,
  ]);
}

containersTest("pods of both manifests meet under the names that they are given", async () => {
  const subnet = "10.213.9.0/24";
  await using yard = await Yard.open(freshName(), { network: ["--subnet", subnet] });
  const [host, address] = ["10.213.9.1", "10.213.9.7"];
  const [machine, name] = ["worker-1.example.internal", "clusternode-7c9d8b6f5-x2x9z"];
  const daemon = await startPod(yard, "daemonset", {
    "spec.nodeName": machine,
    "status.hostIP": host,
  });
  const pod = await startPod(
    yard,
    "deployment",
    { "metadata.name": name, "status.podIP": address },
    ...["--ip", address],
  );
  const names = [`${machine}@${host}`, `${name}@${address}`];
  const logs = [daemon.log, pod.log];
  await shown(logs, showsExactly(...names), performance.now(), 6000);
  await linesPass(logs, 3);
  const addresses = (await pod.members()).map((member) => [member.name, member.addresses[0]]);
  const ports = [host, address].map((peer) => `${peer}:4000`);
  assert.deepEqual(Object.fromEntries(addresses), {
    [names[0] ?? ""]: ports[0],
    [names[1] ?? ""]: ports[1],
  });
  for (const [container, manifest] of [[daemon, "daemonset"], [pod, "deployment"]] as const) {
    const { readinessProbe } = podOf(`docs/deploy/kubernetes-${manifest}.yaml`).container;
    const probe = await docker("exec", container.id, ...readinessProbe?.exec?.command ?? []);
    assert.match(probe, / is healthy: /);
  }
});
