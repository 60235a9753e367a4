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
import type { GivenName } from "../options/option_identity.ts";
import { Client, rowsOfThisMachine, unanswered } from "./client.ts";
import type { Asked, ClientOptions } from "./client.ts";
import type { CliContext } from "./context.ts";

/** Nodes that are asked side by side for what they see. */
const askedAtOnce = 16;

/** What one node sees. */
export interface Look {
  readonly asked: NodeName;
  /** The node that was asked until it gave no answer any more, if there was one. */
  readonly lost?: NodeName | undefined;
  readonly members: readonly MemberView[];
}

/** Looks at one cluster. */
export class ClusterView implements AsyncDisposable {
  readonly #world: CliContext;
  readonly #options: ClientOptions;
  readonly #from: GivenName | undefined;
  #kept: { readonly client: Client; readonly node: Asked } | undefined;
  #lost: NodeName | undefined;

  /** @param from the only node that is asked; if left out, any that answers */
  constructor(world: CliContext, options: ClientOptions, from?: GivenName) {
    this.#world = world;
    this.#options = options;
    this.#from = from;
  }

  /**
   * The members as the node sees them that was asked before, or else one that answers, those of this
   * machine first. It is asked twice before another one is: times differ from observer to observer.
   *
   * @throws {RegistryError} if the registry had to be read and cannot be
   * @throws {CommandError} if nobody is registered or answers, or no cookie is to be had
   * @throws the abort reason if `signal` is aborted while the registry is read
   */
  async look(signal?: AbortSignal): Promise<Look> {
    if (this.#kept !== undefined) {
      const { client, node } = this.#kept;
      const members = await client.members(node).catch(unanswered) ??
        await client.members(node).catch(unanswered);
      if (members !== undefined) return { asked: node.name, lost: this.#lost, members };
      this.#lost = node.name;
      await this[Symbol.asyncDispose]();
    }
    await using begun = new AsyncDisposableStack();
    const client = begun.use(await Client.begin(this.#world, this.#options, signal));
    const node = await client.observer(this.#from, rowsOfThisMachine(client, undefined));
    const members = await client.members(node);
    begun.move();
    this.#kept = { client, node };
    if (this.#lost === node.name) this.#lost = undefined;
    return { asked: node.name, lost: this.#lost, members };
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
