/** The handshake as a value: both roles, both versions, every way in which it ends. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { joined, numberBytes } from "../../lib/beam/term/bytes.ts";
import { digestOf, type HandshakeEffect, type Party } from "../../lib/beam/handshake/handshake.ts";
import { AcceptingHandshake } from "../../lib/beam/handshake/handshake_acceptor.ts";
import { DiallingHandshake } from "../../lib/beam/handshake/handshake_dialler.ts";
import {
  encodeChallenge,
  encodeName,
  encodeStatus,
  ownFlags,
  type Status,
  type Version,
} from "../../lib/beam/handshake/handshake_message.ts";
import { encodeUtf8 } from "../../lib/core/base/text.ts";
import { nameOf } from "./fixtures.ts";
import { hex, toHex } from "./hex.ts";

const both = { cookie: "abc", isOwn: () => false } as const;
const dialler: Party = { ...both, name: nameOf("a"), creation: 17, challenge: 4294967295 };
const dialled: Party = { ...both, name: nameOf("b"), creation: 23, challenge: 5 };

/** What was said, as the first letters of the packets, and how it ended on both sides. */
interface Talk {
  readonly letters: string;
  readonly ends: readonly [HandshakeEffect | undefined, HandshakeEffect | undefined];
}

interface TalkOptions {
  readonly version?: Version;
  readonly target?: string;
  readonly status?: Status;
  /** The dialler's answer to `alive`. */
  readonly replaces?: boolean;
  /** Changes what the dialler says first. */
  readonly greeting?: (packet: Uint8Array) => Uint8Array;
}

/** Lets both sides talk until neither has anything to say. */
function talk(one: Party, other: Party, options: TalkOptions = {}): Talk {
  const { version = 6, target = other.name, status = "ok", replaces = true } = options;
  const asking = new DiallingHandshake(one, target as Party["name"], version);
  const answering = new AcceptingHandshake(other);
  const ends: [HandshakeEffect | undefined, HandshakeEffect | undefined] = [undefined, undefined];
  const greeting = options.greeting?.(asking.greeting()) ?? asking.greeting();
  const post: [to: 0 | 1, packet: Uint8Array][] = [[1, greeting]];
  let letters = "";
  const carryOut = (side: 0 | 1, effects: HandshakeEffect[]): void => {
    for (const effect of effects) {
      if (effect.kind === "send") post.push([side === 0 ? 1 : 0, effect.packet]);
      else if (effect.kind === "admit") carryOut(1, answering.admit(status));
      else if (effect.kind !== "status") ends[side] = effect;
      else if (effect.status === "alive") carryOut(0, asking.answerAlive(replaces));
    }
  };
  for (let next = post.shift(); next !== undefined; next = post.shift()) {
    const [to, packet] = next;
    letters += String.fromCharCode(packet[0] ?? 0);
    carryOut(to, (to === 1 ? answering : asking).receive(packet));
  }
  return { letters, ends };
}

const proven = ({ name, creation }: Party): HandshakeEffect => ({
  kind: "proven",
  peer: { name, creation },
});

function faultsOf({ ends }: Talk): (string | undefined)[] {
  return ends.map((end) => end?.kind === "failed" ? end.fault : end?.kind);
}

Deno.test("digestOf() proves the cookie as the BEAM does", () => {
  assert.equal(toHex(digestOf("abc", 4294967295)), "beec35cc2e8e170d9c45291c5c1eb475");
});

Deno.test("ownFlags are those that real nodes were seen to accept", () => {
  assert.equal(ownFlags, 0x403074FBC);
});

Deno.test("a handshake in version 6 proves both sides to each other", () => {
  assert.deepEqual(talk(dialler, dialled), {
    letters: "NsNra",
    ends: [proven(dialled), proven(dialler)],
  });
});

Deno.test("a greeting in version 5 is completed by who speaks version 6", () => {
  assert.deepEqual(talk(dialler, dialled, { version: 5 }), {
    letters: "nsNcra",
    ends: [proven(dialled), proven(dialler)],
  });
});

Deno.test("a node that speaks nothing but version 5 is spoken to in it, whoever dials", () => {
  const old = ownFlags % 2 ** 32 - 0x1000000;
  const withOldFlags = (packet: Uint8Array): Uint8Array =>
    joined(packet.subarray(0, 3), numberBytes(old, 4), packet.subarray(7));
  const { letters, ends } = talk(dialler, dialled, { version: 5, greeting: withOldFlags });
  assert.equal(letters, "nsnra");
  assert.deepEqual(ends, [
    proven({ ...dialled, creation: 0 }),
    proven({ ...dialler, creation: 0 }),
  ]);
});

Deno.test("a handshake speaks in the bytes of the protocol", () => {
  const asking = new DiallingHandshake(dialler, dialled.name, 6);
  const name = `000b ${toHex(encodeUtf8("a@127.0.0.1"))}`;
  assert.equal(toHex(asking.greeting()), toHex(hex(`4e 0000000403074fbc 00000011 ${name}`)));
  asking.receive(hex("73 6f6b"));
  const [reply] = asking.receive(
    hex(`4e 0000000403074fbc 00000005 00000017 000b ${toHex(encodeUtf8("b@127.0.0.1"))}`),
  );
  assert.ok(reply?.kind === "send");
  assert.equal(toHex(reply.packet), `72ffffffff${toHex(digestOf("abc", 5))}`);
  const [end] = asking.receive(hex("61 beec35cc2e8e170d9c45291c5c1eb475"));
  assert.deepEqual(end, proven(dialled));
});

Deno.test("another cookie is found out by who is dialled, and by who dials", () => {
  assert.deepEqual(faultsOf(talk({ ...dialler, cookie: "x" }, dialled)), [
    undefined,
    "wrong-cookie",
  ]);
  const asking = new DiallingHandshake(dialler, dialled.name, 6);
  asking.receive(encodeStatus("ok"));
  assert.equal(asking.hasProven, false);
  asking.receive(encodeChallenge({ ...dialled, version: 6, flags: ownFlags }));
  assert.equal(asking.hasProven, true);
  const [end] = asking.receive(joined(97, digestOf("x", dialler.challenge)));
  assert.ok(end?.kind === "failed" && end.fault === "wrong-cookie");
});

Deno.test("the dialler checks whom it has reached, before it proves anything", () => {
  const { letters, ends } = talk(dialler, dialled, { target: "b@127.0.0.2" });
  assert.equal(letters, "NsN");
  assert.ok(ends[0]?.kind === "failed" && ends[0].fault === "other-instance");
  assert.equal(ends[0].detail, "b@127.0.0.1 answers there");
});

Deno.test("every status has its consequence", () => {
  const table: [Status, string, (string | undefined)[]][] = [
    ["ok", "NsNra", ["proven", "proven"]],
    ["ok_simultaneous", "NsNra", ["proven", "proven"]],
    ["nok", "Ns", ["yielded", "yielded"]],
    ["not_allowed", "Ns", ["garbage", "garbage"]],
    ["alive", "NssNra", ["proven", "proven"]],
  ];
  for (const [status, letters, ends] of table) {
    const said = talk(dialler, dialled, { status });
    assert.equal(said.letters, letters, status);
    assert.deepEqual(faultsOf(said), ends, status);
  }
  const kept = talk(dialler, dialled, { status: "alive", replaces: false });
  assert.deepEqual([kept.letters, ...faultsOf(kept)], ["Nss", "yielded", "yielded"]);
});

Deno.test("nobody comes in with our name, with a name that is none, or too old", () => {
  const refused = (party: Partial<Party>, flags = ownFlags): string => {
    const handshake = new AcceptingHandshake(dialled);
    const effects = handshake.receive(encodeName({ ...dialler, ...party, version: 6, flags }));
    const [status, end] = effects;
    assert.ok(status?.kind === "send" && end?.kind === "failed");
    assert.equal(toHex(status.packet), toHex(encodeStatus("not_allowed")));
    return end.detail;
  };
  assert.match(refused({ name: dialled.name }), /says that it is this node/);
  // A node that wants to be given a name says its host only.
  for (
    const name of ["127.0.0.1", "", "a@", "@h", "a b@h", "ä@h", "a@h\n", "a".repeat(300) + "@h"]
  ) {
    assert.match(refused({ name: name as Party["name"] }), /not legal here/, name);
  }
  for (const bit of [0x4, 0x100, 0x10000, 0x40000]) {
    assert.match(refused({}, ownFlags - bit), /older than OTP 19/);
  }
});

Deno.test("what is no packet of the protocol ends a handshake in every state", () => {
  const garbage = [hex(""), hex("00"), encodeUtf8("GET / HTTP/1.1"), hex("73"), hex("4e 00")];
  const asDialler = (packets: readonly Uint8Array[], last: Uint8Array): HandshakeEffect[] => {
    const handshake = new DiallingHandshake(dialler, dialled.name, 6);
    for (const packet of packets) handshake.receive(packet);
    return handshake.receive(last);
  };
  const asDialled = (packets: readonly Uint8Array[], status: Status, last: Uint8Array) => {
    const handshake = new AcceptingHandshake(dialled);
    for (const [index, packet] of packets.entries()) {
      handshake.receive(packet);
      if (index === 0) handshake.admit(status);
    }
    return handshake.receive(last);
  };
  const ok = encodeStatus("ok");
  const challenge = encodeChallenge({ ...dialled, version: 6, flags: ownFlags });
  const name = encodeName({ ...dialler, version: 6, flags: ownFlags });
  const oldName = encodeName({ ...dialler, version: 5, flags: ownFlags });
  for (const bytes of garbage) {
    const all = [
      ...[[], [ok], [ok, challenge]].map((packets) => asDialler(packets, bytes)),
      asDialled([], "ok", bytes),
      asDialled([name], "ok", bytes),
      asDialled([name], "alive", bytes),
      asDialled([oldName], "ok", bytes),
    ];
    for (const effects of all) {
      const [end] = effects;
      assert.ok(end?.kind === "failed" && end.fault === "garbage", toHex(bytes));
    }
  }
});

Deno.test("who talks on before it was let in, or after the end, gets no further", () => {
  const name = encodeName({ ...dialler, version: 6, flags: ownFlags });
  const hasty = new AcceptingHandshake(dialled);
  hasty.receive(name);
  assert.deepEqual(hasty.receive(name).map(({ kind }) => kind), ["failed"]);
  assert.deepEqual(hasty.receive(name), []);
  const asking = new DiallingHandshake(dialler, dialled.name, 6);
  asking.receive(encodeStatus("alive"));
  assert.deepEqual(asking.receive(name).map(({ kind }) => kind), ["failed"]);
  assert.deepEqual(asking.receive(name), []);
});

Deno.test("no bytes make a handshake throw, and none prove a cookie", () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc.constantFrom(
      encodeStatus("ok"),
      encodeStatus("true"),
      encodeName({ ...dialler, version: 6, flags: ownFlags }),
      encodeName({ ...dialler, version: 5, flags: ownFlags }),
      encodeChallenge({ ...dialled, version: 6, flags: ownFlags }),
      encodeChallenge({ ...dialled, version: 5, flags: ownFlags }),
      joined(114, new Uint8Array(20)),
      joined(97, new Uint8Array(16)),
      hex("63 0000000400000011"),
    ),
  );
  const status = fc.constantFrom<Status>("ok", "ok_simultaneous", "alive");
  fc.assert(
    fc.property(fc.array(bytes, { maxLength: 8 }), status, (packets, admitted) => {
      const asking = new DiallingHandshake(dialler, dialled.name, 6);
      const answering = new AcceptingHandshake(dialled);
      for (const packet of packets) {
        const effects = [...asking.receive(packet), ...answering.receive(packet)];
        for (const { kind, ...rest } of [...effects]) {
          if (kind === "admit") effects.push(...answering.admit(admitted));
          const isAlive = kind === "status" && (rest as { status?: Status }).status === "alive";
          if (isAlive) effects.push(...asking.answerAlive(true));
        }
        assert.ok(effects.every(({ kind }) => kind !== "proven"));
      }
    }),
    { numRuns: 3_000 },
  );
});

Deno.test("a dialler does not answer a challenge of its own node", () => {
  const isOwn = (challenge: number): boolean => challenge === dialled.challenge;
  const reflecting = talk({ ...dialler, isOwn }, dialled);
  assert.deepEqual(reflecting.letters, "NsN", "no proof was sent");
  assert.deepEqual(reflecting.ends, [{
    kind: "failed",
    fault: "garbage",
    detail: "it hands a challenge of this node back to it",
  }, undefined]);
  assert.equal(talk({ ...dialler, isOwn }, { ...dialled, challenge: 6 }).letters, "NsNra");
});
