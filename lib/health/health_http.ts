/**
 * Asks a node over HTTP how it is: neither its registry nor its cookie is wanted for that.
 *
 * One request over one connection, written out: it costs less than all that a client for any server
 * brings along, and no proxy of the surroundings comes in between.
 *
 * @module
 */
import { onAbort } from "../abort.ts";
import type { Health } from "./health_socket.ts";

/** Where a node answers over HTTP. */
export interface HttpPlace {
  readonly host: string;
  readonly port: number;
  /** What it wants to be told, if anything. */
  readonly token?: string | undefined;
}

/** How a node is, and which one it is. */
export interface NamedHealth extends Health {
  readonly name: string;
  readonly cluster: string;
}

/** Most bytes of an answer. */
const answerMaxBytes = 16_384;

/**
 * How the node is that answers there; `"busy"` if it has no place for the question, `undefined` if none
 * answers before `signal` is aborted.
 */
export async function healthOverHttp(
  { host, port, token }: HttpPlace,
  signal: AbortSignal,
): Promise<NamedHealth | "busy" | undefined> {
  const connection = await Deno.connect({ hostname: host, port, signal }).catch(() => undefined);
  if (connection === undefined) return undefined;
  const close = (): void => {
    try {
      connection.close();
    } catch {
      // It is closed already.
    }
  };
  const forget = onAbort(signal, close);
  try {
    const lines = [
      "GET /v1/health HTTP/1.1",
      `Host: ${host.includes(":") ? `[${host}]` : host}:${port}`,
      ...token === undefined ? [] : [`Authorization: Bearer ${token}`],
      "Connection: close",
    ];
    const request = new TextEncoder().encode(`${lines.join("\r\n")}\r\n\r\n`);
    // Short enough to be taken at once.
    await connection.write(request);
    return healthIn(await readAll(connection));
  } catch {
    // It has gone, or has said nothing in time.
    return undefined;
  } finally {
    forget();
    close();
  }
}

async function readAll(connection: Deno.Conn): Promise<string> {
  const bytes = new Uint8Array(answerMaxBytes);
  let length = 0;
  while (length < bytes.length) {
    const count = await connection.read(bytes.subarray(length));
    if (count === null) break;
    length += count;
  }
  return new TextDecoder().decode(bytes.subarray(0, length));
}

/** What an answer tells; `undefined` if it is not one of a node. */
function healthIn(answer: string): NamedHealth | "busy" | undefined {
  const [head = "", body = ""] = answer.split("\r\n\r\n", 2);
  if (/^HTTP\/1\.1 503 /.test(head)) return "busy";
  if (!/^HTTP\/1\.1 200 /.test(head)) return undefined;
  try {
    const { schema, name, cluster, healthy, reason } = JSON.parse(body);
    const isNode = schema === "health.v1" && typeof healthy === "boolean" &&
      [name, cluster, reason].every((text) => typeof text === "string");
    return isNode ? { name, cluster, healthy, reason } : undefined;
  } catch {
    return undefined;
  }
}
