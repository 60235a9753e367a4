/**
 * The composition root: the only place that names real adapters and joins them into a node.
 *
 * @module
 */
import type { Beam, BeamOptions } from "./beam/beam.ts";
import type { BeamLimits } from "./beam/limits.ts";
import { Barrier } from "./barrier.ts";
import { systemClock } from "./clock.ts";
import type { Clock } from "./clock.ts";
import type { Address } from "./core/base/address.ts";
import { UsageError } from "./core/base/errors.ts";
import type { Hello } from "./protocol/hello.ts";
import { encodeMessage } from "./protocol/message.ts";
import { beamNameFault, beamNameNote, epmdPortOf } from "./options/option_beam.ts";
import type { NodeOptions } from "./options/options.ts";
import { limitsWithin } from "./core/base/open_files.ts";
import { profileTimings } from "./core/base/profile.ts";
import type { MemberService } from "./core/members/service.ts";
import { ReclaimProofs } from "./protocol/reclaim_proof.ts";
import { seededRandom } from "./core/base/random.ts";
import { hostName } from "./core/base/name.ts";
import type { NodeName } from "./core/base/name.ts";
import { openFilesMax } from "./files/open_files_max.ts";
import { openLog } from "./log/log.ts";
import type { Log, LogOptions } from "./log/log.ts";
import { AddressDetector, detectAddresses } from "./node/detect_address.ts";
import type { DetectedAddresses } from "./node/detect_address.ts";
import type { BeamOpener } from "./node/beam_effects.ts";
import { logFault } from "./node/fault_report.ts";
import type { Watchdog } from "./node/core_loop.ts";
import { ClusterNode } from "./node/node.ts";
import { FileRecorder } from "./recorder.ts";
import { statusEntriesMax } from "./node/status_writer.ts";
import { ownName } from "./node/own_name.ts";
import type { OwnName } from "./node/own_name.ts";
import { ownCookies, secretsOf } from "./own_cookie.ts";
import type { SecretParts } from "./own_cookie.ts";
import { randomBytes, randomText } from "./random_bytes.ts";
import { borrowed } from "./registry/borrowed.ts";
import { openRegistry } from "./registry/open.ts";
import type { Registry } from "./registry/registry.ts";
import { HostResolver } from "./sockets/resolver.ts";
import { defaultLimits } from "./transport/limits.ts";
import { listenTcp } from "./transport/tcp.ts";
import type { Transport } from "./transport/transport.ts";
import { softwareVersion } from "./version.ts";
import { stretchedCookies } from "./cookie.ts";

const software = `clusternode/${softwareVersion}`;

/** One for all that this process dials, so that it never has more than a few questions open. */
const resolver = new HostResolver({ clock: systemClock });

/** The log that the options describe; colours only if the caller knows of a terminal. */
export function openNodeLog(
  options: Pick<
    NodeOptions,
    "logFile" | "logFormat" | "logLevel" | "logMaxSizeBytes" | "logFilesMax"
  >,
  output: Pick<LogOptions, "console" | "color">,
): Log {
  return openLog({
    ...output,
    file: options.logFile,
    format: options.logFormat,
    level: options.logLevel,
    maxSizeBytes: options.logMaxSizeBytes,
    maxFiles: options.logFilesMax,
    clock: systemClock,
  });
}

/** The barrier of one node, which tells of faults of the program in its log. */
export function openNodeBarrier(log: Log): Barrier {
  return new Barrier((fault) => logFault(log, fault));
}

/** That of a command: a fault ends it, as there is somebody who waits for it. */
const commandBarrier = new Barrier(({ error }) => reportError(error));

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
    all.push(registry);
  }
  // Loaded only where it is needed, like the back ends.
  const many = all.length > 1 ? await import("./registry/composite/composite.ts") : undefined;
  opened.move();
  return many === undefined ? all[0] as Registry : many.openManyRegistries(all, {
    clock,
    onTrouble: (message) => tell.warning(message, { event: "note" }),
    onBack: (message) => tell.info(message, { event: "note" }),
  });
}

/** A door that a client opens for a moment, to find out whether calls reach it. */
export interface VisitorDoor extends Pick<Hello, "name" | "instance"> {
  readonly listen: Address;
}

/** A transport for commands: it asks, and answers pings only if it is given a `door`. */
export async function openClientTransport(
  cluster: string,
  cookies: readonly string[],
  door?: VisitorDoor,
): Promise<Transport> {
  const hello: Hello = {
    role: "client",
    name: door?.name ?? "client@localhost" as NodeName,
    instance: door?.instance ?? randomText(),
    cluster,
    addresses: [],
    software,
  };
  const ignore = (): void => {};
  return await listenTcp({
    listen: door?.listen,
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
  readonly watchdog?: Watchdog | undefined;
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
  const registry = await openRegistryOf(options, log, clock);
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
    for (const note of own.notes) log.warning(note, { event: "note" });
    const openBeam = beamOpenerOf(options, own.name, barrier);
    const startedAt = new Date(systemClock.wallTime()).toISOString();
    const instance = randomText();
    signal.throwIfAborted();
    return await ClusterNode.open({
      clock,
      barrier,
      random: seededRandom(seed),
      recorder,
      watchdog: options.watchdog,
      log,
      registry,
      cluster: options.cluster,
      status: options.status,
      loopbackNote: own.loopbackNote,
      addressesNow: !own.isDetected ? undefined : async (port) => {
        const found = await detector.detectNew();
        return found && nameOf(found).addresses(port);
      },
      mintedCookie: isMinted ? cookies[0] : undefined,
      reclaimProofs: new ReclaimProofs(secrets, options.cluster),
      openBeam,
      openTransport: (handler, hello) => {
        const { listen, cluster } = options;
        const limits = limitsWithin(defaultLimits, openFilesMax(), options.beam);
        const parts = { clock, barrier, randomBytes, resolver, limits };
        return listenTcp({ listen, hello, cookies: secrets, cluster, handler, ...parts });
      },
      settings: (port) => ({
        name: own.name,
        nameIsAutomatic: own.automatic,
        instance,
        addresses: own.addresses(port),
        ...{ tags: options.tags, service: options.service },
        startedAt,
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
  } catch (error) {
    await recorder?.[Symbol.asyncDispose]();
    await registry[Symbol.asyncDispose]();
    throw error;
  }
}

/**
 * Opens the door for BEAM nodes, if that is wished, once the name is this node's.
 *
 * @throws {UsageError} if no BEAM node could ping such a name, or there is no Erlang cookie
 */
function beamOpenerOf(
  options: NodeStart,
  name: NodeName,
  barrier: Barrier,
): BeamOpener | undefined {
  const { beam, beamCookie: cookie, beamListen: listen, beamEpmd, log } = options;
  if (!beam) return undefined;
  const fault = beamNameFault(name);
  if (fault !== undefined) {
    throw new UsageError([
      `Cannot share the pulse with BEAM nodes as ${name} cannot be the name: ${fault}`,
    ]);
  }
  if (cookie === undefined) {
    throw new UsageError(["Cannot share the pulse with BEAM nodes without their Erlang cookie"]);
  }
  const note = beamNameNote(name);
  if (note !== undefined) log.warning(note, { event: "note" });
  const epmdPort = epmdPortOf(environmentOf("ERL_EPMD_PORT"));
  // A port that is left out follows the port at which all others are asked.
  const epmd = epmdAddress(beamEpmd, epmdPort);
  const within = limitsWithin(defaultLimits, openFilesMax(), true);
  const { pendingMax, pendingPerHostMax, connectionsMax } = within;
  const limits = {
    ...{ pendingMax, pendingPerHostMax, linksMax: connectionsMax },
    ...{ epmdClientsMax: pendingMax, epmdClientsPerHostMax: pendingPerHostMax },
  };
  return (own, handler) =>
    openBeamOf({ name: own, cookie, listen, epmd, epmdPort, handler }, barrier, limits);
}

function epmdAddress(given: Address | undefined, epmdPort: number): Address | undefined {
  return given?.port === 0 ? { ...given, port: epmdPort } : given;
}

/** A pinger for commands: BEAM nodes are asked, and cannot ask it anything. */
export function openVisitorBeam(cookie: string, near: NodeName): Promise<Beam> {
  const ignore = (): void => {};
  // Long names and short ones do not mix: the client's is of the same kind as the one it visits.
  const host = hostName(near).includes(".") ? "127.0.0.1" : "localhost";
  return openBeamOf({
    name: `clusternode_${randomText().slice(0, 12)}@${host}` as NodeName,
    cookie,
    listen: undefined,
    epmd: undefined,
    epmdPort: epmdPortOf(environmentOf("ERL_EPMD_PORT")),
    handler: { onPing: ignore, onLost: ignore, onRejected: ignore, onNote: ignore },
  }, commandBarrier);
}

/** Ticks of the distribution protocol, as Erlang itself sends them by default, in milliseconds. */
const beamTickMs = 15_000;

/** Loaded only where it is needed, like the registries. */
async function openBeamOf(
  options: Omit<BeamOptions, "tickMs">,
  barrier: Barrier,
  limits: Partial<BeamLimits> = {},
): Promise<Beam> {
  const { openBeam } = await import("./beam/open.ts");
  const parts = { clock: systemClock, barrier, randomBytes, resolver, limits };
  return await openBeam({ ...options, tickMs: beamTickMs, ...parts });
}

/** An environment variable; one that may not be read counts as not set. */
function environmentOf(name: string): string | undefined {
  try {
    return Deno.env.get(name);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) return undefined;
    throw error;
  }
}

/** Writes down what the core is told, if that is wished. */
function recorderOf(path: string | undefined, seed: number, log: Log): FileRecorder | undefined {
  if (path === undefined) return undefined;
  const onTrouble = (message: string): void => log.warning(message, { event: "note" });
  return new FileRecorder({ path, software, seed, clock: systemClock, onTrouble });
}
