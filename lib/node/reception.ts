/**
 * Where requests of peers and of commands come in.
 *
 * Pings go through the core's inbox and are answered from its loop; questions about the members are
 * answered from the core's present view.
 *
 * @module
 */
import { unreachable } from "../core/assert.ts";
import type { Hello } from "../core/hello.ts";
import type { Input } from "../core/input.ts";
import type { MemberView } from "../core/member.ts";
import { encodeMessage, membersPerAnswerMax } from "../core/message.ts";
import type { Answer, Request } from "../core/message.ts";
import { compareNames } from "../core/status_line.ts";
import type { Log } from "../log/log.ts";

/** What the reception needs of its node. */
export interface ReceptionNode {
  members(): MemberView[];
  put(input: Input): void;
  registered(): boolean;
}

type Reply = (body: Uint8Array) => void;

/** Takes requests and hands out answers. */
export class Reception {
  readonly #log: Log;
  readonly #node: ReceptionNode;
  readonly #waiting = new Map<number, Reply>();
  #replies = 0;

  constructor(log: Log, node: ReceptionNode) {
    this.#log = log;
    this.#node = node;
  }

  /** Takes one request of an identified peer. */
  take(from: Hello, request: Request, answer: Reply): void {
    switch (request.kind) {
      case "ping":
        if (from.role === "visitor") return answer(encodeMessage({ kind: "pong" }));
        return this.#node.put({ kind: "pinged", from, reply: this.#keep(answer) });
      case "members":
        return answer(encodeMessage(this.#members(request.after)));
      case "health":
        return answer(encodeMessage(this.#health()));
      case "leave":
        this.#log.info(`${from.name} asks this node to leave`, { event: "asked-to-leave" });
        answer(encodeMessage({ kind: "done" }));
        return this.#node.put({ kind: "leave" });
      case "forget":
        return this.#node.put({ kind: "forget", name: request.name, reply: this.#keep(answer) });
      default:
        return unreachable(request);
    }
  }

  /** Sends the answer that was asked for under the number `reply`. */
  reply(reply: number, body: Uint8Array): void {
    const answer = this.#waiting.get(reply);
    this.#waiting.delete(reply);
    answer?.(body);
  }

  /** A dead node was forgotten, or not for the reason `refusal`. */
  forgotten(reply: number, refusal: string | undefined): void {
    const answer: Answer = refusal === undefined
      ? { kind: "done" }
      : { kind: "refused", reason: refusal };
    this.reply(reply, encodeMessage(answer));
  }

  #keep(answer: Reply): number {
    this.#waiting.set(++this.#replies, answer);
    return this.#replies;
  }

  #members(after: string | undefined): Answer {
    const all = this.#node.members();
    const first = after === undefined
      ? 0
      : all.findIndex(({ name }) => compareNames(name, after) > 0);
    const members = first < 0 ? [] : all.slice(first, first + membersPerAnswerMax);
    return { kind: "members", members, more: first >= 0 && first + members.length < all.length };
  }

  #health(): Answer {
    return this.#node.registered()
      ? { kind: "health", healthy: true, reason: "it is registered and its loop answers" }
      : { kind: "health", healthy: false, reason: "it is not registered" };
  }
}
