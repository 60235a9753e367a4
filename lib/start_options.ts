/**
 * The options of the library, and how they become those of a node.
 *
 * @module
 */
import { UsageError } from "./core/base/errors.ts";
import { resolveOptions } from "./options/options.ts";
import { readHttpToken } from "./options/option_table_http.ts";
import { serviceOptionTable } from "./options/option_table_service.ts";
import type { NodeOptions } from "./options/options.ts";
import type { Registry } from "./registry/registry.ts";
import { registryUrlFault } from "./registry/url.ts";

/** A time: a number of milliseconds, or a text with units such as `500ms`, `1.5s`, `1m30s`. */
export type Duration = number | string;

/**
 * Options of a node, all of them optional: `{ interval: "500ms", tags: { zone: "eu-1" } }`.
 *
 * Each has the name, the notation and the default that it has in the configuration file of the
 * program; its reference, `docs/reference.md`, says what each of them trades. Environment variables
 * and files are not read.
 */
export interface StartOptions {
  /** `n1@10.0.0.5`, or `n1` and the address is detected; by default the host name is taken. */
  readonly name?: string;
  /** Which cluster in that registry; that of a `Registry` which is given, or `default`, if left out. */
  readonly cluster?: string;
  /** Told to everybody; none by default, up to 32. */
  readonly tags?: Readonly<Record<string, string>>;
  /**
   * Where nodes find each other: `file:///mnt/cluster`, `memory:name` inside one process, another
   * URL, a registry of your own, or several of them as one; `file:///tmp/sync_dir` by default. A
   * `Registry`, see `@clusternode/clusternode/registry`, stays yours: it is not closed, and the cluster
   * that it was opened for is the node's.
   */
  readonly registry?: string | Registry | readonly (string | Registry)[];
  /** Shared secret: the first is used, the others are still accepted. By default it is minted. */
  readonly cookie?: string | readonly string[];
  /** How long a start waits for the registry: 0 to `1h`, `30s` by default. */
  readonly startTimeout?: Duration;
  /** How long a leave tries to remove the node's row: 0 to `10m`, `5s` by default. */
  readonly leaveTimeout?: Duration;
  /** Where this node answers, `host:port`; port 0 takes any free one. `0.0.0.0:0` by default. */
  readonly listen?: string;
  /** Addresses that peers should try, in this order, up to 8; detected by default. */
  readonly advertise?: string | readonly string[];
  /** The pulse, the time between two pings of a peer: `100ms` to `1m`, `1s` by default. */
  readonly interval?: Duration;
  /** Timings that go together: one machine, one network (`lan`, the default), or far apart. */
  readonly profile?: "local" | "lan" | "wan";
  /** Who watches whom: a few peers each (`auto`, the default), or everybody everybody. */
  readonly mesh?: "auto" | "full";
  /**
   * Shares the pulse with the Elixir and Erlang nodes whose timestamps lie in the registry; `off`, that
   * is false, by default.
   */
  readonly beam?: boolean;
  /** The Erlang cookie that those hold; wanted with `beam`, as no file is read here. */
  readonly beamCookie?: string;
  /** Where those connect to, `host:port`; port 0 takes any free one. `0.0.0.0:0` by default. */
  readonly beamListen?: string;
  /**
   * Where to serve EPMD if nobody does on this machine, `host:port`, or `none`; port 4369 of `0.0.0.0`
   * by default.
   */
  readonly beamEpmd?: string;
  /**
   * Where to show the cluster as a page and an API, to read only: a port of this machine, or
   * `host:port`; `none` by default. On another address than one of loopback it wants `httpToken` or
   * `httpOpen`.
   */
  readonly http?: number | string;
  /** What readers have to know, 16 to 512 characters; without it nothing is asked of them. */
  readonly httpToken?: string;
  /** Whoever reaches the address may read; `off`, that is false, by default. */
  readonly httpOpen?: boolean;
  /** When the status line is written, if there is a log; `auto` by default: at every pulse. */
  readonly status?: "auto" | "every" | "change" | "off";
  /** Path of a rotating log file. Unlike on the command line, none is written by default. */
  readonly logFile?: string;
  /** Shape of the lines of the log; `text` by default. */
  readonly logFormat?: "text" | "json";
  /** What text lines show of the time; `auto`, the default: the time of day, the date in the file. */
  readonly logTime?: "auto" | "full" | "time" | "none";
  /** The least important level that is written; `info` by default. */
  readonly logLevel?: "debug" | "info" | "warning" | "error";
  /** Largest size of one log file: `1KB` to `10GB`, `10MB` by default. */
  readonly logMaxSize?: string;
  /** How many log files are kept: 1 to 100, `5` by default. */
  readonly logMaxFiles?: number;
  /** How long to remember, over restarts, what changed: `1m` to `744h`, or `none`, the default. */
  readonly history?: Duration;
  /** Path of the file for that; by default beside `logFile`. */
  readonly historyFile?: string;
  /** Path of a file that gets every input of the core, to be played again; `none` by default. */
  readonly record?: string;
  /**
   * Where the log goes besides `logFile`: nowhere (`none`, the default), to standard output or error,
   * or into functions of yours, for which the options that begin with `log` have no meaning.
   */
  readonly log?: "none" | "stdout" | "stderr" | LogReceiver;
  /**
   * When `startNode` resolves: once the node has `joined` (the default), or as soon as it is
   * `listening`; then await `joined` of the node.
   */
  readonly until?: "joined" | "listening";
  /**
   * Ends the node when it is aborted: before the node has joined, the start fails with the signal's
   * reason and leaves nothing behind; afterwards the node leaves and stops.
   */
  readonly signal?: AbortSignal;
}

/**
 * Takes the records of a log, of all levels. `properties` are the keys of a line of JSON, such as `event`
 * and `observer`. A logger whose methods are called like these can be handed over as it is. What they
 * throw is reported as an error of the program that nobody has caught, and the node goes on.
 */
export type LogReceiver = Readonly<
  Record<
    "debug" | "info" | "warning" | "error",
    (message: string, properties?: Readonly<Record<string, unknown>>) => void
  >
>;

/** What a receiver of a log has to have. */
const logMethods: readonly (keyof LogReceiver)[] = ["debug", "info", "warning", "error"];

/** Those that the command line has, too. */
type NodeStartOptions = Omit<StartOptions, "log" | "until" | "signal">;

/** Options of a node in which registries of the caller stand beside URLs. */
export interface ResolvedOptions extends Omit<NodeOptions, "registries"> {
  readonly registries: readonly (string | Registry)[];
}

/** Most registries, as on the command line. */
const registriesMax = 8;

/** What is wrong with the options that the command line has not. */
export function ownFaults({ log, until }: StartOptions): string[] {
  const faults: string[] = [];
  if (until !== undefined && until !== "joined" && until !== "listening") {
    faults.push(`option "until" ${JSON.stringify(until)}: it must be joined or listening`);
  }
  if (typeof log === "object" && log !== null) {
    const lacking = logMethods.filter((level) => typeof log[level] !== "function");
    if (lacking.length > 0) faults.push(`option "log": it lacks ${lacking.join(", ")}`);
  } else if (log !== undefined && log !== "none" && log !== "stdout" && log !== "stderr") {
    const legal = "it must be none, stdout, stderr or an object with functions";
    faults.push(`option "log" ${JSON.stringify(log)}: ${legal}`);
  }
  return faults;
}

/**
 * Takes the way of the configuration file, so that names, limits and defaults are declared once.
 *
 * @param faults what is wrong with other options
 * @throws {UsageError} with all faults at once
 */
export function resolveStartOptions(
  options: NodeStartOptions,
  faults: string[] = [],
): ResolvedOptions {
  const { registry, httpToken, ...rest } = options;
  const given = registry === undefined ? [] : [registry].flat();
  const opened = given.flatMap((one) => isRegistry(one) ? one.cluster ?? [] : []);
  const { cluster = opened[0] } = options;
  const urls = given.filter((one) => !isRegistry(one));
  // Who has to know the token cannot be just anybody.
  const isGuarded = httpToken === undefined ? {} : { httpOpen: true };
  const config = Object.entries({
    ...rest,
    ...isGuarded,
    cluster,
    ...urls.length > 0 && { registry: urls },
  })
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => [key, durationText(key, value)]);
  if ("cookieFile" in options) {
    faults.push('option "cookieFile": a library reads no files, give "cookie" instead');
  }
  if ("httpTokenFile" in options) {
    faults.push('option "httpTokenFile": a library reads no files, give "httpToken" instead');
  }
  const token = httpToken === undefined ? undefined : readHttpToken(httpToken);
  if (token !== undefined && "fault" in token) faults.push(`option "httpToken": ${token.fault}`);
  for (const key of Object.keys(serviceOptionTable).filter((one) => one in options)) {
    faults.push(`option "${key}": a library starts no command, tell of a service of your own`);
  }
  if (options.beam === true && options.beamCookie === undefined) {
    faults.push('option "beamCookie": it is missing, and no BEAM node answers without it');
  }
  for (const other of new Set(opened.filter((one) => one !== cluster))) {
    const words = `it was opened for the cluster ${JSON.stringify(other)}`;
    faults.push(`option "registry": ${words}, and this node is one of ${JSON.stringify(cluster)}`);
  }
  if (registry !== undefined && given.length === 0) {
    faults.push('option "registry": it is empty; leave it out');
  }
  if (given.length > registriesMax && urls.length <= registriesMax) {
    faults.push(`option "registry": at most ${registriesMax} are legal, ${given.length} are given`);
  }
  const resolved = gather(Object.fromEntries(config), faults);
  if (resolved === undefined || faults.length > 0) throw new UsageError(faults);
  const registries = given.length > 0 ? given : resolved.registries;
  return { ...resolved, registries, httpToken };
}

/**
 * Tags, read as the option is.
 *
 * @throws {UsageError} with all faults at once
 */
export function readTags(
  tags: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return resolveStartOptions({ tags }).tags;
}

/** The options, if they are legal; what is wrong with them is added to `faults`. */
function gather(
  { cookieFile: _told, httpTokenFile: _toldToo, ...config }: Readonly<Record<string, unknown>>,
  faults: string[],
): NodeOptions | undefined {
  try {
    return resolveOptions({
      flags: {},
      operands: [],
      environment: {},
      config: { logFile: "none", ...config },
      registryUrlFault,
    }).options;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const told = error.faults.map((fault) =>
      fault.replace(/^config key/, "option").replace('"httpTokenFile"', '"httpToken"')
        .replace(/; known are .*/s, "; those of StartOptions are known")
    );
    faults.push(...told);
    return undefined;
  }
}

/** True for what can be used as a registry; a `Registry` of another version may lack a method. */
function isRegistry(given: unknown): given is Registry {
  return typeof given === "object" && given !== null && "getOrCreateCookie" in given;
}

/** Options that are durations. */
const durations: readonly string[] = [
  ...["startTimeout", "leaveTimeout", "interval", "timeout", "history"],
];

/** A number of milliseconds as a text with its unit; what is none is left to be refused. */
export function durationText(key: string, value: unknown): unknown {
  const isTime = typeof value === "number" && Number.isFinite(value) && value >= 0;
  return isTime && durations.includes(key) ? `${value}ms` : value;
}
