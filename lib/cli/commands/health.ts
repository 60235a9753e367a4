/**
 * `clusternode health`: whether the node of this machine works, whatever words it was started with.
 *
 * Nodes of the same user are asked over their sockets, so that neither the registry nor the cookie is
 * wanted. Where there is none, as for a node of another user, the registry tells where to ask.
 *
 * @module
 */
import { resolve } from "node:path";
import { escapeControls } from "../../core/base/escape.ts";
import { localName } from "../../core/base/name.ts";
import type { NodeName } from "../../core/base/name.ts";
import type { NodeOptions } from "../../options/options.ts";
import { localNodes, serveHealth } from "../../health/health_socket.ts";
import type { Health, LocalNode } from "../../health/health_socket.ts";
import type { ClusterNode } from "../../node/node.ts";
import { parseRegistryUrl, withoutSecrets } from "../../registry/url.ts";
import { randomText } from "../../random_bytes.ts";
import type { Call } from "../parse/call.ts";
import { exitCode } from "../exit_codes.ts";
import { askAll } from "./leave.ts";
import { Client } from "../client.ts";
import type { ClientOptions } from "../client.ts";
import type { CliContext } from "../context.ts";

/** How long a node may take to answer, in milliseconds; a check of Docker may take 5 s in all. */
const answerTimeoutMs = 3000;

/** 0 if all nodes that are meant are healthy, each told on a line. */
export async function health(
  world: CliContext,
  call: Call<"health">,
): Promise<number> {
  const nodes = (await localNodes(world.environment)).filter((node) => isMeant(node, call));
  if (nodes.length === 0) return await healthByRegistry(world, call.options);
  const signal = AbortSignal.timeout(answerTimeoutMs);
  const answers = await Promise.all(nodes.map((node) => node.ask(signal)));
  const isWell = nodes.map((node, index) => tell(world, node.name, answers[index]));
  return isWell.includes(false) ? exitCode.failed : exitCode.fine;
}

/**
 * Only flags narrow it down: variables and defaults are those of the surroundings, not of the node.
 */
function isMeant(node: LocalNode, { options, given }: Call<"health">): boolean {
  const { name, cluster, registries } = options;
  const wanted = typeof name === "string" ? name : name?.local;
  const isNamed = node.name === wanted || localName(node.name as NodeName) === wanted;
  return (given.name === undefined || isNamed) &&
    (given.cluster === undefined || node.cluster === cluster) &&
    (given.registry === undefined || String(node.registries) === String(registries.map(placeOf)));
}

/** A registry as it can be compared and shown: a folder by its whole path, others without secrets. */
function placeOf(url: string): string {
  const parsed = parseRegistryUrl(url);
  return "location" in parsed && parsed.backEnd === "directory"
    ? resolve(parsed.location)
    : withoutSecrets(url);
}

/** The way over the registry and the port of the node, with its cookie. */
async function healthByRegistry(world: CliContext, options: ClientOptions): Promise<number> {
  await using client = await Client.begin(world, options);
  let isWell = true;
  for (const [{ name }, answer] of await askAll(client, options, { kind: "health" })) {
    const unknown = { healthy: false, reason: "it gave an unknown answer" };
    isWell = tell(world, name, answer.kind === "health" ? answer : unknown) && isWell;
  }
  return isWell ? exitCode.fine : exitCode.failed;
}

/** Writes how a node is; true if it is well. */
function tell(world: CliContext, name: string, answer: Health | undefined): boolean {
  if (answer === undefined) {
    const reason = `no answer within ${answerTimeoutMs} ms`;
    world.writeStderr(escapeControls(`clusternode: ${name} does not answer: ${reason}`) + "\n");
    return false;
  }
  const { healthy, reason } = answer;
  const line = `${name} is ${healthy ? "healthy" : "not healthy"}: ${reason}`;
  world.writeStdout(`${escapeControls(line)}\n`);
  return healthy;
}

/** Answers for a node from the time it is registered until it is disposed. */
export class HealthResponder implements AsyncDisposable {
  readonly #serving: Promise<AsyncDisposable | undefined>;

  constructor(world: CliContext, options: NodeOptions, node: ClusterNode) {
    this.#serving = node.joined.then((name) =>
      serveHealth({
        identity: { name, cluster: options.cluster, registries: options.registries.map(placeOf) },
        environment: world.environment,
        id: randomText(),
        health: () => node.health(),
      })
    ).catch(() => undefined);
  }

  /** Never waits for a node that has not been registered: that is over once the node has ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#serving)?.[Symbol.asyncDispose]();
  }
}
