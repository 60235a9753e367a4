/**
 * A running node answers there how it is; only its own user can ask.
 *
 * No word has to be said for that: who connects is sent one line of JSON, and the connection is
 * closed. The answer comes from the process's only loop, as pongs do. See `health_folder.ts` for
 * the files.
 *
 * @module
 */
import { aborted } from "../abort.ts";
import { healthFolders, isPrivate, makePrivate } from "./health_folder.ts";

/** Who a node is; what it was started with decides which nodes a user means. */
export interface NodeIdentity {
  readonly name: string;
  readonly cluster: string;
  /** Registries as they were given, without secrets. */
  readonly registries: readonly string[];
  /** Where its page is; `undefined` if it showed none when it had joined. */
  readonly url?: string | undefined;
}

/** How a node is. */
export interface Health {
  readonly healthy: boolean;
  /** A clause that says why. */
  readonly reason: string;
  /** Where its page is by now; `undefined` if it shows none. */
  readonly url?: string | undefined;
}

/** A node of this user on this machine. */
export interface LocalNode extends NodeIdentity {
  /**
   * How it is.
   *
   * @returns `undefined` if it does not answer in time
   */
  ask(signal: AbortSignal): Promise<Health | undefined>;
}

/** What {@linkcode serveHealth} needs. */
export interface HealthServer {
  readonly identity: NodeIdentity;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** 32 hexadecimal digits that no other node has. */
  readonly id: string;
  health(): Health;
}

/** Most bytes of a file that says who a node is, and of an answer. */
const textMax = 16_384;

/** Most files of one folder that are looked at. */
const entriesMax = 2000;

/** At so many others each node looks when it starts, in case they were killed. */
const lookedAtMax = 4;

/**
 * Answers until it is disposed.
 *
 * @returns `undefined` if there is no place that only this user can write
 */
export async function serveHealth(server: HealthServer): Promise<AsyncDisposable | undefined> {
  for (const folder of healthFolders(server.environment)) {
    if (!await makePrivate(folder)) continue;
    try {
      await removeSomeLeft(folder, server.id);
      return await serveIn(folder, server);
    } catch (error) {
      // Such as a file system that is full or has no sockets: the next one may do.
      if (!(error instanceof Error) || !("code" in error)) throw error;
    }
  }
  return undefined;
}

/**
 * Takes away what killed nodes have left behind, but looks at a few only: being looked at wakes a node
 * up, and of a hundred that start on one machine each would wake up all others. Those are looked at
 * that follow `id`, so that each start looks at others.
 */
async function removeSomeLeft(folder: string, id: string): Promise<void> {
  const ids = (await idsIn(folder)).sort();
  const next = ids.findIndex((other) => other > id);
  const following = next < 0 ? ids : [...ids.slice(next), ...ids.slice(0, next)];
  await Promise.all(following.slice(0, lookedAtMax).map((other) => localNode(folder, other)));
}

async function serveIn(folder: string, server: HealthServer): Promise<AsyncDisposable> {
  const [socket, file] = [`${folder}/${server.id}.sock`, `${folder}/${server.id}.json`];
  const listener = Deno.listen({ transport: "unix", path: socket });
  const remove = async (): Promise<void> => {
    listener.close();
    await Promise.allSettled([file, socket].map((path) => Deno.remove(path)));
  };
  try {
    await Deno.writeTextFile(`${file}.new`, JSON.stringify(server.identity), { createNew: true });
    await Deno.rename(`${file}.new`, file);
  } catch (error) {
    await remove();
    throw error;
  }
  const answering = answerAll(listener, () => server.health());
  return {
    async [Symbol.asyncDispose]() {
      await remove();
      await answering;
    },
  };
}

async function answerAll(listener: Deno.UnixListener, health: () => Health): Promise<void> {
  try {
    for await (const connection of listener) void answer(connection, health());
  } catch {
    // The listener was closed.
  }
}

async function answer(connection: Deno.UnixConn, health: Health): Promise<void> {
  try {
    // Short enough to be taken at once, also by somebody who does not read.
    await connection.write(new TextEncoder().encode(`${JSON.stringify(health)}\n`));
  } catch {
    // Who asked has gone.
  } finally {
    connection.close();
  }
}

/** The nodes of this user that run on this machine; what others have left behind is removed. */
export async function localNodes(
  environment: Readonly<Record<string, string | undefined>>,
): Promise<readonly LocalNode[]> {
  const nodes: LocalNode[] = [];
  for (const folder of healthFolders(environment)) {
    if (!await isPrivate(folder)) continue;
    nodes.push(...await nodesIn(folder));
  }
  return nodes;
}

/** The ids of nodes that run, or were killed. */
async function idsIn(folder: string): Promise<string[]> {
  const names = (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name);
  return names.filter((name) => name.endsWith(".json")).slice(0, entriesMax)
    .map((name) => name.slice(0, -".json".length));
}

async function nodesIn(folder: string): Promise<readonly LocalNode[]> {
  const ids = await idsIn(folder);
  const found = await Promise.all(ids.map((id) => localNode(folder, id)));
  return found.filter((node) => node !== undefined);
}

async function localNode(folder: string, id: string): Promise<LocalNode | undefined> {
  const [socket, file] = [`${folder}/${id}.sock`, `${folder}/${id}.json`];
  const identity = identityOf(await Deno.readTextFile(file).catch(() => ""));
  if (identity === undefined || await isRefused(socket)) {
    await Promise.allSettled([file, socket].map((path) => Deno.remove(path)));
    return undefined;
  }
  return { ...identity, ask: (signal) => ask(socket, signal) };
}

async function isRefused(path: string): Promise<boolean> {
  try {
    (await Deno.connect({ transport: "unix", path })).close();
    return false;
  } catch (error) {
    return error instanceof Deno.errors.ConnectionRefused || error instanceof Deno.errors.NotFound;
  }
}

async function ask(path: string, signal: AbortSignal): Promise<Health | undefined> {
  const gone = aborted(signal);
  const connection = await Deno.connect({ transport: "unix", path }).catch(() => undefined);
  if (connection === undefined) return undefined;
  try {
    const text = await Promise.race([readAll(connection).catch(() => undefined), gone]);
    return text === undefined ? undefined : healthOf(text);
  } finally {
    connection.close();
  }
}

async function readAll(connection: Deno.UnixConn): Promise<string> {
  const decoder = new TextDecoder();
  const chunk = new Uint8Array(1024);
  let text = "";
  while (text.length < textMax) {
    const read = await connection.read(chunk);
    if (read === null) break;
    text += decoder.decode(chunk.subarray(0, read), { stream: true });
  }
  return text;
}

function parsed(text: string): Partial<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

function identityOf(text: string): NodeIdentity | undefined {
  const { name, cluster, registries, url } = parsed(text);
  if (typeof name !== "string" || typeof cluster !== "string") return undefined;
  if (!Array.isArray(registries)) return undefined;
  return {
    ...{ name, cluster },
    registries: registries.filter((one) => typeof one === "string"),
    ...typeof url === "string" && { url },
  };
}

function healthOf(text: string): Health | undefined {
  const { healthy, reason, url } = parsed(text);
  return typeof healthy === "boolean" && typeof reason === "string"
    ? { healthy, reason, ...typeof url === "string" && { url } }
    : undefined;
}
