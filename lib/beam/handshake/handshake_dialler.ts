/**
 * The dialler's side of a handshake.
 *
 * @module
 */
import { assert, unreachable } from "../../core/base/assert.ts";
import type { NodeName } from "../../core/base/name.ts";
import { sameSecret } from "../../core/base/same_secret.ts";
import {
  digestOf,
  failed,
  type HandshakeEffect,
  introductionOf,
  nameIn,
  type Party,
} from "./handshake.ts";
import {
  type Challenge,
  decodeAck,
  decodeChallenge,
  decodeStatus,
  encodeComplement,
  encodeName,
  encodeReply,
  encodeStatus,
  ownFlags,
  type Status,
  type Version,
} from "./handshake_message.ts";

type State =
  | { readonly kind: "greeting" }
  /** Asked whether the old connection has to go. */
  | { readonly kind: "asked" }
  | { readonly kind: "admitted" }
  | { readonly kind: "proving"; readonly challenge: Challenge }
  | { readonly kind: "over" };

/** A handshake with the node that should be called `target`. */
export class DiallingHandshake {
  readonly #party: Party;
  readonly #target: NodeName;
  readonly #version: Version;
  #state: State = { kind: "greeting" };

  /** @param version that of the greeting; the other side may answer in a newer one */
  constructor(party: Party, target: NodeName, version: Version) {
    this.#party = party;
    this.#target = target;
    this.#version = version;
  }

  /** The first packet. */
  greeting(): Uint8Array {
    return encodeName(introductionOf(this.#party, this.#version));
  }

  /** True from its proof on: a connection that is closed then has been rejected. */
  get hasProven(): boolean {
    return this.#state.kind === "proving";
  }

  /** Takes a packet of the dialled one. */
  receive(packet: Uint8Array): HandshakeEffect[] {
    const state = this.#state;
    switch (state.kind) {
      case "greeting":
        return this.#takeStatus(decodeStatus(packet));
      case "asked":
        return this.#over(failed("garbage", "it did not wait for an answer"));
      case "admitted":
        return this.#takeChallenge(decodeChallenge(packet));
      case "proving":
        return this.#takeAck(decodeAck(packet), state.challenge);
      case "over":
        return [];
      default:
        return unreachable(state);
    }
  }

  /** Answers `alive`: its old connection has to go if `replaces`. */
  answerAlive(replaces: boolean): HandshakeEffect[] {
    assert(this.#state.kind === "asked", "the other side has asked");
    this.#state = { kind: replaces ? "admitted" : "over" };
    const packet = encodeStatus(replaces ? "true" : "false");
    const send: HandshakeEffect = { kind: "send", packet };
    return replaces ? [send] : [send, ...failed("yielded", "there is a connection already")];
  }

  #over(effects: HandshakeEffect[]): HandshakeEffect[] {
    this.#state = { kind: "over" };
    return effects;
  }

  #takeStatus(status: Status | undefined): HandshakeEffect[] {
    if (status === undefined) {
      return this.#over(failed("garbage", "its answer is none of the Erlang distribution"));
    }
    const told: HandshakeEffect = { kind: "status", status };
    switch (status) {
      case "ok":
      case "ok_simultaneous":
        this.#state = { kind: "admitted" };
        return [told];
      case "alive":
        this.#state = { kind: "asked" };
        return [told];
      case "nok":
        return this.#over([told, ...failed("yielded", "it is dialling this node itself")]);
      case "not_allowed":
        return this.#over([told, ...failed("garbage", "it does not allow this node in")]);
      default:
        return unreachable(status);
    }
  }

  #takeChallenge(challenge: Challenge | undefined): HandshakeEffect[] {
    if (challenge === undefined) {
      return this.#over(failed("garbage", "its challenge is none of the Erlang distribution"));
    }
    const found = nameIn(challenge);
    if ("why" in found) return this.#over(failed("garbage", found.why));
    if (found.name !== this.#target) {
      return this.#over(failed("other-instance", `${found.name} answers there`));
    }
    const { cookie, creation, challenge: own, isOwn } = this.#party;
    if (isOwn(challenge.challenge)) {
      return this.#over(failed("garbage", "it hands a challenge of this node back to it"));
    }
    this.#state = { kind: "proving", challenge };
    const complement: HandshakeEffect[] = this.#version === 5 && challenge.version === 6
      ? [{ kind: "send", packet: encodeComplement(ownFlags, creation) }]
      : [];
    const packet = encodeReply(own, digestOf(cookie, challenge.challenge));
    return [...complement, { kind: "send", packet }];
  }

  #takeAck(digest: Uint8Array | undefined, { creation }: Challenge): HandshakeEffect[] {
    if (digest === undefined) {
      return this.#over(failed("garbage", "its proof is none of the Erlang distribution"));
    }
    const { cookie, challenge } = this.#party;
    if (!sameSecret(digest, digestOf(cookie, challenge))) {
      return this.#over(failed("wrong-cookie", "its cookie is another one"));
    }
    return this.#over([{ kind: "proven", peer: { name: this.#target, creation } }]);
  }
}
