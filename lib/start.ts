/**
 * The composition root: the only place that names real adapters and joins them into a node.
 *
 * @module
 */
import type { Beam } from "./beam/beam.ts";
import { Barrier } from "./barrier.ts";
import { systemClock } from "./clock.ts";
import type { Clock } from "./clock.ts";
import type { Address } from "./core/base/address.ts";
import { UsageError } from "./core/base/errors.ts";
import type { Hello } from "./protocol/hello.ts";
import { encodeMessage } from "./protocol/message.ts";
import type { NodeOptions } from "./options/options.ts";
import { limitsWithin } from "./core/base/open_files.ts";
import { profileTimings } from "./core/base/profile.ts";
import type { InstanceId } from "./core/members/row.ts";
import type { MemberService } from "./core/members/service.ts";
import { ReclaimProofs } from "./protocol/reclaim_proof.ts";
import { seededRandom } from "./core/base/random.ts";
import type { NodeName } from "./core/base/name.ts";
import type { History } from "./history/history.ts";
import { openFilesMax } from "./files/open_files_max.ts";
import { isJournal, standardOutput } from "./log/journal.ts";
import { openLog } from "./log/log.ts";
import type { Log, LogOptions } from "./log/log.ts";
import { AddressDetector, detectAddresses } from "./node/detect_address.ts";
import type { DetectedAddresses } from "./node/detect_address.ts";
import { logFault } from "./node/fault_report.ts";
import { tellStart } from "./node/start_line.ts";
import type { Beginning } from "./node/start_line.ts";
import type { TurnListener } from "./node/turns.ts";
import { Meter } from "./node/meter.ts";
import { ClusterNode } from "./node/node.ts";
import { FileRecorder } from "./recorder.ts";
import { statusEntriesMax } from "./node/status_writer.ts";
import { ownName } from "./node/own_name.ts";
import type { OwnName } from "./node/own_name.ts";
import { ownCookies, secretsOf } from "./own_cookie.ts";
import type { SecretParts } from "./own_cookie.ts";
import type { ShowParts } from "./http/show_node.ts";
import { placeOf } from "./registry/url.ts";
import { randomBytes, randomText } from "./random_bytes.ts";
import { borrowed } from "./registry/borrowed.ts";
import { openRegistry } from "./registry/open.ts";
import { observed } from "./registry/registry_call.ts";
import type { Registry } from "./registry/registry.ts";
import { HostResolver } from "./sockets/resolver.ts";
import { defaultLimits } from "./transport/limits.ts";
import { listenTcp } from "./transport/tcp.ts";
import type { TcpOptions } from "./transport/tcp.ts";
import type { Transport } from "./transport/transport.ts";
import { beamOpenerOf, openClientBeam as openClientBeamOf } from "./start_beam.ts";
import { softwareVersion } from "./version.ts";
import { stretchedCookies } from "./cookie.ts";

const software = `clusternode/${softwareVersion}`;

/** One for all that this process dials, so that it never has more than a few questions open. */
const resolver = new HostResolver({ clock: systemClock });

/** Where lines for people go. */
export interface LogOutput
  extends Pick<LogOptions, "console" | "consoleFormat" | "color" | "errors"> {
  /** The journal that systemd has told of, as `JOURNAL_STREAM`. */
  readonly journalStream?: string | undefined;
}

/** The log that the options describe; colours only if the caller knows of a terminal. */
export function openNodeLog(
  options: Pick<
    NodeOptions,
    | "cluster"
    | "name"
    | "logFile"
    | "logFormat"
    | "logTime"
    | "logLevel"
    | "logMaxSizeBytes"
    | "logFilesMax"
  >,
  { journalStream, ...output }: LogOutput,
): Log {
  const log = openLog({
    ...output,
    isJournal: isJournal(journalStream, standardOutput()),
    file: options.logFile,
    format: options.logFormat,
    time: options.logTime,
    level: options.logLevel,
    maxSizeBytes: options.logMaxSizeBytes,
    maxFiles: options.logFilesMax,
    clock: systemClock,
  });
  const { cluster, name } = options;
  // One that is not given in full is known once the addresses are.
  log.bind({ cluster, ...typeof name === "string" ? { observer: name } : {} });
  return log;
}

/** The barrier of one node, which tells of faults of the program in its log. */
export function openNodeBarrier(log: Log): Barrier {
  return new Barrier((fault) => logFault(log, fault));
}

/** That of a command: a fault ends it, as there is somebody who waits for it. */
export const commandBarrier: Barrier = new Barrier(({ error }) => reportError(error));

/** Who is told of what happens to one of several registries. */
export type RegistryTeller = Pick<Log, "info" | "warning">;

/** A registry by its URL, or one that the caller has opened and closes. */
export type GivenRegistry = string | Registry;

/** Which registries are opened, and for whom. */
export interface RegistryOptions extends Pick<NodeOptions, "cluster" | "beam"> {
  readonly registries: readonly GivenRegistry[];
}

/**
 * The registry that the options name, or all of them as one.
 *
 * @throws {UsageError} if one is named twice
 */
export async function openRegistryOf(
  { registries, cluster, beam }: RegistryOptions,
  tell: RegistryTeller,
  clock: Clock = systemClock,
  meter?: Meter,
): Promise<Registry> {
  await using opened = new AsyncDisposableStack();
  const all: Registry[] = [];
  const context = { cluster, clock, randomText, isSharedWithBeam: beam };
  for (const given of registries) {
    const registry = opened.use(
      typeof given === "string" ? await openRegistry(given, context) : borrowed(given),
    );
    if (all.some((one) => one.url === registry.url)) {
      throw new UsageError([`The same registry was given twice: ${registry.url}`]);
    }
    const registryMeter = meter?.addRegistry();
    all.push(
      registryMeter === undefined
        ? registry
        : observed(registry, clock, (call) => registryMeter.add(call)),
    );
  }
  // Loaded only where it is needed, like the back ends.
  const many = all.length > 1 ? await import("./registry/composite/composite.ts") : undefined;
  opened.move();
  return many === undefined ? all[0] as Registry : many.openManyRegistries(all, {
    clock,
    onTrouble: (message) => tell.warning(message),
    onBack: (message) => tell.info(message),
  });
}

/** Where a client listens for a moment, to find out whether calls reach it. */
export interface ClientListener extends Pick<Hello, "name" | "instance"> {
  readonly listen: Address;
}

/** A transport for commands: it asks, and answers pings only if it is to listen. */
export async function openClientTransport(
  cluster: string,
  cookies: readonly string[],
  listener?: ClientListener,
): Promise<Transport> {
  const hello: Hello = {
    role: "client",
    name: listener?.name ?? "client@localhost" as NodeName,
    instance: listener?.instance ?? randomText(),
    cluster,
    addresses: [],
    software,
  };
  const ignore = (): void => {};
  return await listenTcp({
    listen: listener?.listen,
    hello: () => hello,
    cookies: await stretchedCookies(cookies, cluster),
    cluster,
    clock: systemClock,
    barrier: commandBarrier,
    randomBytes,
    resolver,
    handler: {
      onRequest: (_from, _body, answer) => answer(encodeMessage({ kind: "pong" })),
      onNotice: ignore,
      onLost: ignore,
      onLate: ignore,
      onRejected: ignore,
    },
  });
}

/** A node's options, and whatever else it is started with. */
export interface NodeStart extends Omit<NodeOptions, "registries">, RegistryOptions, SecretParts {
  readonly log: Log;
  /** One that tells of faults in the log, if it is left out. */
  readonly barrier?: Barrier;
  /** The service that it carries from the beginning on. */
  readonly service?: MemberService | undefined;
  /** Hears from the loop of the node that it turns. */
  readonly watchdog?: TurnListener | undefined;
  /** Which instance it is: 32 hexadecimal digits of chance, if they are left out. */
  readonly instance?: InstanceId | undefined;
  /** Ends the start; a node that has been started is the caller's to end. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Starts a node: opens the registry, agrees on the cookie, listens, and begins to register.
 * The caller awaits `joined`, and disposes the node to leave.
 *
 * @throws {UsageError} if options contradict each other, or no BEAM node could ping such a name
 * @throws {RegistryError} if the registry gave no cookie within the start timeout
 * @throws {ListenError} if it cannot listen
 * @throws the abort reason if the signal was aborted before it listened
 */
export async function startNode(options: NodeStart): Promise<ClusterNode> {
  const { log, barrier = openNodeBarrier(log), signal = new AbortController().signal } = options;
  signal.throwIfAborted();
  const clock = barrier.clock(systemClock);
  const meter = new Meter();
  const registry = await openRegistryOf(options, log, clock, meter);
  const isMinted = options.cookies.length === 0;
  const begun = systemClock.now();
  const seed = new DataView(randomBytes(8).buffer).getUint32(0);
  const recorder = recorderOf(options.record, seed, log);
  try {
    const cookies = await ownCookies({ options, registry, log, clock, signal });
    const secrets = await secretsOf(cookies, options);
    const detector = new AddressDetector();
    const detected = await detector.detectNew() ?? await detectAddresses();
    const nameOf = (found: DetectedAddresses): OwnName =>
      ownName({ options, detected: found, hostName: Deno.hostname() });
    const own = nameOf(detected);
    log.bind({ observer: own.name, cluster: options.cluster });
    for (const note of own.notes) log.warning(note);
    const openBeam = beamOpenerOf(options, own.name, { barrier, resolver });
    const startedAt = systemClock.wallTime();
    const { instance = randomText() } = options;
    signal.throwIfAborted();
    const node = await ClusterNode.open({
      clock,
      barrier,
      random: seededRandom(seed),
      ...{ recorder, history: await historyOf(options) },
      watchdog: options.watchdog,
      ...{ log, meter, registry },
      ...{ cluster: options.cluster, status: options.status },
      loopbackNote: own.loopbackNote,
      addressesNow: own.isDetected ? addressesNow(detector, nameOf) : undefined,
      mintedCookie: isMinted ? cookies[0] : undefined,
      reclaimProofs: new ReclaimProofs(secrets, options.cluster),
      openBeam,
      openTransport: (handler, hello) => {
        const { listen, cluster } = options;
        const parts = { ...transportParts(options), clock, barrier };
        return listenTcp({ listen, hello, cookies: secrets, cluster, handler, ...parts });
      },
      settings: (port) => ({
        name: own.name,
        nameIsAutomatic: own.automatic,
        instance,
        addresses: own.addresses(port),
        ...{ tags: options.tags, service: options.service },
        startedAt: new Date(startedAt).toISOString(),
        software,
        intervalMs: options.intervalMs,
        timings: profileTimings[options.profile],
        fullMesh: options.mesh === "full",
        statusEntriesMax: statusEntriesMax(options.status),
        startTimeoutMs: Math.max(1, options.startTimeoutMs - (systemClock.now() - begun)),
        leaveTimeoutMs: options.leaveTimeoutMs,
        registryPaceMs: registry.paceMs,
        beam: openBeam !== undefined,
      }),
    });
    const shownFrom = { random: seededRandom(seed), log, startedAt };
    await show(node, options, { clock, barrier, ...shownFrom });
    tellStart(log, beginningOf(node, options, registry, own));
    return node;
  } catch (error) {
    await recorder?.[Symbol.asyncDispose]();
    await registry[Symbol.asyncDispose]();
    throw error;
  }
}

function transportParts(
  { beam }: NodeStart,
): Pick<TcpOptions, "randomBytes" | "resolver" | "limits"> {
  return { randomBytes, resolver, limits: limitsWithin(defaultLimits, openFilesMax(), beam) };
}

function addressesNow(
  detector: AddressDetector,
  nameOf: (found: DetectedAddresses) => OwnName,
): (port: number) => Promise<readonly Address[] | undefined> {
  return async (port) => {
    const found = await detector.detectNew();
    return found && nameOf(found).addresses(port);
  };
}

/** Shows the node over HTTP, if that is wished. */
async function show(
  node: ClusterNode,
  { http: listen, httpToken: token, cluster, registries }: NodeStart,
  parts: Omit<ShowParts, "cluster" | "software" | "registries">,
): Promise<void> {
  if (listen === undefined) return;
  // Loaded only where it is needed, like the registries.
  const { showNode } = await import("./http/show_node.ts");
  const places = registries.map((one) => typeof one === "string" ? placeOf(one) : one.url);
  const all = { ...parts, cluster, software, registries: places };
  showNode(node, { listen, token, hostName: Deno.hostname() }, all);
}

function beginningOf(
  node: ClusterNode,
  { cluster, listen, cookies, logFile }: NodeStart,
  registry: Registry,
  own: OwnName,
): Beginning {
  return {
    ...{ software, pid: Deno.pid, cluster, registry: registry.url, logFile },
    listening: { ...listen, port: node.port },
    advertised: own.addresses(node.port),
    cookie: cookies.length === 0 ? "registry" : "given",
    url: node.url,
  };
}

/** A pinger for commands: BEAM nodes are asked, and cannot ask it anything. */
export function openClientBeam(cookie: string, near: NodeName): Promise<Beam> {
  return openClientBeamOf(cookie, near, { barrier: commandBarrier, resolver });
}

/** Remembers what the node sees, if that is wished, or shown. */
async function historyOf(
  { historyKeepMs: keepMs, historyFile: file, logFile, http, log }: NodeStart,
): Promise<History | undefined> {
  if (keepMs === undefined && http === undefined) return undefined;
  // Loaded only where it is needed, like the registries.
  const { openHistory } = await import("./history/open_history.ts");
  const onTrouble = (message: string): void => log.warning(message);
  return openHistory({ keepMs, file, logFile }, { clock: systemClock, onTrouble });
}

/** Writes down what the core is told, if that is wished. */
function recorderOf(path: string | undefined, seed: number, log: Log): FileRecorder | undefined {
  if (path === undefined) return undefined;
  const onTrouble = (message: string): void => log.warning(message);
  return new FileRecorder({ path, software, seed, clock: systemClock, onTrouble });
}
