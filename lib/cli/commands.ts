/**
 * What the commands do, as seen from the command line: it checks everything that the user gave, and
 * only then calls one of these.
 *
 * @module
 */
import type { GivenName } from "../options/option_identity.ts";
import type { NodeOptions } from "../options/options.ts";
import type { Scenario } from "../simulation/scenario.ts";
import type { DoctorOptions } from "../doctor/patient.ts";

/**
 * Options of commands that ask about a cluster and do not run a node. `cookies` holds those of the
 * cookie files, too.
 */
export type ClientOptions = Pick<
  NodeOptions,
  "name" | "cluster" | "registries" | "cookies" | "profile" | "logLevel" | "beam" | "beamCookie"
>;

/** How `members` shows its result. */
export interface MembersFlags {
  /** As JSON instead of a table. */
  readonly json: boolean;
  /** Again and again, until interrupted. */
  readonly watch: boolean;
}

/** How `local` treats its nodes. */
export interface LocalFlags {
  /** How often one is killed; `undefined`: never. */
  readonly killOneMs: number | undefined;
  /** The options of nodes as the user gave them, to be handed to each node. */
  readonly forwarded: readonly string[];
}

/** How a result is shown. */
export interface JsonFlags {
  /** As JSON instead of text. */
  readonly json: boolean;
}

/** How `events` shows its result. */
export interface EventsFlags extends JsonFlags {
  /** Goes on with what happens from now on, until interrupted. */
  readonly follow: boolean;
}

/** Which options `health` was given as flags: these say which nodes are meant. */
export interface HealthFlags {
  readonly name: boolean;
  readonly cluster: boolean;
  readonly registry: boolean;
}

/** How `forget` forgets. */
export interface ForgetFlags {
  /** Only says what would be done. */
  readonly dryRun: boolean;
}

/** What `simulate` simulates. */
export interface SimulateRequest {
  readonly scenario: Scenario;
  /** Of the first run; `undefined`: by chance. */
  readonly seed: number | undefined;
  readonly runs: number;
  /** The path of a recording that is played again instead. */
  readonly replay: string | undefined;
  readonly json: boolean;
}

/** How `ping` pings. */
export interface PingFlags {
  /** How many pings; `undefined`: until interrupted. */
  readonly count: number | undefined;
  /** Time between two pings. */
  readonly intervalMs: number;
}

/**
 * The commands. Each resolves to the exit code of the process; a `UsageError`, `NameTakenError` or
 * `RegistryError` that one throws is written to standard error and becomes its exit code.
 */
export interface Commands {
  /** Runs a node until it is told to end. `cookies` holds those of the cookie files, too. */
  start(options: NodeOptions): Promise<number>;
  /** Runs `count` nodes on this machine. */
  local(count: number, flags: LocalFlags): Promise<number>;
  /** Shows who is there. */
  members(options: ClientOptions, flags: MembersFlags): Promise<number>;
  /** Pings one node. */
  ping(name: GivenName, options: ClientOptions, flags: PingFlags): Promise<number>;
  /** Tells why one node is seen as it is. */
  explain(name: GivenName, options: ClientOptions, flags: JsonFlags): Promise<number>;
  /** Shows who reaches whom. */
  matrix(options: ClientOptions, flags: JsonFlags): Promise<number>;
  /** Shows what changed. */
  events(options: ClientOptions, flags: EventsFlags): Promise<number>;
  /** Takes the node of this machine out, `options.name` if there are several. */
  leave(options: ClientOptions): Promise<number>;
  /** Takes a dead node out. */
  forget(name: GivenName, options: ClientOptions, flags: ForgetFlags): Promise<number>;
  /** Tells whether the nodes of this machine that are meant are healthy. */
  health(options: ClientOptions, given: HealthFlags): Promise<number>;
  /** Tells what would happen to a cluster. */
  simulate(request: SimulateRequest): Promise<number>;
  /** Tells what is wrong around the node that the options describe, and what to do about it. */
  doctor(options: DoctorOptions, flags: JsonFlags): Promise<number>;
}
