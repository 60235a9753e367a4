/**
 * A real PgBouncer in front of a PostgreSQL server, for tests.
 *
 * @module
 */
import { postgresNeeds, postgresPassword } from "./postgres_server.ts";
import type { PostgresServer } from "./postgres_server.ts";
import { run } from "./program.ts";
import { programPath } from "./server.ts";
import { accepts, freePort } from "../support/ports.ts";
import { until } from "../support/waiting.ts";

/** One pooler; it runs from `create()` on. */
export class PgBouncer implements AsyncDisposable {
  readonly port: number;
  readonly #folder: string;
  readonly #pid: number;

  private constructor(folder: string, port: number, pid: number) {
    this.#folder = folder;
    this.port = port;
    this.#pid = pid;
  }

  /** @param mode for how long a client has a connection of the server for itself */
  static async create(
    server: PostgresServer,
    mode: "session" | "transaction",
  ): Promise<PgBouncer> {
    const folder = await Deno.makeTempDir({ prefix: "pgbouncer" });
    const port = freePort();
    await Deno.writeTextFile(`${folder}/users`, `"postgres" "${postgresPassword}"\n`);
    const lines = [
      "[databases]",
      `* = host=127.0.0.1 port=${server.port}`,
      "[pgbouncer]",
      "listen_addr = 127.0.0.1",
      `listen_port = ${port}`,
      "unix_socket_dir =",
      "auth_type = scram-sha-256",
      `auth_file = ${folder}/users`,
      `pool_mode = ${mode}`,
      "server_login_retry = 1",
      `logfile = ${folder}/log`,
      `pidfile = ${folder}/pid`,
    ];
    await Deno.writeTextFile(`${folder}/config`, lines.join("\n") + "\n");
    if (Deno.uid() === 0) await run("chown", ["-R", "postgres:", folder]);
    const user = Deno.uid() === 0 ? ["-u", "postgres"] : [];
    const needs = { ...postgresNeeds, programs: ["pgbouncer"] };
    const program = programPath("pgbouncer", needs);
    await run(program, ["-d", ...user, `${folder}/config`], { isDaemon: true });
    let pid = 0;
    await until("the pooler starts", async () => {
      pid = Number(await Deno.readTextFile(`${folder}/pid`).catch(() => "0"));
      return pid > 0 && await accepts(port);
    });
    return new PgBouncer(folder, port, pid);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    Deno.kill(this.#pid, "SIGKILL");
    await Deno.remove(this.#folder, { recursive: true });
  }
}
