/**
 * Whether a binary runs at all, on whatever system this is: three nodes meet, and leave.
 *
 * @module
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { run } from "../common/script.ts";

/** How many nodes meet. */
const nodeCount = 3;

/**
 * Starts nodes of `binary` in a folder of their own, and waits until all agree that all are there.
 *
 * @returns what the binary says of itself, and what `wait` found
 * @throws {ScriptError} with what it printed, if it does not run or they do not meet
 */
export async function tryOut(binary: string): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "clusternode-trial-" });
  const registry = ["--registry", pathToFileURL(join(folder, "registry")).href];
  const nodes: Deno.ChildProcess[] = [];
  try {
    const told = await run(binary, ["--version"]);
    for (let number = 1; number <= nodeCount; number++) {
      nodes.push(
        new Deno.Command(binary, {
          args: ["start", "--name", `n${number}@127.0.0.1`, ...registry, "--log-file", "none"],
          ...{ stdin: "null", stdout: "null", stderr: "inherit" },
        }).spawn(),
      );
    }
    const wanted = ["--members", `${nodeCount}`, "--agree", "--timeout", "60s"];
    return told + await run(binary, ["wait", ...wanted, ...registry]);
  } finally {
    for (const node of nodes) {
      try {
        node.kill("SIGTERM");
      } catch {
        // It has ended by itself.
      }
    }
    await Promise.all(nodes.map((node) => node.status));
    await Deno.remove(folder, { recursive: true });
  }
}
