/**
 * The floor: what the runtime costs, whatever a node does in it.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { BuildError, compile } from "../build.ts";
import type { Contestant } from "./contestants.ts";
import { Child, type Command, script, type Variant } from "./process.ts";

/** Bare programs, run as the nodes are, and the other end of their connections, which echoes. */
export class Floor implements Disposable {
  readonly #name: string;
  readonly #command: Command;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });

  private constructor(name: string, command: Command) {
    this.#name = name;
    this.#command = command;
    void this.#accept();
  }

  /** One that is run as `variant` is: compiled into `folder`, or from source. */
  static async of(variant: Variant, folder: string): Promise<Floor> {
    const source = script("floor_program.ts");
    if (variant.name === "source") return new Floor("a bare program", source);
    const output = `${folder}/floor`;
    try {
      const main = fileURLToPath(new URL("floor_program.ts", import.meta.url));
      await compile(folder, { main }, output);
    } catch (error) {
      // The binary was brought here from elsewhere.
      if (error instanceof BuildError) return new Floor("a bare program from source", source);
      throw error;
    }
    return new Floor("a bare program", [output]);
  }

  /** One timer a second, and so many connections that are idle. */
  idle(connections: number): Contestant {
    return this.#contestant(this.#name, connections, 0);
  }

  /** At each tick of the timer, so many messages out, each over another connection, and as many in. */
  pinging(connections: number, pings: number): Contestant {
    return this.#contestant(`${this.#name}, pinging`, Math.max(connections, pings), pings);
  }

  /**
   * The same, sealed and opened, and at each tick a row and a log, without all that decides: the floor of
   * what a node does.
   */
  working(connections: number, pings: number): Contestant {
    const name = `${this.#name}, working`;
    return this.#contestant(name, Math.max(connections, pings), pings, true);
  }

  [Symbol.dispose](): void {
    this.#listener.close();
  }

  #contestant(name: string, connections: number, pings: number, works = false): Contestant {
    const args = [this.#listener.addr.port, connections, pings].map(String);
    const start: Contestant["start"] = (count, folder) =>
      Promise.resolve(Array.from({ length: count }, () => {
        const child = new Child(this.#command, works ? [...args, folder] : args);
        return { child, seesAll: child.line("ready") };
      }));
    return { name, start };
  }

  async #accept(): Promise<void> {
    for await (const { readable, writable } of this.#listener) {
      // A program that is killed resets its connections.
      void readable.pipeTo(writable).catch(() => {});
    }
  }
}
