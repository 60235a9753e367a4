/**
 * A real Redis or Valkey server for tests: on a free port of loopback, in a temporary folder.
 *
 * It runs in the background, so that the tests of a file can share one; `sharedRedis()` ends it with
 * the file.
 *
 * @module
 */
import assert from "node:assert/strict";
import { sleep, systemClock } from "../../lib/clock.ts";
import { permitted } from "../permissions.ts";
import type { Need } from "../permissions.ts";

/** Permissions of a test that starts a server. */
export const redisNeeds: readonly Need[] = ["read", "write", "net", "run", "env"];

/** Longest wait for the server to come or to go. */
const patienceMs = 20_000;

/** Saves at its end, but not before. */
const always = ["--daemonize", "yes", "--bind", "127.0.0.1", "--save", "3600 1"];

/**
 * Why there can be no server here, or `undefined` if there can.
 *
 * @throws on CI, where a server that is not installed is a failure
 */
export function redisMissing(): string | undefined {
  if (!permitted(...redisNeeds) || binary() !== undefined) return undefined;
  const reason = "redis-server is not installed";
  if (Deno.env.get("CI") === "true") throw new Error(`${reason}, but on CI it has to be`);
  return reason;
}

function binary(): string | undefined {
  const folders = [...(Deno.env.get("PATH") ?? "").split(":"), "/usr/bin", "/usr/local/bin"];
  const paths = folders.flatMap((folder) =>
    ["redis", "valkey"].map((name) => `${folder}/${name}-server`)
  );
  return paths.find(exists);
}

let shared: Promise<RedisServer> | undefined;

/** The server that all tests of a file share, started when first asked for. */
export function sharedRedis(): Promise<RedisServer> {
  if (shared === undefined) {
    shared = RedisServer.create();
    shared.then((server) => addEventListener("unload", () => server.end()));
  }
  return shared;
}

/** One server. */
export class RedisServer implements AsyncDisposable {
  readonly port: number;
  readonly folder: string;
  readonly #args: readonly string[];
  #pid: number | undefined;

  private constructor(port: number, folder: string, args: readonly string[]) {
    this.port = port;
    this.folder = folder;
    this.#args = args;
  }

  /** A running server; `args` are added to its command line, with `$` for the folder. */
  static async create(...args: string[]): Promise<RedisServer> {
    const folder = await Deno.makeTempDir({ prefix: "clusternode-redis-" });
    const inFolder = args.map((arg) => arg.replace("$", folder));
    const server = new RedisServer(freePort(), folder, inFolder);
    await server.start();
    return server;
  }

  /** Its URL, with `rest` behind the port. */
  url(rest = "/0", user = ""): string {
    return `redis://${user}127.0.0.1:${this.port}${rest}`;
  }

  /** Starts it again, with the data that it had; returns when it accepts connections. */
  async start(...args: string[]): Promise<void> {
    const { folder, port } = this;
    const where = ["--port", `${port}`, "--dir", folder, "--logfile", `${folder}/log`];
    const pidFile = `${folder}/pid`;
    await output(binary()!, [...where, "--pidfile", pidFile, ...always, ...this.#args, ...args]);
    await until("the server starts", async () => {
      this.#pid = Number(await Deno.readTextFile(pidFile).catch(() => "")) || undefined;
      return this.#pid !== undefined && await accepts(port);
    });
  }

  /** Stops it; its data stays. */
  async stop(): Promise<void> {
    this.signal("SIGTERM");
    // The last thing that it removes, when all is saved.
    await until("the server stops", () => !exists(`${this.folder}/pid`));
    await until("nobody listens", async () => !await accepts(this.port));
    this.#pid = undefined;
  }

  /** Sends a signal to its process, for example to make it stand still. */
  signal(signal: Deno.Signal): void {
    if (this.#pid !== undefined) Deno.kill(this.#pid, signal);
  }

  /** Removes all data. */
  async wipe(): Promise<void> {
    await this.command("FLUSHALL");
  }

  /** What it answers to a command of its administrator. */
  command(...args: string[]): Promise<string> {
    return output("redis-cli", ["-e", "-p", `${this.port}`, ...args]);
  }

  /** Like {@linkcode command}, with any text, also one with zero bytes, as the last argument. */
  commandWith(last: string, ...args: string[]): Promise<string> {
    return output("redis-cli", ["-e", "-x", "-p", `${this.port}`, ...args], last);
  }

  /** Ends it at once and removes its data. */
  end(): void {
    try {
      this.signal("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    this.#pid = undefined;
    Deno.removeSync(this.folder, { recursive: true });
  }

  /** Like {@linkcode end}. */
  [Symbol.asyncDispose](): Promise<void> {
    this.end();
    return Promise.resolve();
  }
}

/** A port on which nobody listens. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** Waits for something that nothing tells of. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = systemClock.now() + patienceMs;
  while (!await isSo()) {
    assert.ok(systemClock.now() < deadline, `not within ${patienceMs} ms: ${what}`);
    await sleep(systemClock, 10);
  }
}

/** Runs a program to its end. */
export async function output(program: string, args: string[], input = ""): Promise<string> {
  const command = new Deno.Command(program, {
    args,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  });
  const child = command.spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input)).catch(() => {});
  await writer.close().catch(() => {});
  const { success, stdout, stderr } = await child.output();
  const texts = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes).trim());
  assert.ok(success, `${program} ${args.join(" ")}: ${texts.join(" ")}`);
  return texts[0] ?? "";
}

async function accepts(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return true;
  } catch {
    return false;
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
