/**
 * OpenStack Swift with its S3 interface, as the real server to test against: it verifies signatures
 * and knows no conditions. From the Debian packages `swift-proxy`, `swift-account`,
 * `swift-container`, `swift-object` and `memcached`; its servers run as processes of the test.
 *
 * @module
 */
import { userInfo } from "node:os";
import { systemClock } from "../../lib/clock.ts";
import { S3Bucket } from "../../lib/registry/s3/s3_bucket.ts";
import { S3Client } from "../../lib/registry/s3/s3_client.ts";
import { parseS3Url } from "../../lib/registry/s3/s3_url.ts";
import { run } from "./program.ts";
import { programPath } from "./server.ts";
import type { ServerNeeds } from "./server.ts";

/** Keys of the one who may do everything in the account. */
export const swiftKeys: Readonly<Record<string, string>> = {
  AWS_ACCESS_KEY_ID: "test:tester",
  AWS_SECRET_ACCESS_KEY: "open-sesame-0123",
  AWS_REGION: "us-east-1",
};

/** Keys of one who may do nothing. */
export const swiftGuestKeys: Readonly<Record<string, string>> = {
  ...swiftKeys,
  AWS_ACCESS_KEY_ID: "test:guest",
  AWS_SECRET_ACCESS_KEY: "closed-sesame-0123",
};

/** The bucket that is there. */
export const swiftBucket = "meeting-place";

const parts = ["memcached", "account", "container", "object", "proxy"] as const;
type Part = typeof parts[number];

/** Parts that keep data, each with a ring that says where. */
const storageParts = ["account", "container", "object"] as const;

/** The one that Debian's packages are for. */
const python = "/usr/bin/python3";

/** What tests with it need. */
export const swiftNeeds: ServerNeeds = {
  permissions: ["read", "write", "net", "run", "env", "sys"],
  programs: parts.map(binaryOf),
};

/** Rings of one partition on one device; arguments: folder, then each name with its port. */
const ringScript = `
import sys
from swift.common.ring import RingBuilder
folder, parts = sys.argv[1], sys.argv[2:]
for name, port in zip(parts[0::2], map(int, parts[1::2])):
    builder = RingBuilder(1, 1, 0)
    builder.add_dev({
        "region": 1, "zone": 1, "ip": "127.0.0.1", "port": port, "device": "d1", "weight": 1.0,
        "replication_ip": "127.0.0.1", "replication_port": port, "meta": "",
    })
    builder.rebalance()
    builder.get_ring().save(folder + "/" + name + ".ring.gz")
`;
import { accepts, freePorts } from "../support/ports.ts";
import { patienceMs, until } from "../support/waiting.ts";

/** A part of the proxy that writes down what it is asked. */
const listenerScript = `
def factory(settings, file, **others):
    def listening(application):
        def serve(environment, start):
            asked = environment["REQUEST_METHOD"], environment["PATH_INFO"]
            with open(file, "a") as requests:
                requests.write(" ".join(asked) + "\\n")
            return application(environment, start)
        return serve
    return listening
`;

/**
 * Runs "$@" apart from the test that starts it, because it serves others, too, and tells its process
 * id; ends it when the process $0 has ended, so that none is left behind.
 */
const apartScript = `
{
  "$@" </dev/null >/dev/null 2>&1 &
  server=$!
  echo $server
  exec >/dev/null
  while kill -0 $0 && kill -0 $server; do sleep 1; done
  kill -9 $server
} 2>/dev/null &`;

/** A running Swift with one device in a temporary folder. */
export class SwiftServer implements AsyncDisposable {
  readonly #folder: string;
  readonly #ports: Readonly<Record<Part, number>>;
  /** Ids of the processes. */
  readonly #running = new Map<Part, number>();

  private constructor(folder: string, ports: Readonly<Record<Part, number>>) {
    this.#folder = folder;
    this.#ports = ports;
  }

  /** A server that answers, with an empty bucket. */
  static async open(): Promise<SwiftServer> {
    const folder = await Deno.makeTempDir({ prefix: "swift" });
    const [memcached = 0, account = 0, container = 0, object = 0, proxy = 0] = freePorts(5);
    const server = new SwiftServer(folder, { memcached, account, container, object, proxy });
    try {
      await server.#configure();
      await server.start();
      await server.createBucket();
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
    return server;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.#ports.proxy}`;
  }

  /** Starts what does not run, with the data that is there. */
  async start(): Promise<void> {
    await Promise.all(parts.map((part) => this.#spawn(part)));
    for (const part of parts) await until(`${part} starts`, () => accepts(this.#ports[part]));
  }

  /** Ends the server that clients talk to; the others have nobody to serve then. */
  async stop(): Promise<void> {
    await this.#end("proxy");
  }

  /** Ends everything, and starts again without any data: the bucket is gone, too. */
  async wipe(): Promise<void> {
    for (const part of parts) await this.#end(part);
    await Deno.remove(`${this.#folder}/devices`, { recursive: true });
    await Deno.mkdir(`${this.#folder}/devices/d1`, { recursive: true });
    await this.start();
  }

  /** What it was asked since that was last forgotten: "PUT /bucket/key", "GET /bucket". */
  async requests(): Promise<string[]> {
    return (await Deno.readTextFile(this.#requestsFile)).split("\n").slice(0, -1);
  }

  async forgetRequests(): Promise<void> {
    await Deno.writeTextFile(this.#requestsFile, "");
  }

  async createBucket(): Promise<void> {
    await this.#withClient((client) =>
      client.send({
        method: "PUT",
        key: "",
        action: "write into",
        bytesMax: 1_000,
        signal: AbortSignal.timeout(patienceMs),
      })
    );
  }

  /** Puts an object as a foreign program might. */
  async put(key: string, text: string): Promise<void> {
    const signal = AbortSignal.timeout(patienceMs);
    await this.#withClient((client) =>
      new S3Bucket(client).put(key, text, { kind: "any" }, signal)
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const part of parts) await this.#end(part);
    await Deno.remove(this.#folder, { recursive: true });
  }

  async #withClient(work: (client: S3Client) => Promise<unknown>): Promise<void> {
    const place = parseS3Url(`s3://${swiftBucket}?endpoint=${this.endpoint}`);
    if ("fault" in place) throw new Error(place.fault);
    using client = new S3Client(place, systemClock, (name) => swiftKeys[name]);
    await work(client);
  }

  async #spawn(part: Part): Promise<void> {
    if (this.#running.has(part)) return;
    const binary = programPath(binaryOf(part), swiftNeeds);
    const args = part === "memcached" ? this.#memcachedArguments() : [this.#configOf(part)];
    const process = await run("/bin/sh", ["-c", apartScript, `${Deno.pid}`, binary, ...args], {
      env: { PYTHONPATH: this.#folder },
    });
    this.#running.set(part, Number(process));
  }

  async #end(part: Part): Promise<void> {
    const process = this.#running.get(part);
    if (process === undefined) return;
    this.#running.delete(part);
    try {
      Deno.kill(process, "SIGKILL");
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    await until(`${part} ends`, async () => !await accepts(this.#ports[part]));
  }

  async #configure(): Promise<void> {
    await Deno.mkdir(`${this.#folder}/devices/d1`, { recursive: true });
    await Deno.writeTextFile(this.#configOf("proxy"), this.#proxyConfig());
    await Deno.writeTextFile(`${this.#folder}/listener.py`, listenerScript);
    for (const part of storageParts) {
      await Deno.writeTextFile(this.#configOf(part), this.#storageConfig(part));
    }
    await this.#buildRings();
  }

  #configOf(part: Part): string {
    return `${this.#folder}/${part}-server.conf`;
  }

  get #requestsFile(): string {
    return `${this.#folder}/requests`;
  }

  #memcachedArguments(): string[] {
    return ["-l", "127.0.0.1", "-p", `${this.#ports.memcached}`, "-u", userInfo().username];
  }

  /** All three at once: the tool for it would start Python nine times. */
  async #buildRings(): Promise<void> {
    const ports = storageParts.map((part) => [part, `${this.#ports[part]}`]).flat();
    await run(python, ["-c", ringScript, this.#folder, ...ports]);
  }

  #commonConfig(part: Part): string[] {
    return [
      "[DEFAULT]",
      "bind_ip = 127.0.0.1",
      `bind_port = ${this.#ports[part]}`,
      `user = ${userInfo().username}`,
      `swift_dir = ${this.#folder}`,
      "workers = 0",
    ];
  }

  #storageConfig(part: Part): string {
    return [
      ...this.#commonConfig(part),
      `devices = ${this.#folder}/devices`,
      "mount_check = false",
      "disable_fallocate = true",
      "[pipeline:main]",
      `pipeline = ${part}-server`,
      `[app:${part}-server]`,
      `use = egg:swift#${part}`,
      "",
    ].join("\n");
  }

  #proxyConfig(): string {
    const user = (keys: Readonly<Record<string, string>>, group: string): string => {
      const name = keys["AWS_ACCESS_KEY_ID"]?.replace(":", "_");
      return `user_${name} = ${keys["AWS_SECRET_ACCESS_KEY"]} ${group}`;
    };
    return [
      ...this.#commonConfig("proxy"),
      "[pipeline:main]",
      "pipeline = catch_errors listener gatekeeper cache listing_formats s3api tempauth bulk slo " +
      "proxy-server",
      "[app:proxy-server]",
      "use = egg:swift#proxy",
      "account_autocreate = true",
      "[filter:catch_errors]",
      "use = egg:swift#catch_errors",
      "[filter:listener]",
      "paste.filter_factory = listener:factory",
      `file = ${this.#requestsFile}`,
      "[filter:gatekeeper]",
      "use = egg:swift#gatekeeper",
      "[filter:cache]",
      "use = egg:swift#memcache",
      `memcache_servers = 127.0.0.1:${this.#ports.memcached}`,
      "[filter:listing_formats]",
      "use = egg:swift#listing_formats",
      "[filter:bulk]",
      "use = egg:swift#bulk",
      "[filter:slo]",
      "use = egg:swift#slo",
      "[filter:s3api]",
      "use = egg:swift#s3api",
      "[filter:tempauth]",
      "use = egg:swift#tempauth",
      user(swiftKeys, ".admin"),
      user(swiftGuestKeys, ""),
      "",
    ].join("\n");
  }
}

function binaryOf(part: Part): string {
  return part === "memcached" ? part : `swift-${part}-server`;
}
