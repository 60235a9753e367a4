/**
 * A real terminal, by tmux.
 *
 * @module
 */
import { succeeds } from "../integration/process.ts";
import { permitted } from "../permissions.ts";

/** True where tmux is installed, and may be run. */
export const hasTmux: boolean = permitted("run") && await succeeds("tmux", "-V");

/** A terminal of its own, in which one command runs. */
export class Terminal implements AsyncDisposable {
  readonly #socket: string;

  constructor(socket: string) {
    this.#socket = socket;
  }

  async run(...command: string[]): Promise<void> {
    await this.#tmux(
      ...["-f", "/dev/null", "new-session", "-d", "-x", "200", "-y", "20"],
      ...["--", ...command],
    );
  }

  /** What is to be seen now, without the empty rest of each line and of the screen. */
  async screen(): Promise<string> {
    const text = await this.#tmux("capture-pane", "-p").catch(() => "");
    return text.replace(/ +$/gm, "").trimEnd();
  }

  async press(key: string): Promise<void> {
    await this.#tmux("send-keys", key);
  }

  /** True as long as the command runs. */
  async isOpen(): Promise<boolean> {
    return await this.#tmux("has-session").then(() => true, () => false);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tmux("kill-server").catch(() => {});
  }

  async #tmux(...args: string[]): Promise<string> {
    const all = ["-S", this.#socket, ...args];
    const env = { TERM: "xterm-256color" };
    const output = await new Deno.Command("tmux", { args: all, env, stdin: "null" }).output();
    if (!output.success) throw new Error(new TextDecoder().decode(output.stderr));
    return new TextDecoder().decode(output.stdout);
  }
}
