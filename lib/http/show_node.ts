/**
 * Shows a running node for as long as it runs. A port that is taken is no reason to end a node: it is
 * told once, and tried again with growing pauses.
 *
 * @module
 */
import { formatAddress, isUnspecified } from "../core/base/address.ts";
import { ExponentialBackoff } from "../core/base/backoff.ts";
import { ListenError } from "../core/base/errors.ts";
import { hostName } from "../core/base/name.ts";
import type { Random } from "../core/base/random.ts";
import type { Log } from "../log/log.ts";
import type { ClusterNode } from "../node/node.ts";
import { nodeSource } from "./node_source.ts";
import type { NodeSourceParts } from "./node_source.ts";
import { openHttp } from "./open.ts";
import type { HttpOptions, HttpParts } from "./open.ts";
import type { HttpServer } from "./server/http.ts";

/** What it takes beside the node. */
export interface ShowParts extends Omit<HttpParts, "counting" | "isSimulated">, NodeSourceParts {
  readonly clock: HttpParts["clock"];
  readonly log: Pick<Log, "info" | "warning">;
  readonly random: Random;
}

/** Pauses between tries to listen: the first, and the longest, in milliseconds. */
const retryMs = { first: 1000, longest: 60_000 };

/** Shows `node` at an address, which ends with the node. */
export function showNode(
  node: ClusterNode,
  { listen, token, hostName: ownHost }: Pick<HttpOptions, "listen" | "token"> & {
    /** What this machine calls itself. */
    readonly hostName: string;
  },
  parts: ShowParts,
): void {
  const hosts = [listen.host, hostName(node.name), ownHost];
  node.show(new ShownNode({ listen, token, hosts }, node, parts));
}

class ShownNode implements AsyncDisposable {
  readonly #shownHost: string;
  readonly #open: () => HttpServer;
  readonly #parts: ShowParts;
  readonly #backoff: ExponentialBackoff;
  #server: HttpServer | undefined;
  #cancelRetry: () => void = () => {};

  constructor(options: HttpOptions, node: ClusterNode, parts: ShowParts) {
    const { listen } = options;
    const source = nodeSource(node, parts);
    this.#open = () => openHttp(options, source, { ...parts, counting: node, isSimulated: false });
    this.#parts = parts;
    this.#backoff = new ExponentialBackoff(retryMs.first, parts.random);
    this.#shownHost = isUnspecified(listen.host) ? hostName(node.name) : listen.host;
    this.#try();
  }

  /** For people: where the page is. None while it does not listen: another program may answer there. */
  get url(): string | undefined {
    if (this.#server === undefined) return undefined;
    return `http://${formatAddress({ host: this.#shownHost, port: this.#server.port })}/`;
  }

  #try(): void {
    const { log, clock } = this.#parts;
    try {
      this.#server = this.#open();
      const { url } = this;
      if (this.#backoff.failing) log.info(`The page and the API are at ${url} now`, { url });
    } catch (error) {
      if (!(error instanceof ListenError)) throw error;
      const message = `${error.message}; it is tried again, and the node goes on`;
      if (!this.#backoff.failing) log.warning(message);
      const waitMs = this.#backoff.failed(retryMs.longest);
      this.#cancelRetry = clock.after(waitMs, () => this.#try());
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#cancelRetry();
    await this.#server?.[Symbol.asyncDispose]();
  }
}
