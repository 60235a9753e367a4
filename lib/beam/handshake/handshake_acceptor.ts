/**
 * The side of the handshake that is dialled.
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
  type Peer,
} from "./handshake.ts";
import {
  decodeAnswerToAlive,
  decodeComplement,
  decodeName,
  decodeReply,
  encodeAck,
  encodeChallenge,
  encodeStatus,
  type Introduction,
  speaksVersion6,
  type Status,
} from "./handshake_message.ts";

/** A dialler, as far as it is known. */
interface Dialler extends Introduction {
  readonly name: NodeName;
}

type State =
  | { readonly kind: "listening" }
  | { readonly kind: "named"; readonly dialler: Dialler }
  /** Has asked whether the old connection has to go. */
  | { readonly kind: "asking"; readonly dialler: Dialler }
  | { readonly kind: "complementing"; readonly dialler: Dialler }
  | { readonly kind: "challenging"; readonly peer: Peer }
  | { readonly kind: "over" };

/** A handshake with somebody who has dialled. */
export class AcceptingHandshake {
  readonly #party: Party;
  #state: State = { kind: "listening" };

  constructor(party: Party) {
    this.#party = party;
  }

  /** Takes a packet of the dialler. */
  receive(packet: Uint8Array): HandshakeEffect[] {
    const state = this.#state;
    switch (state.kind) {
      case "listening":
        return this.#takeName(decodeName(packet));
      case "named":
        return this.#over(failed("garbage", "it did not wait to be let in"));
      case "asking":
        return this.#takeAnswer(decodeAnswerToAlive(packet), state.dialler);
      case "complementing":
        return this.#takeComplement(decodeComplement(packet), state.dialler);
      case "challenging":
        return this.#takeReply(decodeReply(packet), state.peer);
      case "over":
        return [];
      default:
        return unreachable(state);
    }
  }

  /** Says to the dialler what was decided about its name. */
  admit(status: Status): HandshakeEffect[] {
    const state = this.#state;
    assert(state.kind === "named", "a name was heard, and not answered yet");
    const told: HandshakeEffect = { kind: "send", packet: encodeStatus(status) };
    switch (status) {
      case "ok":
      case "ok_simultaneous":
        return [told, this.#challenge(state.dialler)];
      case "alive":
        this.#state = { kind: "asking", dialler: state.dialler };
        return [told];
      case "nok":
        return this.#over([told, ...failed("yielded", "this node is dialling it")]);
      case "not_allowed":
        return this.#over([told, ...failed("garbage", "it was not let in")]);
      default:
        return unreachable(status);
    }
  }

  #over(effects: HandshakeEffect[]): HandshakeEffect[] {
    this.#state = { kind: "over" };
    return effects;
  }

  #refuse(why: string): HandshakeEffect[] {
    const packet = encodeStatus("not_allowed");
    return this.#over([{ kind: "send", packet }, ...failed("garbage", why)]);
  }

  #takeName(introduction: Introduction | undefined): HandshakeEffect[] {
    if (introduction === undefined) {
      return this.#over(failed("garbage", "it does not speak the Erlang distribution protocol"));
    }
    const found = nameIn(introduction);
    if ("why" in found) return this.#refuse(found.why);
    if (found.name === this.#party.name) return this.#refuse("it says that it is this node");
    this.#state = { kind: "named", dialler: { ...introduction, name: found.name } };
    return [{ kind: "admit", name: found.name }];
  }

  #takeAnswer(replaces: boolean | undefined, dialler: Dialler): HandshakeEffect[] {
    if (replaces === undefined) {
      return this.#over(failed("garbage", "it did not say what becomes of its old connection"));
    }
    if (!replaces) return this.#over(failed("yielded", "it keeps its old connection"));
    return [this.#challenge(dialler)];
  }

  #challenge(dialler: Dialler): HandshakeEffect {
    // Who greets in version 5 and speaks version 6 adds what is missing in a packet of its own.
    const isUpgraded = dialler.version === 5 && speaksVersion6(dialler.flags);
    this.#state = isUpgraded
      ? { kind: "complementing", dialler }
      : { kind: "challenging", peer: { name: dialler.name, creation: dialler.creation } };
    const version = isUpgraded ? 6 : dialler.version;
    const { challenge } = this.#party;
    const packet = encodeChallenge({ ...introductionOf(this.#party, version), challenge });
    return { kind: "send", packet };
  }

  #takeComplement(creation: number | undefined, { name }: Dialler): HandshakeEffect[] {
    if (creation === undefined) {
      return this.#over(failed("garbage", "it did not say which flags it has"));
    }
    this.#state = { kind: "challenging", peer: { name, creation } };
    return [];
  }

  #takeReply(
    reply: { readonly challenge: number; readonly digest: Uint8Array } | undefined,
    peer: Peer,
  ): HandshakeEffect[] {
    if (reply === undefined) {
      return this.#over(failed("garbage", "its proof is none of the Erlang distribution"));
    }
    const { cookie, challenge } = this.#party;
    if (!sameSecret(reply.digest, digestOf(cookie, challenge))) {
      return this.#over(failed("wrong-cookie", `${peer.name} has another cookie`));
    }
    const packet = encodeAck(digestOf(cookie, reply.challenge));
    return this.#over([{ kind: "send", packet }, { kind: "proven", peer }]);
  }
}
