/**
 * A real PostgreSQL server for tests: of Debian's package, in a temporary folder, on a loopback port.
 *
 * PostgreSQL refuses to run as root, so root lends it the user `postgres`.
 *
 * @module
 */
import assert from "node:assert/strict";
import postgres from "postgres";
import { permitted } from "../permissions.ts";
import type { Need } from "../permissions.ts";

/** Permissions that tests with a server need. */
export const postgresNeeds: readonly Need[] = ["read", "write", "net", "run", "env", "sys"];

/** Of the superuser `postgres`; fit to be searched for in messages. */
export const postgresPassword = "kJ7-secret-9Qx";

/** The folder of the newest installed server's programs, or `undefined` if there is none. */
function binFolder(): string | undefined {
  if (!permitted("read")) return undefined;
  const root = "/usr/lib/postgresql";
  try {
    const versions = [...Deno.readDirSync(root)].map(({ name }) => Number(name));
    return `${root}/${Math.max(...versions)}/bin`;
  } catch {
    return undefined;
  }
}

/**
 * Why tests with a server have to be skipped, or `undefined` if they need not.
 *
 * @throws where everything has to be tested, so that nothing is skipped unnoticed
 */
export function postgresSkip(): string | undefined {
  if (!permitted(...postgresNeeds) || binFolder() !== undefined) return undefined;
  assert.notEqual(Deno.env.get("CI"), "true", "Debian's package postgresql is not installed");
  return "needs Debian's package postgresql";
}

/** One server with its data; it runs from `create()` on. */
export class PostgresServer implements AsyncDisposable {
  readonly port: number;
  readonly #folder: string;
  readonly #bin: string;

  private constructor(folder: string, bin: string, port: number) {
    this.#folder = folder;
    this.#bin = bin;
    this.port = port;
  }

  /** A running server without any data. It knows TLS if there is an `openssl` to make keys with. */
  static async create(): Promise<PostgresServer> {
    const bin = binFolder();
    assert.ok(bin);
    const folder = await Deno.makeTempDir({ prefix: "postgres" });
    const server = new PostgresServer(folder, bin, freePort());
    try {
      await Deno.writeTextFile(`${folder}/password`, postgresPassword);
      await makeCertificates(folder);
      if (Deno.uid() === 0) await run("chown", "-R", "postgres:", folder);
      await server.#run(
        "initdb",
        ...["-D", `${folder}/data`, "-U", "postgres", "--auth=scram-sha-256", "--no-sync", "-N"],
        ...[`--pwfile=${folder}/password`, "-E", "UTF8", "--locale=C"],
      );
      const tls = `ssl = on\nssl_cert_file = '${folder}/server.crt'\n` +
        `ssl_key_file = '${folder}/server.key'\n`;
      const config = `listen_addresses = '127.0.0.1'\nport = ${server.port}\n` +
        `unix_socket_directories = '${folder}'\nfsync = off\n${tls}`;
      await Deno.writeTextFile(`${folder}/data/postgresql.conf`, config);
      await server.start();
    } catch (error) {
      await Deno.remove(folder, { recursive: true });
      throw error;
    }
    return server;
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
    const asPostgres = ["--reuid=postgres", "--regid=postgres", "--clear-groups"];
    const command = [`${this.#bin}/${program}`, ...args];
    await run(...Deno.uid() === 0 ? ["setpriv", ...asPostgres, ...command] : command);
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

function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** Makes a CA and the certificate of the server. */
async function makeCertificates(folder: string): Promise<void> {
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  const ca = ["-keyout", `${folder}/ca.key`, "-out", `${folder}/ca.crt`];
  await run("openssl", "req", "-x509", ...key, "-subj", "/CN=test", "-days", "2", ...ca);
  const server = ["-keyout", `${folder}/server.key`, "-out", `${folder}/server.csr`];
  await run("openssl", "req", ...key, "-subj", "/CN=localhost", ...server);
  await Deno.writeTextFile(`${folder}/names`, "subjectAltName = DNS:localhost");
  const signed = ["-in", `${folder}/server.csr`, "-out", `${folder}/server.crt`];
  const signer = ["-CA", `${folder}/ca.crt`, "-CAkey", `${folder}/ca.key`, "-CAcreateserial"];
  const names = ["-extfile", `${folder}/names`, "-days", "2"];
  await run("openssl", "x509", "-req", ...signed, ...signer, ...names);
}

async function run(...command: string[]): Promise<void> {
  const [program = "", ...args] = command;
  // The server would keep a pipe of ours open for as long as it lives.
  const daemon = program.endsWith("pg_ctl") || args.some((word) => word.endsWith("pg_ctl"));
  const stdio = daemon ? "null" : "piped";
  const child = new Deno.Command(program, { args, stdin: "null", stdout: stdio, stderr: stdio });
  const output = await child.output();
  const reason = daemon ? "" : new TextDecoder().decode(output.stderr);
  assert.ok(output.success, `${command.join(" ")} failed: ${reason}`);
}
