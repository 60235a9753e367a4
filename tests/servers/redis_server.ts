/**
 * A real Redis or Valkey server for tests: on a free port of loopback, in a temporary folder.
 *
 * It runs in the background, so that the tests of a file can share one.
 *
 * @module
 */
import { run } from "./program.ts";
import { needingServer, programPath } from "./server.ts";
import type { ServerNeeds } from "./server.ts";
import { accepts, freePort } from "../support/ports.ts";
import { until } from "../support/waiting.ts";

/** What tests with it need. */
export const redisNeeds: ServerNeeds = {
  permissions: ["read", "write", "net", "run", "env"],
  programs: ["redis-server|valkey-server", "redis-cli|valkey-cli", "openssl"],
};

/** Saves at its end, but not before. */
const always = ["--daemonize", "yes", "--bind", "127.0.0.1", "--save", "3600 1"];

/** Options of a test with it. */
export function needingRedis(name: string): { name: string; ignore: boolean } {
  return needingServer(`redis: ${name}`, redisNeeds);
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
    const binary = programPath("redis-server|valkey-server", redisNeeds);
    await run(binary, [...where, "--pidfile", pidFile, ...always, ...this.#args, ...args]);
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
    return run(client(), ["-e", "-p", `${this.port}`, ...args]);
  }

  /** Like {@linkcode command}, with any text, also one with zero bytes, as the last argument. */
  commandWith(last: string, ...args: string[]): Promise<string> {
    return run(client(), ["-e", "-x", "-p", `${this.port}`, ...args], { input: last });
  }

  /** Ends it at once and removes its data. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.signal("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    this.#pid = undefined;
    await Deno.remove(this.folder, { recursive: true });
  }
}

function client(): string {
  return programPath("redis-cli|valkey-cli", redisNeeds);
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
