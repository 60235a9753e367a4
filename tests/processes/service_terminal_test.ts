/**
 * Services in a real terminal, whose group is also that of the node.
 *
 * @module
 */
import assert from "node:assert/strict";
import { eventually } from "../integration/process.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";
import { carrierCommand, lives } from "./service_program.ts";
import { Terminal, terminalTest } from "./terminal.ts";

/** A script in a terminal that has started a node, whose service has a worker. */
class Scene implements AsyncDisposable {
  readonly #folder = new TemporaryFolder();
  readonly #terminal = new Terminal(`${this.#folder.path}/tmux`);

  /**
   * Resolves to the numbers of the node and of the worker.
   *
   * @param text what the service does once the worker is there, in a shell
   */
  async start(text: string): Promise<readonly [node: number, worker: number]> {
    const { program, args } = carrierCommand("--stop-timeout", "300ms");
    const file = `${this.#folder.path}/worker`;
    const service = `sleep 60 & echo "$PPID $!" > ${file}; ${text}`;
    // What it has started beside the node is in the same group, and nobody's business.
    const script = 'sleep 70 & "$@"; code=$?; kill $! && echo "code: $code"; read -r _end';
    await this.#terminal.run("sh", "-c", script, "sh", program, ...args, "sh", "-c", service);
    const told = (): Promise<string> => Deno.readTextFile(file).catch(() => "");
    await eventually(async () => (await told()).endsWith("\n"), 20_000, "the worker is there");
    const [node = 0, worker = 0] = (await told()).split(" ").map(Number);
    return [node, worker];
  }

  /** Resolves when the script has shown that the node, and it alone, has ended with that code. */
  async ended(code: number): Promise<void> {
    const isShown = async (): Promise<boolean> =>
      new RegExp(`^code: ${code}$`, "m").test(await this.#terminal.screen());
    await eventually(isShown, 20_000, `it ends with ${code}, and nothing beside it does`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#terminal[Symbol.asyncDispose]();
    await this.#folder[Symbol.asyncDispose]();
  }
}

terminalTest("in a terminal all that a service has started ends with it", async () => {
  const services = [["wait", 143], ["trap '' TERM; while :; do sleep 0.05; done", 137]] as const;
  for (const [text, code] of services) {
    await using scene = new Scene();
    const [node, worker] = await scene.start(text);
    Deno.kill(node, "SIGTERM");
    await scene.ended(code);
    assert.equal(await lives(worker), false, text);
  }
});

terminalTest("in a terminal what a service leaves behind is ended", async () => {
  await using scene = new Scene();
  const [, worker] = await scene.start("exit 5");
  await scene.ended(5);
  assert.equal(await lives(worker), false);
});
