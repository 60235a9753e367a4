/**
 * The line with which the log of a node begins: who starts, where, with what. No secret stands in it.
 *
 * @module
 */
import { type Address, formatAddress } from "../core/base/address.ts";
import type { Log } from "../log/log.ts";

/** What a node begins with. */
export interface Beginning {
  /** Program and version: `clusternode/1.0.0`. */
  readonly software: string;
  readonly pid: number;
  readonly cluster: string;
  /** URL of the registry, without passwords. */
  readonly registry: string;
  readonly listening: Address;
  readonly advertised: readonly Address[];
  /** Where its cookie comes from. */
  readonly cookie: "given" | "registry";
  /** Path of the log file, if there is one. */
  readonly logFile: string | undefined;
  /** Where it is shown; `undefined` if it is not, or not yet. */
  readonly url: string | undefined;
}

/** Tells that the node listens, and looks for the others from now on. */
export function tellStart(log: Pick<Log, "info">, beginning: Beginning): void {
  const { software, pid, cluster, registry, cookie, logFile, url } = beginning;
  const listening = formatAddress(beginning.listening);
  const addresses = beginning.advertised.map(formatAddress);
  const words = [
    `${software.replace("/", " ")} starts with pid ${pid} in cluster ${cluster}`,
    `registry ${registry}`,
    `listening on ${listening}`,
    `advertising ${addresses.join(", ")}`,
    cookie === "given" ? "cookie given" : "cookie kept in the registry",
    logFile === undefined ? "no log file" : `log file ${logFile}`,
    ...url === undefined ? [] : [`page and API at ${url}`],
  ];
  log.info(words.join("; "), {
    event: "starting",
    ...{ software, pid, cluster, registry, listening, addresses, cookie, logFile, url },
  });
}
