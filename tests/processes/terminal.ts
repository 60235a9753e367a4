/**
 * A real terminal, by tmux.
 *
 * @module
 */
import { succeeds } from "../integration/process.ts";
import { needing, permitted } from "../permissions.ts";

/** True where tmux is installed, and may be run. */
export const hasTmux: boolean = permitted("run") && await succeeds("tmux", "-V");

/** A test in a terminal; skipped by name where there is no tmux. */
export function terminalTest(name: string, fn: () => Promise<void>): void {
  const test = needing(name, "read", "write", "run", "env", "net", "sys");
  const ignore = test.ignore || !hasTmux;
  Deno.test({ name: test.name + (hasTmux || test.ignore ? "" : " (needs tmux)"), ignore, fn });
}

/** A terminal of its own, in which one command runs. */
export class Terminal implements AsyncDisposable {
  readonly #socket: string;
  readonly #size: { readonly columns: number; readonly rows: number };

  constructor(socket: string, size = { columns: 200, rows: 20 }) {
    this.#socket = socket;
    this.#size = size;
  }

  async run(...command: string[]): Promise<void> {
    await this.#tmux(
      ...["-f", "/dev/null", "new-session", "-d"],
      ...["-x", `${this.#size.columns}`, "-y", `${this.#size.rows}`],
      ...["--", ...command],
    );
  }

  /** What is to be seen now, without the empty rest of each line and of the screen. */
  async screen(): Promise<string> {
    const text = await this.#tmux("capture-pane", "-p").catch(() => "");
    return text.replace(/ +$/gm, "").trimEnd();
  }

  /** The title that the command has given it. */
  async title(): Promise<string> {
    return (await this.#tmux("display-message", "-p", "#{pane_title}")).trim();
  }

  /** True if a line goes on in the next one, for want of room. */
  async wraps(): Promise<boolean> {
    const [lines, joined] = [
      await this.#tmux("capture-pane", "-p", "-S", "-"),
      await this.#tmux("capture-pane", "-p", "-J", "-S", "-"),
    ].map((text) => text.trimEnd().split("\n").length);
    return lines !== joined;
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
