/**
 * Where requests of peers and of commands come in.
 *
 * Pings go through the core's inbox and are answered from its loop; questions about the members are
 * answered from the core's present view.
 *
 * @module
 */
import type { Barrier } from "../barrier.ts";
import { unreachable } from "../core/base/assert.ts";
import type { Hello } from "../protocol/hello.ts";
import { serviceWords } from "../core/members/change.ts";
import type { Input } from "../core/input.ts";
import type { Membership } from "../core/membership.ts";
import { decodeRequest, encodeAnswer } from "../protocol/message.ts";
import type { Answer, Request } from "../protocol/message.ts";
import { firstThatFit } from "../core/dissemination/packing.ts";
import { compareNames } from "../core/members/status_line.ts";
import type { History } from "../history/history.ts";
import type { Log } from "../log/log.ts";

/** What handling requests needs of the node. */
export interface RequestHandlerNode {
  view(): Membership;
  /** Time on the node's monotonic clock, in milliseconds. */
  now(): number;
  put(input: Input): void;
  /** Begins to leave, for that reason. */
  leave(reason: string): void;
  registered(): boolean;
  /** What it remembers over its restarts; `undefined` if it keeps nothing of that. */
  readonly history?: Pick<History, "page"> | undefined;
}

type Reply = (body: Uint8Array) => void;

/** Takes requests and hands out answers. */
export class RequestHandler {
  readonly #log: Log;
  readonly #barrier: Barrier;
  readonly #node: RequestHandlerNode;
  readonly #waiting = new Map<number, Reply>();
  #replies = 0;

  constructor({ log, barrier }: { log: Log; barrier: Barrier }, node: RequestHandlerNode) {
    this.#log = log;
    this.#barrier = barrier;
    this.#node = node;
  }

  /**
   * Takes one request of an identified peer. Each is answered, as it counts against what the peer may
   * ask at once for as long as it is not: one that makes no sense here, or of which this program makes
   * none, is refused.
   */
  take(from: Hello, body: Uint8Array, answer: Reply): void {
    const refuse = (reason: string): void => answer(encodeAnswer({ kind: "refused", reason }));
    const request = decodeRequest(body);
    if (request === undefined) {
      this.#log.debug(`Refused an unknown request of ${from.name}`);
      return refuse("This node does not know such a request; it may run another version");
    }
    const taken = this.#barrier.run(`a request for ${request.kind}`, () => {
      this.#take(from, request, answer);
      return true;
    });
    if (taken === undefined) {
      refuse("A fault of the program has ended the request; see the log of this node");
    }
  }

  #take(from: Hello, request: Request, answer: Reply): void {
    switch (request.kind) {
      case "ping":
        // Commands only want to know whether the loop answers.
        if (request.content === undefined) return answer(encodeAnswer({ kind: "pong" }));
        return this.#node.put({
          kind: "pinged",
          from,
          content: request.content,
          reply: this.#keep(answer),
        });
      case "probe":
        return this.#node.put({
          kind: "probe-asked",
          subject: request.subject,
          reply: this.#keep(answer),
        });
      case "sync":
        return this.#node.put({
          kind: "sync-asked",
          buckets: request.buckets,
          reply: this.#keep(answer),
        });
      case "members":
      case "links":
      case "explain":
      case "events":
      case "history":
      case "health":
        return answer(encodeAnswer(this.#look(request)));
      case "leave":
        answer(encodeAnswer({ kind: "done" }));
        return this.#node.leave(`${request.by ?? from.name} asked it to`);
      case "forget":
        return this.#node.put({
          kind: "forget",
          name: request.name,
          dryRun: request.dryRun === true,
          reply: this.#keep(answer),
        });
      default:
        return unreachable(request);
    }
  }

  /** Sends the answer that was asked for under the number `reply`. */
  reply(reply: number, answer: Answer): void {
    const send = this.#waiting.get(reply);
    this.#waiting.delete(reply);
    send?.(encodeAnswer(answer));
  }

  /** A dead node was forgotten, or not for the reason `refusal`. */
  forgotten(reply: number, refusal: string | undefined): void {
    this.reply(
      reply,
      refusal === undefined ? { kind: "done" } : { kind: "refused", reason: refusal },
    );
  }

  #keep(answer: Reply): number {
    this.#waiting.set(++this.#replies, answer);
    return this.#replies;
  }

  /** Questions about this node's present view. */
  #look(
    request: Request & { kind: "members" | "links" | "explain" | "events" | "history" | "health" },
  ): Answer {
    const view = this.#node.view();
    const now = this.#node.now();
    switch (request.kind) {
      case "members": {
        const { page, more } = pageOf(view.members(now), request.after);
        return { kind: "members", members: page, more };
      }
      case "links": {
        const { page, more } = pageOf(view.links(now), request.after);
        return { kind: "links", links: page, more };
      }
      case "explain": {
        const explanation = view.explain(request.name, now);
        return explanation === undefined
          ? { kind: "refused", reason: `Nothing is known of ${request.name}` }
          : { kind: "explain", explanation };
      }
      case "events": {
        const first = view.changesForgotten;
        const kept = view.changes.slice(Math.max(0, request.from - first));
        const from = Math.max(first, request.from);
        const events = firstThatFit(kept.map(({ at, ...change }, index) => ({
          ...change,
          number: from + index,
          agoMs: Math.max(0, now - at),
        })));
        const more = events.length < kept.length;
        return { kind: "events", events, next: from + events.length, more };
      }
      case "history":
        return this.#remembered(request);
      case "health":
        return this.health();
    }
  }

  #remembered({ sinceMs, from }: Request & { kind: "history" }): Answer {
    const page = this.#node.history?.page(sinceMs, from);
    if (page === undefined) return { kind: "refused", reason: "This node keeps no history" };
    const { reachMs, first, end } = page;
    const entries = firstThatFit(page.entries);
    const next = first + entries.length;
    return { kind: "history", entries, reachMs, next, more: next < end };
  }

  /** Whether this node works; that it says so shows that its loop does. */
  health(): Answer & { kind: "health" } {
    if (!this.#node.registered()) {
      return { kind: "health", healthy: false, reason: "it is not registered" };
    }
    const view = this.#node.view();
    // Asked for every few seconds: too often to look at all members.
    const service = view.explain(view.name, this.#node.now())?.service;
    // A service that fails is told, and no reason to end the node that restarts it.
    const more = service === undefined
      ? ""
      : `; its service ${serviceWords(service.state)}: ${service.reason}`;
    return {
      kind: "health",
      healthy: true,
      reason: `it is registered and its loop answers${more}`,
    };
  }
}

/** As many of `all`, which stand in the order of their names, behind the name `after` as fit. */
function pageOf<T extends { readonly name: string }>(
  all: readonly T[],
  after: string | undefined,
): { page: readonly T[]; more: boolean } {
  const rest = after === undefined ? all : all.filter(({ name }) => compareNames(name, after) > 0);
  const page = firstThatFit(rest);
  return { page, more: page.length < rest.length };
}
