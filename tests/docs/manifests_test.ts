/** The pods of the manifests for Kubernetes have no rights that they do not need. */
import assert from "node:assert/strict";
import { nodeNameFault } from "../../lib/core/base/name.ts";
import { optionEntries } from "../../lib/options/option_table.ts";
import manifest from "../../deno.json" with { type: "json" };
import { needing } from "../permissions.ts";
import { environmentOf, manifestPaths, podOf } from "./manifests.ts";

Deno.test({
  ...needing("pods have no rights, and no probe that a registry can fail ends them", "read"),
  fn() {
    for (const path of manifestPaths) {
      const { pod, container } = podOf(path);
      assert.equal(pod.securityContext?.runAsNonRoot, true);
      assert.equal(pod.securityContext?.runAsUser, 10001);
      assert.equal(pod.securityContext?.seccompProfile?.type, "RuntimeDefault");
      assert.equal(pod.automountServiceAccountToken, false);
      assert.equal(container.securityContext?.allowPrivilegeEscalation, false);
      assert.equal(container.securityContext?.readOnlyRootFilesystem, true);
      assert.deepEqual(container.securityContext?.capabilities?.drop, ["ALL"]);
      assert.ok(container.resources?.requests && container.resources.limits);
      assert.deepEqual(container.readinessProbe?.exec?.command, ["/clusternode", "health"]);
      assert.equal(container.livenessProbe, undefined);
      assert.match(container.image ?? "", new RegExp(`:${manifest.version}$`));
      const variables = optionEntries.map(([, { variable }]) => variable as string);
      const own = (container.env ?? []).filter(({ name }) => name.startsWith("CLUSTERNODE_"));
      assert.deepEqual(own.filter(({ name }) => !variables.includes(name)), []);
    }
  },
});

Deno.test({
  ...needing("the names of nodes in pods are legal, the longest ones, too", "read"),
  fn() {
    for (const path of manifestPaths) {
      for (const host of ["10.244.1.7", "fd00:10:244:1:aaaa:bbbb:cccc:dddd"]) {
        // A pod of a Deployment is called after it, with two suffixes, in 63 characters at most.
        const pods = ["clusternode-7c9d8b6f5-x2x9z", `${"n".repeat(62)}z`];
        for (const pod of [...pods, "ip-10-0-3-17.eu-central-1.compute.internal"]) {
          const fields = {
            "metadata.name": pod,
            "spec.nodeName": pod,
            "status.podIP": host,
            "status.hostIP": host,
          };
          const name = environmentOf(podOf(path).container, fields).get("CLUSTERNODE_NAME");
          assert.equal(name, `${pod}@${host}`);
          assert.equal(nodeNameFault(name), undefined, name);
        }
      }
    }
  },
});
