/**
 * The project's own compose.yaml, under a name of its own.
 *
 * @module
 */
import { Container } from "./container.ts";
import { attempt, docker, freshName } from "./engine.ts";

/** A Compose project; its containers are those of the service `node`. */
export class ComposeProject implements AsyncDisposable {
  readonly name = freshName();
  readonly #files: readonly string[];
  readonly #containers = new Map<string, Container>();

  /** @param overlays files to lay over compose.yaml, from the project's folder on */
  constructor(...overlays: string[]) {
    this.#files = ["compose.yaml", ...overlays].flatMap((file) => ["--file", file]);
  }

  /** Name of the network that all containers are in. */
  get network(): string {
    return `${this.name}_default`;
  }

  /** `docker compose …` of this project. */
  compose(...args: string[]): Promise<string> {
    return docker("compose", ...this.#files, "--project-name", this.name, ...args);
  }

  /** `docker compose up --scale node=…`; all containers that run then. */
  async scale(count: number): Promise<Container[]> {
    await this.compose("up", "--detach", "--no-build", "--scale", `node=${count}`);
    return await this.running();
  }

  /** Containers of nodes that run, the same objects each time. */
  async running(): Promise<Container[]> {
    const ids = (await this.compose("ps", "--quiet", "node")).split("\n").filter(Boolean);
    return ids.map((id) => {
      const container = this.#containers.get(id) ?? new Container(id);
      this.#containers.set(id, container);
      return container;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { log } of this.#containers.values()) await log[Symbol.asyncDispose]();
    const down = ["down", "--volumes", "--remove-orphans", "--timeout", "2"];
    await attempt("docker", ["compose", ...this.#files, "--project-name", this.name, ...down]);
  }
}
