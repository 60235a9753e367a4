/** The manifests for Kubernetes are legal. */
import assert from "node:assert/strict";
import type { NetworkPolicy } from "kubernetes-types/networking/v1";
import { parse } from "yaml";
import { manifestPaths, parseManifest, typeFaults } from "../docs/manifests.ts";
import { codeBlocks } from "../docs/markdown.ts";
import { filesBelow, readSource } from "../docs/source_files.ts";
import { needing } from "../permissions.ts";

Deno.test({
  ...needing("every manifest is what Kubernetes has a type for", "read", "write", "run"),
  async fn() {
    const there = filesBelow("docs/deploy").filter((path) => path.includes("kubernetes"));
    assert.deepEqual([...manifestPaths].sort(), there);
    assert.equal(
      await typeFaults(manifestPaths.map((path) => parseManifest(readSource(path)))),
      "",
    );
  },
});

Deno.test({
  ...needing(
    "the policy in the page about Kubernetes is one, for the pods there",
    "read",
    "write",
    "run",
  ),
  async fn() {
    const [block = ""] = codeBlocks(readSource("docs/deploying/kubernetes.md"), "yaml");
    const policy = parse(block) as NetworkPolicy;
    assert.equal(await typeFaults([policy]), "");
    const labels = policy.spec?.podSelector.matchLabels;
    for (const path of manifestPaths) {
      assert.deepEqual(parseManifest(readSource(path)).spec?.selector.matchLabels, labels);
    }
    const ports = policy.spec?.ingress?.flatMap(({ ports = [] }) => ports);
    assert.deepEqual(ports, [{ protocol: "TCP", port: 4000 }]);
  },
});

Deno.test({
  ...needing("a wrong key, a wrong type and a missing key are found", "read", "write", "run"),
  async fn() {
    const text = readSource(manifestPaths[0] as string);
    const wrong: readonly (readonly [string, string, RegExp])[] = [
      ["readOnlyRootFilesystem", "readonlyRootFilesystem", /"readonlyRoot\w+"' does not exist/],
      ["replicas: 5", "replicas: five", /'string' is not assignable to type 'number'/],
      ["  selector:\n", "  selectors:\n", /"selectors"' does not exist/],
      ["fieldPath: status.podIP", "{}", /'fieldPath' is missing/],
      ["kind: Deployment", "kind: DaemonSet", /"replicas"' does not exist/],
    ];
    const manifests = wrong.map(([right, instead]) => {
      assert.ok(text.includes(right), right);
      return parseManifest(text.replace(right, instead));
    });
    const faults = await typeFaults(manifests);
    // One fault in each of them.
    assert.equal(faults.match(/TS\d+ \[ERROR\]/g)?.length, wrong.length, faults);
    for (const [, , told] of wrong) assert.match(faults, told);
    assert.throws(() => parseManifest(`${text}kind: Deployment\n`), /Map keys must be unique/);
  },
});
