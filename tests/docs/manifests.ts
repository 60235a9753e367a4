/**
 * The manifests for Kubernetes in docs/deploy, as a cluster would read them.
 *
 * There is none here. What it would refuse is found by the compiler: a document is written down as a
 * literal of the type that Kubernetes has for it, where a key that does not exist is an error.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { DaemonSet, Deployment } from "kubernetes-types/apps/v1";
import type { Container, PodSpec } from "kubernetes-types/core/v1";
import type { NetworkPolicy } from "kubernetes-types/networking/v1";
import { parseDocument } from "yaml";
import { deno } from "./deno.ts";
import { projectRoot, readSource } from "./source_files.ts";

/** Paths of all manifests. */
export const manifestPaths: readonly string[] = [
  "docs/deploy/kubernetes-deployment.yaml",
  "docs/deploy/kubernetes-daemonset.yaml",
];

/** What the text of a manifest holds. Fails on keys that are there twice, and all other faults. */
export function parseManifest(text: string): Deployment | DaemonSet {
  const document = parseDocument(text, { strict: true, uniqueKeys: true });
  assert.deepEqual([...document.errors, ...document.warnings], []);
  return document.toJS();
}

/** What the compiler says about manifests as literals of their types; empty if nothing. */
export async function typeFaults(
  manifests: readonly (Deployment | DaemonSet | NetworkPolicy)[],
): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "clusternode-test-manifests-" });
  try {
    const files = manifests.map((_, index) => `${folder}/manifest_${index}.ts`);
    for (const [index, manifest] of manifests.entries()) {
      await Deno.writeTextFile(files[index] as string, literalOf(manifest));
    }
    const args = ["check", `--config=${projectRoot}deno.json`, ...files];
    const { success, stderr: text } = await deno(args, projectRoot);
    assert.equal(success, !/TS\d+ \[ERROR\]/.test(text), text);
    return success ? "" : text;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A module in which a manifest has all that the type of its kind wants, and nothing else. */
function literalOf(manifest: Deployment | DaemonSet | NetworkPolicy): string {
  const { apiVersion, kind } = manifest;
  // The types leave out what stands behind the name of a group: networking.k8s.io.
  const group = apiVersion?.replace(".k8s.io", "");
  return `import type { ${kind} } from "kubernetes-types/${group}";\n` +
    `type Written = Omit<Required<${kind}>, "status">;\n` +
    `export const manifest: Written = ${JSON.stringify(manifest, null, 2)};\n`;
}

/** The pod of a manifest, and its only container. */
export function podOf(path: string): { readonly pod: PodSpec; readonly container: Container } {
  const pod = parseManifest(readSource(path)).spec?.template.spec;
  const [container, ...others] = pod?.containers ?? [];
  assert.ok(pod && container && others.length === 0);
  return { pod, container };
}

/**
 * The variables of a container, as its machine sets them.
 *
 * @param fields what is known of the pod, by paths such as `status.podIP`
 */
export function environmentOf(
  { env = [] }: Container,
  fields: Readonly<Record<string, string>>,
): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const { name, value, valueFrom } of env) {
    const path = valueFrom?.fieldRef?.fieldPath;
    const text = path === undefined ? value : fields[path];
    assert.ok(text !== undefined, `${name} has a value`);
    // Only what stands above is known; the rest stays as it is written.
    const known = (whole: string, of: string): string => values.get(of) ?? whole;
    values.set(name, text.replace(/\$\((\w+)\)/g, known));
  }
  return values;
}
