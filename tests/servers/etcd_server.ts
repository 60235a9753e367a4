/**
 * A real etcd for tests, in a temporary folder and on free ports of this machine.
 *
 * Tests stop it and start it again, but a process that was started in one test must not end in
 * another. So a shell runs all the time and starts, stops and freezes etcd when it is told to; when
 * the shell hears nothing any more, because the tests ended or died, it ends etcd.
 *
 * @module
 */
import assert from "node:assert/strict";
import { toBase64 } from "../../lib/registry/etcd/etcd_json.ts";
import { permitted } from "../permissions.ts";
import { run } from "./program.ts";
import { needingServer, programPath, whyMissing } from "./server.ts";
import type { ServerNeeds } from "./server.ts";
import { freePorts } from "../support/ports.ts";
import { until } from "../support/waiting.ts";

/** What tests with it need. */
export const etcdNeeds: ServerNeeds = {
  permissions: ["read", "write", "net", "run", "env"],
  programs: ["etcd", "etcdctl"],
};

/** `"$@"` is etcd with its arguments. */
const shell = `
pid=
end() {
  if [ -n "$pid" ]; then kill -CONT $pid; kill -KILL $pid; wait $pid; fi 2>/dev/null
  pid=
}
while read -r word; do
  case $word in
    start) end; "$@" </dev/null >/dev/null 2>&1 & pid=$! ;;
    stop) end ;;
    freeze) kill -STOP $pid ;;
    thaw) kill -CONT $pid ;;
  esac
  echo "$word"
done
end`;

/**
 * One etcd for all tests of a file: started before the first of them, because its shell is a child of
 * whoever starts it, and ended after the last one.
 *
 * @returns a function that gives it, for use inside of tests
 */
export function sharedEtcd(options: EtcdServerOptions = {}): () => EtcdServer {
  let server: EtcdServer | undefined;
  if (permitted(...etcdNeeds.permissions) && whyMissing(etcdNeeds) === undefined) {
    Deno.test.beforeAll(async () => {
      server = await EtcdServer.create(options);
    });
    Deno.test.afterAll(async () => await server?.[Symbol.asyncDispose]());
  }
  return () => {
    assert.ok(server, "a server is there while tests run");
    return server;
  };
}

/** Options of a test with an etcd: `Deno.test({ ...needingEtcd("put()"), fn })`. */
export function needingEtcd(name: string): { name: string; ignore: boolean } {
  return needingServer(`etcd: ${name}`, etcdNeeds);
}

/** How an etcd is started. */
export interface EtcdServerOptions {
  /** With TLS, and a certificate that it signs itself: see `certificate`. */
  readonly isSecure?: boolean;
  /** With TLS, the certificates of this folder, and only for clients with one of them. */
  readonly certificates?: string;
  /** The ports on which the members of its cluster talk to each other; its own one comes first. */
  readonly peers?: readonly number[];
}

/** One etcd; its data outlives a stop, but not a wipe. */
export class EtcdServer implements AsyncDisposable {
  readonly #folder: string;
  readonly #options: EtcdServerOptions;
  /** For clients, members, and questions about its health. */
  readonly #ports: readonly [client: number, peer: number, health: number];
  readonly #shell: Deno.ChildProcess;
  readonly #words: WritableStreamDefaultWriter<Uint8Array>;
  readonly #echoes: ReadableStreamDefaultReader<Uint8Array>;

  private constructor(folder: string, options: EtcdServerOptions) {
    this.#folder = folder;
    this.#options = options;
    const [client = 0, peer = 0, health = 0] = freePorts(3);
    this.#ports = [client, options.peers?.[0] ?? peer, health];
    const args = ["-c", shell, "sh", programPath("etcd", etcdNeeds), ...this.#arguments()];
    this.#shell = new Deno.Command("sh", { args, stdin: "piped", stdout: "piped" }).spawn();
    this.#words = this.#shell.stdin.getWriter();
    this.#echoes = this.#shell.stdout.getReader();
  }

  /** A new etcd with no data, which serves already. */
  static async create(options: EtcdServerOptions = {}): Promise<EtcdServer> {
    const server = new EtcdServer(await Deno.makeTempDir({ prefix: "etcd_test" }), options);
    await server.start();
    return server;
  }

  /** Two members of one cluster, neither of which can do anything without the other. */
  static async createPair(): Promise<[EtcdServer, EtcdServer]> {
    const peers = freePorts(2);
    const create = (ports: readonly number[]): Promise<EtcdServer> =>
      EtcdServer.create({ peers: ports });
    return await Promise.all([create(peers), create(peers.toReversed())]);
  }

  /** For clients. */
  get port(): number {
    return this.#ports[0];
  }

  /** Host and port for clients. */
  get host(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Path of its certificate, if it is secure. */
  get certificate(): string {
    return `${this.#data}/fixtures/client/cert.pem`;
  }

  get #data(): string {
    return `${this.#folder}/data`;
  }

  /** Starts with the data that are there, and waits until it serves. */
  async start(): Promise<void> {
    await this.#tell("start");
    await until("etcd serves", () => this.#isHealthy());
  }

  /** Ends the process at once, as a power failure would. */
  stop(): Promise<void> {
    return this.#tell("stop");
  }

  /** Stops the process without ending it: it answers nothing and keeps its connections. */
  freeze(): Promise<void> {
    return this.#tell("freeze");
  }

  thaw(): Promise<void> {
    return this.#tell("thaw");
  }

  /** Starts anew without data. */
  async wipe(): Promise<void> {
    await this.stop();
    await Deno.remove(this.#data, { recursive: true });
    await this.start();
  }

  /** Runs `work` and then puts the data back to what they were before it. */
  async undo(work: () => Promise<void>): Promise<void> {
    const backup = `${this.#folder}/backup`;
    await this.control("snapshot", "save", backup);
    await work();
    await this.stop();
    await Deno.remove(this.#data, { recursive: true });
    const args = this.#membership().filter((argument) => !argument.startsWith("--listen"));
    await this.control("snapshot", "restore", backup, `--data-dir=${this.#data}`, ...args);
    await Deno.remove(backup);
    await this.start();
  }

  /** Runs etcdctl against this server; what it prints. */
  async control(...args: string[]): Promise<string> {
    const client = programPath("etcdctl", etcdNeeds);
    return await run(client, ["--endpoints", this.host, ...args], { env: { ETCDCTL_API: "3" } });
  }

  /** Asks the gateway without any code of ours. */
  async ask(path: string, body: object): Promise<Record<string, unknown>> {
    const request = { method: "POST", body: JSON.stringify(body) };
    const response = await fetch(`http://${this.host}/v3/${path}`, request);
    return await response.json();
  }

  /** Puts any text under any key. */
  async put(key: string, text: string): Promise<void> {
    await this.ask("kv/put", { key: toBase64(key), value: toBase64(text) });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await this.#words.close();
    await this.#echoes.cancel();
    await this.#shell.status;
    await Deno.remove(this.#folder, { recursive: true });
  }

  /** Who belongs to its cluster. */
  #membership(): string[] {
    const [, own] = this.#ports;
    const urlOf = (peer: number): string => `http://127.0.0.1:${peer}`;
    const members = (this.#options.peers ?? [own]).map((peer) => `m${peer}=${urlOf(peer)}`);
    return [
      `--name=m${own}`,
      `--initial-cluster=${members.join(",")}`,
      `--initial-advertise-peer-urls=${urlOf(own)}`,
      `--listen-peer-urls=${urlOf(own)}`,
    ];
  }

  #arguments(): string[] {
    const { isSecure = false, certificates } = this.#options;
    const client = `http${isSecure || certificates !== undefined ? "s" : ""}://${this.host}`;
    return [
      ...this.#membership(),
      `--data-dir=${this.#data}`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-metrics-urls=http://127.0.0.1:${this.#ports[2]}`,
      ...(isSecure ? ["--auto-tls"] : []),
      ...certificates === undefined ? [] : [
        `--cert-file=${certificates}/server.crt`,
        `--key-file=${certificates}/server.key`,
        `--trusted-ca-file=${certificates}/ca.crt`,
        "--client-cert-auth",
      ],
      // Elections are quick: nobody is far away.
      "--heartbeat-interval=20",
      "--election-timeout=200",
    ];
  }

  async #isHealthy(): Promise<boolean> {
    try {
      const response = await fetch(`http://127.0.0.1:${this.#ports[2]}/health`);
      return (await response.text()).includes("true");
    } catch {
      return false;
    }
  }

  /** Tells the shell to do something, and waits until it is done. */
  async #tell(word: string): Promise<void> {
    await this.#words.write(new TextEncoder().encode(`${word}\n`));
    const { value } = await this.#echoes.read();
    assert.equal(new TextDecoder().decode(value), `${word}\n`);
  }
}
