/**
 * How a command talks to a cluster: it finds a node by the registry and asks it over the same port
 * and with the same cookie as a peer would. There is no second control port.
 *
 * @module
 */
import { escapeControls } from "../core/base/escape.ts";
import { decodeAnswer, encodeMessage } from "../protocol/message.ts";
import type { Answer, Request } from "../protocol/message.ts";
import type { LinkView } from "../core/explain/explanation.ts";
import type { MemberView } from "../core/members/member.ts";
import { localName } from "../core/base/name.ts";
import type { NodeName } from "../core/base/name.ts";
import type { GivenName } from "../options/option_identity.ts";
import type { NodeOptions } from "../options/options.ts";
import { profileTimings } from "../core/base/profile.ts";
import type { ProfileTimings } from "../core/base/profile.ts";
import type { Row } from "../core/members/row.ts";
import type { Listing } from "../registry/registry.ts";
import type { Outcome, Transport } from "../transport/transport.ts";
import { openClientTransport, openRegistryOf } from "../start.ts";
import type { CliContext } from "./context.ts";
import { CommandError } from "./exit_codes.ts";
import { late, registryTimeoutMs } from "./registry_deadline.ts";

/** Nodes that are asked side by side when any of them will do. */
const askedAtOnce = 5;

/** Options of commands that ask about a cluster and do not run a node. */
export type ClientOptions = Pick<
  NodeOptions,
  "name" | "cluster" | "registries" | "cookies" | "profile" | "logLevel" | "beam" | "beamCookie"
>;

/** What has to be known of a node to ask it: its row, or how a member is seen. */
export type Asked = Pick<Row, "name" | "instance" | "addresses">;

/** A connection of a command to one cluster. */
export class Client implements AsyncDisposable {
  readonly #options: ClientOptions;
  readonly #transport: Transport;
  /** The rows that were in the registry when it began, in no particular order. */
  readonly rows: readonly Row[];
  /** The BEAM nodes whose timestamps were there; they cannot be asked. */
  readonly beams: readonly NodeName[];
  /** The registry, without secrets. */
  readonly registryUrl: string;

  private constructor(
    options: ClientOptions,
    transport: Transport,
    { rows, timestamps }: Pick<Listing, "rows" | "timestamps">,
    registryUrl: string,
  ) {
    this.#options = options;
    this.#transport = transport;
    this.rows = rows.map(({ row }) => row);
    this.beams = timestamps.map(({ name }) => name);
    this.registryUrl = registryUrl;
  }

  /**
   * Looks into the registry and gets ready to ask. Of several, one that works is enough; the others
   * are told on standard error.
   *
   * @throws {RegistryError} if the registry cannot be read
   * @throws {CommandError} if nobody is registered, or no cookie is to be had
   * @throws the abort reason as soon as `given` is aborted
   */
  static async begin(
    world: CliContext,
    options: ClientOptions,
    given: AbortSignal = new AbortController().signal,
  ): Promise<Client> {
    const tell = (message: string): void =>
      world.writeStderr(`clusternode: ${escapeControls(message)}\n`);
    await using registry = await openRegistryOf(options, { info: tell, warning: tell });
    const signal = AbortSignal.any([given, AbortSignal.timeout(registryTimeoutMs)]);
    const listing = await registry.list(signal).catch(late(registry.url));
    if (listing.rows.length === 0) {
      throw new CommandError(
        `No node of the cluster "${options.cluster}" is registered in ${registry.url}`,
      );
    }
    const minted = options.cookies.length > 0 ? undefined : await registry.cookie(signal).catch(
      late(registry.url),
    );
    const cookies = minted === undefined ? options.cookies : [minted];
    if (cookies.length === 0) {
      throw new CommandError(
        `There is no cookie in ${registry.url}; give the cluster's own with --cookie-file`,
      );
    }
    const transport = await openClientTransport(options.cluster, cookies);
    return new Client(options, transport, listing, registry.url);
  }

  /**
   * The row that the user means.
   *
   * @throws {CommandError} if there is none, or more than one
   */
  find(given: GivenName): Row {
    const name = this.#nameOf(given, this.rows.map((row) => row.name));
    return this.rows.find((row) => row.name === name) as Row;
  }

  /**
   * The full name that the user means, of a row or of a BEAM node.
   *
   * @throws {CommandError} if there is none, or more than one
   */
  findName(given: GivenName): NodeName {
    return this.#nameOf(given, [...this.rows.map((row) => row.name), ...this.beams]);
  }

  #nameOf(given: GivenName, names: readonly NodeName[]): NodeName {
    const wanted = typeof given === "string" ? given : given.local;
    const found = names.filter((name) => name === wanted || localName(name) === wanted);
    const [name, other] = found;
    if (name === undefined) {
      const there = [...names].sort().slice(0, 20).join(", ");
      throw new CommandError(
        `No node ${wanted} is registered in ${this.registryUrl}; there are ${there}`,
      );
    }
    if (other !== undefined) {
      throw new CommandError(
        `${wanted} may be any of ${found.sort().join(", ")}: give the full name`,
      );
    }
    return name;
  }

  /**
   * The node that is to answer: the one that the user chose, or the first of all others that answers,
   * those in `preferred` before the rest.
   *
   * @throws {CommandError} if there is none of the name `from`, or nobody answers
   */
  async observer(from: GivenName | undefined, preferred: readonly Row[]): Promise<Row> {
    return from === undefined ? await this.anyNode(preferred) : this.find(from);
  }

  /** One request to the node of `row`. */
  async ask(row: Asked, request: Request, fresh = false): Promise<Outcome> {
    const timings = profileTimings[this.#options.profile];
    return await this.#transport.ask(
      { name: row.name, instance: row.instance, addresses: row.addresses },
      encodeMessage(request),
      {
        connectTimeoutMs: timings.connectTimeoutMs,
        answerTimeoutMs: answerTimeoutMs(request, timings),
        fresh,
      },
    );
  }

  /**
   * The answer of the node of `row`.
   *
   * @throws {CommandError} if it does not answer
   */
  async askFor(row: Asked, request: Request): Promise<Answer> {
    const outcome = await this.ask(row, request);
    if (outcome.kind !== "answer") {
      throw new CommandError(`${row.name} does not answer: ${outcome.detail}`);
    }
    const answer = decodeAnswer(outcome.body);
    if (answer === undefined) throw new CommandError(`${row.name} gave an unknown answer`);
    return answer;
  }

  /**
   * The node that answers first, those in `preferred` before all others.
   *
   * @throws {CommandError} if none of them answers
   */
  async anyNode(preferred: readonly Row[] = []): Promise<Row> {
    const rest = this.rows.filter((row) => !preferred.includes(row));
    let last: Error | undefined;
    for (const group of [preferred, rest]) {
      for (let from = 0; from < group.length; from += askedAtOnce) {
        const some = group.slice(from, from + askedAtOnce);
        try {
          return await Promise.any(some.map(async (row) => {
            await this.askFor(row, { kind: "ping" });
            return row;
          }));
        } catch (error) {
          if (!(error instanceof AggregateError)) throw error;
          last = error.errors[0];
        }
      }
    }
    const [who, does] = this.rows.length === 1
      ? ["The only node", "does not answer"]
      : [`None of the ${this.rows.length} nodes`, "answers"];
    throw new CommandError(`${who} in ${this.registryUrl} ${does}. ${last?.message ?? ""}`);
  }

  /** All members as the node of `row` sees them. */
  async members(row: Asked): Promise<MemberView[]> {
    return await this.#inParts(
      row,
      "members",
      (answer) => answer.kind === "members" ? { ...answer, items: answer.members } : undefined,
    );
  }

  /** All links of the node of `row`. */
  async links(row: Asked): Promise<LinkView[]> {
    return await this.#inParts(
      row,
      "links",
      (answer) => answer.kind === "links" ? { ...answer, items: answer.links } : undefined,
    );
  }

  /** A list that a node gives in parts, in the order of names. */
  async #inParts<Item extends { readonly name: NodeName }>(
    row: Asked,
    kind: "members" | "links",
    partIn: (answer: Answer) => { items: readonly Item[]; more: boolean } | undefined,
  ): Promise<Item[]> {
    const all: Item[] = [];
    for (;;) {
      const answer = await this.askFor(row, { kind, after: all.at(-1)?.name });
      const part = partIn(answer);
      if (part === undefined) throw unexpected(row, answer);
      all.push(...part.items);
      if (!part.more || part.items.length === 0) return all;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#transport[Symbol.asyncDispose]();
  }
}

/** How long the answer to that request is waited for, in milliseconds. */
function answerTimeoutMs({ kind }: Request, timings: ProfileTimings): number {
  switch (kind) {
    case "forget":
      // The node reads the registry and writes to it before it answers.
      return registryTimeoutMs;
    case "events":
      // Many are asked for them: a late answer is not worth another way to it.
      return timings.pingTimeoutMaxMs;
    default:
      return timings.pingTimeoutMs;
  }
}

/** For `catch`: a node that does not answer is no fault of the program. */
export function unanswered(error: unknown): undefined {
  if (!(error instanceof CommandError)) throw error;
}

/** What to say of an answer that is none to the question: the reason of a node that has refused it. */
export function unexpected({ name }: Asked, answer: Answer): CommandError {
  return new CommandError(
    answer.kind === "refused"
      ? `${name} refuses: ${answer.reason}`
      : `${name} gave an unknown answer`,
  );
}

/** The rows whose addresses belong to this machine, narrowed by `--name` if it was given. */
export function rowsOfThisMachine(client: Client, name: GivenName | undefined): readonly Row[] {
  if (name !== undefined) return [client.find(name)];
  const own = new Set(Deno.networkInterfaces().map(({ address }) => address));
  return client.rows.filter(({ addresses }) =>
    addresses.some(({ host }) => own.has(host) || host.startsWith("127.") || host === "localhost")
  );
}
