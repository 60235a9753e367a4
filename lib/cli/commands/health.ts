/**
 * `clusternode health`: whether the node of this machine works, whatever words it was started with.
 *
 * If it is told where the node answers over HTTP, as in a container by the environment, it asks there.
 * Else, or where none does of which only the environment speaks, nodes of the same user are asked over
 * their sockets. Neither the registry nor the cookie is wanted for that. Where nobody answers, as for a
 * node of another user, the registry tells where to ask.
 *
 * @module
 */
import { resolve } from "node:path";
import { systemClock } from "../../clock.ts";
import { escapeControls } from "../../core/base/escape.ts";
import { localName } from "../../core/base/name.ts";
import type { NodeName } from "../../core/base/name.ts";
import type { NodeOptions } from "../../options/options.ts";
import { localNodes, serveHealth } from "../../health/health_socket.ts";
import type { Health, NodeIdentity } from "../../health/health_socket.ts";
import { healthOverHttp } from "../../health/health_http.ts";
import type { NamedHealth } from "../../health/health_http.ts";
import { formatAddress, isUnspecified } from "../../core/base/address.ts";
import type { ClusterNode } from "../../node/node.ts";
import { parseRegistryUrl, withoutSecrets } from "../../registry/url.ts";
import { randomText } from "../../random_bytes.ts";
import { isoTime } from "../../report/iso_time.ts";
import { jsonText } from "../../report/json_text.ts";
import type { Call, CallOptions } from "../parse/call.ts";
import { CommandError, exitCode } from "../exit_codes.ts";
import { askAll } from "./leave.ts";
import { Client } from "../client.ts";
import type { CliContext } from "../context.ts";

/** How long a node may take to answer, in milliseconds; a check of Docker may take 5 s in all. */
const answerTimeoutMs = 3000;

/** 0 if all nodes that are meant are healthy, each told on a line. */
export async function health(
  world: CliContext,
  call: Call<"health">,
): Promise<number> {
  const signal = AbortSignal.timeout(answerTimeoutMs);
  const found = await localNodes(world.environment);
  const answer = await askOverHttp(call, found, signal);
  if (answer !== undefined) {
    return tell(world, call.flags, answer, answer) ? exitCode.fine : exitCode.failed;
  }
  const nodes = found.filter((node) => isMeant(node, call));
  if (nodes.length === 0) return await healthByRegistry(world, call);
  const answers = await Promise.all(nodes.map((node) => node.ask(signal)));
  const isWell = nodes.map((node, index) => tell(world, call.flags, node, answers[index]));
  return isWell.includes(false) ? exitCode.failed : exitCode.fine;
}

/**
 * The answer of the node that is meant, if it is known to answer over HTTP and does.
 *
 * @param found the nodes of this user
 * @throws {CommandError} if the call itself tells where, and it does not
 */
async function askOverHttp(
  call: Call<"health">,
  found: readonly NodeIdentity[],
  signal: AbortSignal,
): Promise<NamedHealth | undefined> {
  const { options: { http, httpToken: token }, explicit } = call;
  // It does not tell all of its registries.
  if (http === undefined || explicit.has("registry")) return undefined;
  const host = isUnspecified(http.host) ? "127.0.0.1" : http.host;
  const answer = await healthOverHttp({ host, port: http.port, token }, signal);
  const place = formatAddress({ host, port: http.port });
  if (answer === "busy") {
    if (!explicit.has("http")) return undefined;
    throw new CommandError(`The node at ${place} is too busy to answer over HTTP`);
  }
  const isItself = answer !== undefined && isMeant({ ...answer, registries: [] }, call);
  if (!isItself && explicit.has("http")) {
    throw new CommandError(`No such node answers over HTTP at ${place}, or it wants another token`);
  }
  if (!isItself) return undefined;
  if (explicit.has("http")) return answer;
  // In a container that has the network of its machine the port may be that of another one's node.
  const isHere = ({ name, cluster }: NodeIdentity): boolean =>
    name === answer.name && cluster === answer.cluster;
  return found.length === 0 || found.some(isHere) ? answer : undefined;
}

/**
 * True if the user speaks of that node. Only flags, and files that flags name, narrow it down: variables
 * and defaults are those of the surroundings, not of the node.
 */
export function isMeant(
  node: NodeIdentity,
  { options, explicit }: CallOptions,
): boolean {
  const { name, cluster, registries } = options;
  const wanted = typeof name === "string" ? name : name?.local;
  const isNamed = node.name === wanted || localName(node.name as NodeName) === wanted;
  return (!explicit.has("name") || isNamed) &&
    (!explicit.has("cluster") || node.cluster === cluster) &&
    (!explicit.has("registry") || String(node.registries) === String(registries.map(placeOf)));
}

/** A registry as it can be compared and shown: a folder by its whole path, others without secrets. */
function placeOf(url: string): string {
  const parsed = parseRegistryUrl(url);
  return "location" in parsed && parsed.backEnd === "directory"
    ? resolve(parsed.location)
    : withoutSecrets(url);
}

/** The way over the registry and the port of the node, with its cookie. */
async function healthByRegistry(
  world: CliContext,
  { options, flags }: Call<"health">,
): Promise<number> {
  await using client = await Client.begin(world, options);
  let isWell = true;
  for (const [{ name }, answer] of await askAll(client, options, { kind: "health" })) {
    const unknown = { healthy: false, reason: "it gave an unknown answer" };
    const health = answer.kind === "health" ? answer : unknown;
    isWell = tell(world, flags, { name, cluster: options.cluster }, health) && isWell;
  }
  return isWell ? exitCode.fine : exitCode.failed;
}

/** Writes how a node is; true if it is well. */
function tell(
  world: CliContext,
  { json }: { readonly json: boolean },
  { name, cluster }: { readonly name: string; readonly cluster: string },
  answer: Health | undefined,
): boolean {
  const silence = `no answer within ${answerTimeoutMs} ms`;
  if (json) {
    const { healthy, reason } = answer ?? { healthy: false, reason: silence };
    const time = isoTime(systemClock.wallTime());
    const report = { schema: "health.v1", time, name, cluster, healthy, reason } as const;
    world.writeStdout(`${jsonText(report)}\n`);
    return healthy;
  }
  if (answer === undefined) {
    world.writeStderr(escapeControls(`clusternode: ${name} does not answer: ${silence}`) + "\n");
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
        identity: {
          ...{ name, cluster: options.cluster, url: node.url },
          registries: options.registries.map(placeOf),
        },
        environment: world.environment,
        id: randomText(),
        health: () => ({ ...node.health(), url: node.url }),
      })
    ).catch(() => undefined);
  }

  /** Never waits for a node that has not been registered: that is over once the node has ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#serving)?.[Symbol.asyncDispose]();
  }
}
