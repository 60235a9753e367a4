/**
 * A real PostgreSQL server for tests: of Debian's package, in a temporary folder, on a loopback port.
 *
 * PostgreSQL refuses to run as root, so root lends it the user `postgres`.
 *
 * @module
 */
import postgres from "postgres";
import { makeCertificates, run } from "./program.ts";
import { programPath } from "./server.ts";
import type { ServerNeeds } from "./server.ts";
import { freePort } from "../support/ports.ts";

/** What tests with it need. */
export const postgresNeeds: ServerNeeds = {
  permissions: ["read", "write", "net", "run", "env", "sys"],
  programs: ["initdb", "pg_ctl", "openssl"],
  folders: binFolders,
};

/** Of the superuser `postgres`; fit to be searched for in messages. */
export const postgresPassword = "kJ7-secret-9Qx";

/** Where Debian's package has its programs: by version, the newest first. */
function binFolders(): string[] {
  const root = "/usr/lib/postgresql";
  try {
    const versions = [...Deno.readDirSync(root)].map(({ name }) => Number(name));
    return versions.sort((one, other) => other - one).map((version) => `${root}/${version}/bin`);
  } catch {
    return [];
  }
}

/** One server with its data; it runs from `create()` on. */
export class PostgresServer implements AsyncDisposable {
  readonly port: number;
  readonly #folder: string;

  constructor(folder: string, port: number) {
    this.#folder = folder;
    this.port = port;
  }

  /**
   * A running server without any data. Its certificate is for `localhost`.
   *
   * @param settings lines to be added to its configuration
   */
  static async create(settings = ""): Promise<PostgresServer> {
    const folder = await Deno.makeTempDir({ prefix: "postgres" });
    const server = new PostgresServer(folder, freePort());
    try {
      await Deno.writeTextFile(`${folder}/password`, postgresPassword);
      await makeCertificates(folder, "DNS:localhost");
      if (Deno.uid() === 0) await run("chown", ["-R", "postgres:", folder]);
      await server.#run(
        "initdb",
        ...["-D", `${folder}/data`, "-U", "postgres", "--auth=scram-sha-256", "--no-sync", "-N"],
        ...[`--pwfile=${folder}/password`, "-E", "UTF8", "--locale=C"],
      );
      const tls = `ssl = on\nssl_cert_file = '${folder}/server.crt'\n` +
        `ssl_key_file = '${folder}/server.key'\n`;
      const config = `listen_addresses = '127.0.0.1'\nport = ${server.port}\n` +
        `unix_socket_directories = '${folder}'\nfsync = off\n${tls}${settings}\n`;
      await Deno.writeTextFile(`${folder}/data/postgresql.conf`, config);
      await server.start();
    } catch (error) {
      await Deno.remove(folder, { recursive: true });
      throw error;
    }
    return server;
  }

  /**
   * A standby of this server, which may be read and takes no writes until `promote()`.
   */
  async standby(): Promise<PostgresServer> {
    const folder = await Deno.makeTempDir({ prefix: "postgres" });
    const standby = new PostgresServer(folder, freePort());
    try {
      if (Deno.uid() === 0) await run("chown", ["postgres:", folder]);
      const from = `host=127.0.0.1 port=${this.port} user=postgres password=${postgresPassword}`;
      await standby.#run("pg_basebackup", "-D", `${folder}/data`, "-R", "-c", "fast", "-d", from);
      const changes = `\nport = ${standby.port}\nunix_socket_directories = '${folder}'\n`;
      await Deno.writeTextFile(`${folder}/data/postgresql.conf`, changes, { append: true });
      await standby.start();
    } catch (error) {
      await Deno.remove(folder, { recursive: true });
      throw error;
    }
    return standby;
  }

  /** Makes a standby a server like any other. */
  async promote(): Promise<void> {
    await this.#run("pg_ctl", "-D", `${this.#folder}/data`, "-w", "promote");
  }

  /** The folder with its Unix socket and its certificates. */
  get folder(): string {
    return this.#folder;
  }

  /** Puts lines in front of the rules that say who may come in, and how. */
  async allow(...rules: string[]): Promise<void> {
    const path = `${this.#folder}/data/pg_hba.conf`;
    const before = await Deno.readTextFile(path);
    await Deno.writeTextFile(path, `${rules.join("\n")}\n${before}`);
    await this.query("select pg_reload_conf()");
  }

  /** A file with the CA that has signed the server's certificate for `localhost`. */
  get caFile(): string {
    return `${this.#folder}/ca.crt`;
  }

  /** The URL of the server, with everything in it. */
  url(parts: PostgresUrlParts = {}): string {
    const { user = "postgres", password = postgresPassword, database = "postgres" } = parts;
    const { host = "127.0.0.1", port = this.port, query = "" } = parts;
    return `postgres://${user}:${password}@${host}:${port}/${database}?${query}`;
  }

  /** Starts it again, on the same port and data; resolves when it serves. */
  async start(): Promise<void> {
    await this.#run("pg_ctl", "-D", `${this.#folder}/data`, "-l", `${this.#folder}/log`, "start");
  }

  /** Stops it, and breaks all connections. */
  async stop(): Promise<void> {
    await this.#run("pg_ctl", "-D", `${this.#folder}/data`, "-m", "immediate", "stop");
  }

  /** Throws away what was kept in `schema`. */
  async wipe(schema: string): Promise<void> {
    await this.query(`drop schema if exists ${schema} cascade`);
  }

  /** What a statement of the superuser gives. */
  async query(text: string): Promise<Record<string, unknown>[]> {
    return await this.asSuperuser(async (sql) => [...await sql.unsafe(text)]);
  }

  /** Lends a connection of the superuser. */
  async asSuperuser<T>(use: (sql: postgres.Sql) => Promise<T>): Promise<T> {
    const sql = postgres(this.url(), { max: 1, onnotice: () => {}, max_lifetime: null });
    try {
      return await use(sql);
    } finally {
      await sql.end({ timeout: 1 });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop().catch(() => {});
    await Deno.remove(this.#folder, { recursive: true });
  }

  async #run(program: string, ...args: string[]): Promise<void> {
    const command = [programPath(program, postgresNeeds), ...args];
    const asPostgres = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"];
    const [first = "", ...rest] = Deno.uid() === 0 ? [...asPostgres, ...command] : command;
    await run(first, rest, { isDaemon: program === "pg_ctl" });
  }
}

/** What a test may want to have different in the URL. */
export interface PostgresUrlParts {
  readonly user?: string;
  readonly password?: string;
  readonly database?: string;
  readonly host?: string;
  readonly port?: number;
  readonly query?: string;
}
