/**
 * A cluster as one of its nodes sees it, look after look.
 *
 * The registry is read once, and the node that answered is asked again until it fails: only then the
 * registry is read anew. So looking costs nothing but one question.
 *
 * @module
 */
import type { MemberView } from "../core/members/member.ts";
import type { NodeName } from "../core/base/name.ts";
import { Client, rowsOfThisMachine } from "./client.ts";
import type { Asked, ClientOptions } from "./client.ts";
import type { CliContext } from "./context.ts";
import { CommandError } from "./exit_codes.ts";

/** Nodes that are asked side by side for what they see. */
const askedAtOnce = 16;

/** What one node sees. */
export interface Look {
  readonly asked: NodeName;
  readonly members: readonly MemberView[];
}

/** Looks at one cluster. */
export class ClusterView implements AsyncDisposable {
  readonly #world: CliContext;
  readonly #options: ClientOptions;
  #kept: { readonly client: Client; readonly node: Asked } | undefined;

  constructor(world: CliContext, options: ClientOptions) {
    this.#world = world;
    this.#options = options;
  }

  /**
   * The members as the node sees them that was asked before, or else one that answers, those of this
   * machine first.
   *
   * @throws {RegistryError} if the registry had to be read and cannot be
   * @throws {CommandError} if nobody is registered or answers, or no cookie is to be had
   * @throws the abort reason if `signal` is aborted while the registry is read
   */
  async look(signal?: AbortSignal): Promise<Look> {
    if (this.#kept !== undefined) {
      const { client, node } = this.#kept;
      const members = await client.members(node).catch(unanswered);
      if (members !== undefined) return { asked: node.name, members };
      await this[Symbol.asyncDispose]();
    }
    await using begun = new AsyncDisposableStack();
    const client = begun.use(await Client.begin(this.#world, this.#options, signal));
    const node = await client.anyNode(rowsOfThisMachine(client, undefined));
    const members = await client.members(node);
    begun.move();
    this.#kept = { client, node };
    return { asked: node.name, members };
  }

  /** What each of `nodes` sees; `undefined` of one that gives no answer. After a look. */
  async seenBy(nodes: readonly Asked[]): Promise<(readonly MemberView[] | undefined)[]> {
    const { client } = this.#kept ?? {};
    const seen: (readonly MemberView[] | undefined)[] = [];
    for (let from = 0; from < nodes.length; from += askedAtOnce) {
      const some = nodes.slice(from, from + askedAtOnce);
      seen.push(...await Promise.all(some.map((node) => client?.members(node).catch(unanswered))));
    }
    return seen;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const kept = this.#kept;
    this.#kept = undefined;
    await kept?.client[Symbol.asyncDispose]();
  }
}

/** For `catch`: a node that does not answer is no fault of the program. */
function unanswered(error: unknown): undefined {
  if (!(error instanceof CommandError)) throw error;
}
