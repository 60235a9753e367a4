/**
 * The part of the composition root that joins a node, or a command, with BEAM nodes.
 *
 * @module
 */
import type { Beam, BeamOptions } from "./beam/beam.ts";
import type { EpmdAnswer } from "./beam/epmd/lookup.ts";
import type { BeamLimits } from "./beam/limits.ts";
import type { Barrier } from "./barrier.ts";
import { systemClock } from "./clock.ts";
import type { Address } from "./core/base/address.ts";
import { UsageError } from "./core/base/errors.ts";
import { hostName, localName } from "./core/base/name.ts";
import type { NodeName } from "./core/base/name.ts";
import { limitsWithin } from "./core/base/open_files.ts";
import { openFilesMax } from "./files/open_files_max.ts";
import type { Log } from "./log/log.ts";
import type { BeamOpener } from "./node/beam_effects.ts";
import { beamNameFault, beamNameNote, epmdPortOf } from "./options/option_beam.ts";
import type { NodeOptions } from "./options/options.ts";
import { randomBytes, randomText } from "./random_bytes.ts";
import type { Registry } from "./registry/registry.ts";
import { parseRegistryUrl } from "./registry/url.ts";
import type { HostResolver } from "./sockets/resolver.ts";
import { defaultLimits } from "./transport/limits.ts";

/** What of the process they share with all else. */
export interface BeamParts {
  readonly barrier: Barrier;
  readonly resolver: HostResolver;
}

/** What a node is told of BEAM nodes. */
export interface NodeBeamOptions
  extends Pick<NodeOptions, "beam" | "beamCookie" | "beamListen" | "beamEpmd">, BeamPlace {
  readonly log: Log;
}

/** Where a node looks for BEAM nodes. */
export interface BeamPlace extends Pick<NodeOptions, "cluster"> {
  readonly registries: readonly (string | Pick<Registry, "url">)[];
}

/** The cluster whose rows lie where BEAM nodes write theirs, in the registry folder itself. */
const clusterOfBeams = "default";

/**
 * Listens for BEAM nodes, if that is wished, once the name is this node's.
 *
 * @throws {UsageError} if no BEAM node could ping such a name, or there is no Erlang cookie
 */
export function beamOpenerOf(
  options: NodeBeamOptions,
  name: NodeName,
  parts: BeamParts,
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
  for (const note of beamNotes(name, options)) log.warning(note);
  const epmdPort = epmdPortOf(environmentOf("ERL_EPMD_PORT"));
  const epmd = epmdAddress(beamEpmd, epmdPort);
  const within = limitsWithin(defaultLimits, openFilesMax(), true);
  const { pendingMax, pendingPerHostMax, connectionsMax } = within;
  const limits = {
    ...{ pendingMax, pendingPerHostMax, linksMax: connectionsMax },
    ...{ epmdClientsMax: pendingMax, epmdClientsPerHostMax: pendingPerHostMax },
  };
  return (own, handler) =>
    openBeamOf({ name: own, cookie, listen, epmd, epmdPort, handler }, parts, limits);
}

/** What keeps BEAM nodes and the node `name` from seeing each other, as sentences. */
export function beamNotes(name: NodeName, { cluster, registries }: BeamPlace): string[] {
  const ofName = beamNameNote(name);
  const isFolder = registries.some((given) => {
    const parsed = parseRegistryUrl(typeof given === "string" ? given : given.url);
    return "backEnd" in parsed && parsed.backEnd === "directory";
  });
  return [
    ...ofName === undefined ? [] : [ofName],
    // They know no clusters: whoever sees none of them would look for the fault elsewhere for long.
    ...cluster === clusterOfBeams || !isFolder ? [] : [
      `No BEAM node is seen in the cluster ${cluster}: those of a folder meet clusternodes in the ` +
      `cluster ${clusterOfBeams} alone`,
    ],
  ];
}

/**
 * What the EPMD tells with which the node `name` would be registered: that it knows the name, or does
 * not, or else why it is of no use.
 */
export async function askOwnEpmd(
  name: NodeName,
  beamEpmd: Address | undefined,
  signal: AbortSignal,
): Promise<OwnEpmd> {
  const { askEpmd, epmdHostOf } = await import("./beam/epmd/lookup.ts");
  const port = epmdPortOf(environmentOf("ERL_EPMD_PORT"));
  const serve = epmdAddress(beamEpmd, port);
  const address = { host: epmdHostOf(serve), port };
  return { address, serve, ...await askEpmd(localName(name), address, signal) };
}

/** The EPMD of a machine. */
export type OwnEpmd = EpmdAnswer & {
  /** Where it was asked. */
  readonly address: Address;
  /** Where the node serves it if nobody does. */
  readonly serve: Address | undefined;
};

/** A port that is left out follows the port at which all others are asked. */
function epmdAddress(given: Address | undefined, epmdPort: number): Address | undefined {
  return given?.port === 0 ? { ...given, port: epmdPort } : given;
}

/** A pinger for commands: BEAM nodes are asked, and cannot ask it anything. */
export function openClientBeam(
  cookie: string,
  near: NodeName,
  parts: BeamParts,
): Promise<Beam> {
  const ignore = (): void => {};
  // Long names and short ones do not mix: the client's is of the same kind as the one it asks.
  const host = hostName(near).includes(".") ? "127.0.0.1" : "localhost";
  return openBeamOf({
    name: `clusternode_${randomText().slice(0, 12)}@${host}` as NodeName,
    cookie,
    listen: undefined,
    epmd: undefined,
    epmdPort: epmdPortOf(environmentOf("ERL_EPMD_PORT")),
    handler: { onPing: ignore, onLost: ignore, onRejected: ignore, onNote: ignore },
  }, parts);
}

/** Ticks of the distribution protocol, as Erlang itself sends them by default, in milliseconds. */
const beamTickMs = 15_000;

/** Loaded only where it is needed, like the registries. */
async function openBeamOf(
  options: Omit<BeamOptions, "tickMs">,
  parts: BeamParts,
  limits: Partial<BeamLimits> = {},
): Promise<Beam> {
  const { openBeam } = await import("./beam/open.ts");
  const own = { clock: systemClock, randomBytes, limits };
  return await openBeam({ ...options, tickMs: beamTickMs, ...own, ...parts });
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
