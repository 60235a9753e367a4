/**
 * A machine with nothing but Node, as far as its programs can tell: they find no others, no
 * configuration, and the registry of npm only where the test has one.
 *
 * @module
 */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { basename } from "node:path";
import { Program } from "../integration/process.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";
import { ended, output } from "./packages.ts";
import type { Ended } from "./packages.ts";
import { which } from "./which.ts";

/** Where nobody answers. */
const nowhere = "http://127.0.0.1:9";

/** A home with a path to `node`, `npm`, `npx` and `sh`. */
export class NodeMachine implements AsyncDisposable {
  readonly #folder = new TemporaryFolder();
  readonly #programs: Program[] = [];
  /** The address of npm's registry. */
  registry = nowhere;

  static async create(...files: string[]): Promise<NodeMachine> {
    const machine = new NodeMachine();
    await Deno.mkdir(`${machine.home}/bin`);
    for (const name of ["node", "npm", "npx", "sh"]) {
      await Deno.symlink(await which(name), `${machine.home}/bin/${name}`);
    }
    for (const file of files) {
      await Deno.copyFile(file, `${machine.home}/${basename(file)}`);
    }
    return machine;
  }

  get home(): string {
    return this.#folder.path;
  }

  /** What gives its programs their environment, and no other. */
  get env(): string[] {
    return [
      ...["env", "--ignore-environment", `--chdir=${this.home}`, `HOME=${this.home}`, "TERM=xterm"],
      ...[`PATH=${this.home}/bin`, `npm_config_registry=${this.registry}`],
      ...["npm_config_update_notifier=false", `TMPDIR=${this.home}`],
    ];
  }

  /** Runs a command there, to its end. */
  run(...command: string[]): Promise<Ended> {
    const [env = "", ...words] = this.env;
    return ended(env, [...words, ...command]);
  }

  /** Starts a command there, as the first process of a group. */
  start(...command: string[]): Program {
    const program = new Program("setsid", [...this.env, ...command]);
    this.#programs.push(program);
    return program;
  }

  /** The processes that run a program that is installed there, by their numbers. */
  processes(): number[] {
    return [...Deno.readDirSync("/proc")].map(({ name }) => Number(name)).filter((pid) => {
      try {
        return Deno.readLinkSync(`/proc/${pid}/exe`).startsWith(`${this.home}/`);
      } catch {
        // It is none, or has ended.
        return false;
      }
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Nodes that have outlived what started them hold its outputs open.
    for (const pid of this.processes()) Deno.kill(pid, "SIGKILL");
    for (const program of this.#programs) await program[Symbol.asyncDispose]();
    await this.#folder[Symbol.asyncDispose]();
  }
}

/** A registry of npm with packed packages, of one version each. */
export class NpmRegistry implements AsyncDisposable {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #packages = new Map<string, { file: string; manifest: Record<string, unknown> }>();

  private constructor() {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      (request) => this.#answer(decodeURIComponent(new URL(request.url).pathname.slice(1))),
    );
  }

  /** One that has these packages, and no others. */
  static async of(...files: string[]): Promise<NpmRegistry> {
    const registry = new NpmRegistry();
    for (const file of files) {
      const text = await output("tar", "-xzOf", file, "package/package.json");
      const manifest = JSON.parse(text);
      registry.#packages.set(manifest.name, { file, manifest });
    }
    return registry;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  async #answer(path: string): Promise<Response> {
    for (const [name, { file, manifest }] of this.#packages) {
      if (path === basename(file)) return new Response(await Deno.readFile(file));
      if (path !== name) continue;
      const sum = createHash("sha512").update(await Deno.readFile(file)).digest("base64");
      const dist = { tarball: `${this.url}/${basename(file)}`, integrity: `sha512-${sum}` };
      const version = `${manifest.version}`;
      const versions = { [version]: { ...manifest, dist } };
      return Response.json({ name, "dist-tags": { latest: version }, versions });
    }
    return Response.json({ error: "not found" }, { status: 404 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

/** Fails unless it ended with that code, and told that on standard error. */
export function assertFailed(
  { code, stdout, stderr }: Ended,
  expected: number,
  told: RegExp,
): void {
  assert.equal(code, expected, stdout + stderr);
  assert.match(stderr, told);
}
