/**
 * docs/protocol.md says what the program does: its examples are read by the program, its limits are
 * tried at their edge, and its vectors are written by the program and by the peer that was written
 * from the page.
 *
 * @module
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { stretchedCookies } from "../../lib/cookie.ts";
import { isWeakCookie } from "../../lib/core/base/cookie_strength.ts";
import { leapMax } from "../../lib/core/base/count.ts";
import { bodyMaxBytes, encodeEnvelope } from "../../lib/protocol/envelope.ts";
import { encodeFrame, frameMaxBytes } from "../../lib/protocol/frame.ts";
import { decodeHello } from "../../lib/protocol/hello.ts";
import {
  decodeAnswer,
  decodeNotice,
  decodeRequest,
  encodeMessage,
} from "../../lib/protocol/message.ts";
import type { Answer, Request } from "../../lib/protocol/message.ts";
import { clusterNameFault, parseNodeName } from "../../lib/core/base/name.ts";
import type { NodeName } from "../../lib/core/base/name.ts";
import {
  HandshakeStart,
  Initiator,
  presharedKey,
  Responder,
} from "../../lib/protocol/noise_handshake.ts";
import { packMaxBytes } from "../../lib/core/dissemination/packing.ts";
import { makeRecord } from "../../lib/core/members/record.ts";
import { MemberList } from "../../lib/core/members/member_list.ts";
import { ReclaimProofs } from "../../lib/protocol/reclaim_proof.ts";
import { decodeRow, reclaimedMax } from "../../lib/core/members/row.ts";
import { decodeUtf8, encodeUtf8 } from "../../lib/core/base/text.ts";
import { helloMaxBytes, initiationMaxBytes, prologueOf } from "../../lib/transport/handshake.ts";
import { ephemeralKey } from "../../lib/transport/ephemeral_key.ts";
import { defaultLimits } from "../../lib/transport/limits.ts";
import * as theirs from "../hostile/noise.ts";
import { fingerprintsOf, recordHash, textHash } from "../hostile/view.ts";
import { needing, permitted } from "../permissions.ts";
import { chapter, codeBlocks, missingAnchors, missingFiles } from "./markdown.ts";
import { readSource } from "./source_files.ts";

const page = permitted("read") ? readSource("docs/protocol.md") : "";

type Json = { [key: string]: Json };

/** The lines of the only block of that kind, the names of other examples replaced by them. */
function examples(kind: string): string[] {
  const [block = ""] = codeBlocks(page, `json ${kind}`);
  const buckets = JSON.stringify(new Array(64).fill(-1));
  return block.trim().split("\n").map((line) =>
    line.replaceAll("CONTENT", () => examples("content")[0] ?? "")
      .replaceAll("RECORD", () => examples("record")[0] ?? "")
      .replaceAll("BUCKETS", buckets)
  );
}

function example(kind: string): Json {
  return JSON.parse(examples(kind)[0] ?? "");
}

/** What was decoded, without the fingerprints that a node computes itself. */
function plain(decoded: unknown): unknown {
  return JSON.parse(JSON.stringify(decoded, (key, value) => {
    return key === "hash" || key === "instanceHash" ? undefined : value;
  }));
}

function readsExamples(kind: string, decode: (body: Uint8Array) => unknown): void {
  Deno.test({
    ...needing(
      `the program reads each ${kind} of docs/protocol.md, and knows all of its fields`,
      "read",
    ),
    fn() {
      for (const line of examples(kind)) {
        assert.deepEqual(plain(decode(encodeUtf8(line)) ?? `not read: ${line}`), JSON.parse(line));
      }
    },
  });
}

readsExamples("hello", decodeHello);
readsExamples("request", decodeRequest);
readsExamples("answer", decodeAnswer);
readsExamples("notice", decodeNotice);
readsExamples("row", (body) => {
  const decoded = decodeRow("n2@10.0.0.6" as NodeName, decodeUtf8(body) ?? "");
  return decoded.kind === "row" ? decoded.row : undefined;
});

Deno.test({
  ...needing("docs/protocol.md has an example of each request and answer", "read"),
  fn() {
    // Does not compile if there is another kind.
    const requests: Record<Request["kind"], true> = {
      ...{ ping: true, probe: true, sync: true, members: true, links: true, explain: true },
      ...{ events: true, history: true, health: true, leave: true, forget: true },
    };
    const answers: Record<Answer["kind"], true> = {
      ...{ pong: true, probe: true, sync: true, members: true, links: true, explain: true },
      ...{ events: true, history: true, health: true, done: true, refused: true },
    };
    const kinds = (kind: string): string[] =>
      [...new Set(examples(kind).map((line) => JSON.parse(line).kind))].sort();
    assert.deepEqual(kinds("request"), Object.keys(requests).sort());
    assert.deepEqual(kinds("answer"), Object.keys(answers).sort());
  },
});

Deno.test({
  ...needing("the proof of the row that reclaims its name in docs/protocol.md is right", "read"),
  fn() {
    const [, line = ""] = examples("row");
    const decoded = decodeRow("n2@10.0.0.6" as NodeName, line);
    assert.ok(decoded.kind === "row" && decoded.row.reclaims !== undefined);
    const { reclaims } = decoded.row;
    const secret = /Secret `(\w+)`, cluster `default`/.exec(page)?.[1] ?? "";
    const proofs = new ReclaimProofs([secret], "default");
    assert.equal(proofs.prove({ ...decoded.row, reclaims }), reclaims.proof);
  },
});

/** The number that stands at that place in the table of limits. */
function limit(label: string): number {
  const rows = [...chapter(page, "Limits").matchAll(/^\| (.+?) \| (\d+) \|$/gm)];
  const found = rows.find(([, name]) => name === label);
  if (found === undefined) throw new Error(`There is no limit "${label}"`);
  return Number(found[2]);
}

/** True if the program reads this record as part of a notice. */
function readsRecord(changes: object): boolean {
  const record = { ...example("record"), ...changes };
  const news = { records: [record], votes: [], sightings: [] };
  return decodeNotice(encodeUtf8(JSON.stringify({ kind: "news", news }))) !== undefined;
}

/** True if the program reads this row. */
function readsRow(changes: object): boolean {
  const text = JSON.stringify({ ...example("row"), ...changes });
  return decodeRow("n2@10.0.0.6" as NodeName, text).kind === "row";
}

const addresses = (count: number): object[] =>
  Array.from({ length: count }, () => ({ host: "10.0.0.1", port: 1 }));
const tags = (count: number): object =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`${index}`, ""]));

/** Tags with which what the example of a record says of its node takes `size` bytes. */
function tagsOfSize(size: number): object {
  const { name, addresses, startedAt, software, service } = example("record");
  const rest = ["97", "98", "99"];
  const all: Record<string, string> = Object.fromEntries(rest.map((key) => [key, ""]));
  const leftBytes = (): number => {
    const description = { name, addresses, tags: all, startedAt, software, service };
    return size - encodeUtf8(JSON.stringify(description)).length;
  };
  for (let index = 10; leftBytes() > 700; index++) {
    all[`${index}`.padEnd(64, "k")] = "😀".repeat(128);
  }
  for (const key of rest) all[key] = "x".repeat(Math.min(256, leftBytes()));
  return all;
}

/** Limits that the program has as a number. */
const numbers: Readonly<Record<string, number>> = {
  "payload of a frame, bytes": frameMaxBytes,
  "message 1, bytes": initiationMaxBytes,
  "message 2 and frame 3, bytes": helloMaxBytes,
  "body of a request, answer or notice, bytes": bodyMaxBytes,
  "time for the handshake, ms": defaultLimits.handshakeTimeoutMs,
  "requests of one side without an answer": defaultLimits.requestsMax,
  "unauthenticated connections to a node": defaultLimits.pendingMax,
  "the same from one IP address": defaultLimits.pendingPerHostMax,
  "bytes that wait to be read by a peer": defaultLimits.writeQueueMaxBytes,
  "a connection that nobody uses is closed after, ms": defaultLimits.idleTimeoutMs,
  "leap of a counter": leapMax,
  "instances from which a row reclaims its name": reclaimedMax,
  "records, votes and sightings in a message, bytes": packMaxBytes,
};

/** Limits of which it is tried whether the program takes a value of that size. */
const edges: Readonly<Record<string, (size: number) => boolean>> = {
  "name, characters": (size) => parseNodeName("n@".padEnd(size, "h")) !== undefined,
  "local part of it, characters": (size) => parseNodeName(`${"n".repeat(size)}@h`) !== undefined,
  "cluster, characters": (size) => clusterNameFault("c".repeat(size)) === undefined,
  "addresses of a node": (size) => readsRecord({ addresses: addresses(size) }),
  "host, characters": (size) => {
    const labels = Array.from({ length: Math.ceil(size / 50) }, () => "h".repeat(49));
    return readsRecord({ addresses: [{ host: labels.join(".").slice(0, size), port: 1 }] });
  },
  "name, addresses, tags, start, software and service of a record, bytes": (size) =>
    readsRecord({ tags: tagsOfSize(size) }),
  "tags of a node": (size) => readsRecord({ tags: tags(size) }),
  "key of a tag, characters": (size) => readsRecord({ tags: { ["k".repeat(size)]: "" } }),
  "value of a tag, characters": (size) => readsRecord({ tags: { key: "v".repeat(size) } }),
  "software, characters": (size) => readsRecord({ software: "s".repeat(size) }),
  "accusers in a record": (size) =>
    readsRecord({ cause: { kind: "silent", accusers: new Array(size).fill("n1@h") } }),
  "reason, characters": (size) =>
    decodeAnswer(encodeMessage({ kind: "refused", reason: "r".repeat(size) })) !== undefined,
  "reason of a state of a service, characters": (size) =>
    readsRecord({ service: { state: "ready", reason: "r".repeat(size) } }),
  "counter": (size) => readsRecord({ incarnation: size }),
  "interval of a heartbeat, ms": (size) => readsRow({ heartbeatIntervalMs: size }),
  "row, bytes": (size) => {
    const text = JSON.stringify(example("row")).padEnd(size);
    return decodeRow("n2@10.0.0.6" as NodeName, text).kind === "row";
  },
};

Deno.test({
  ...needing("the limits in docs/protocol.md are those of the program", "read"),
  fn() {
    const labels = [...chapter(page, "Limits").matchAll(/^\| (.+?) \| \d+ \|$/gm)];
    // It is private to the registry; tests/registry tries it.
    const untried = ["cookie file, bytes"];
    const tried = [...Object.keys(numbers), ...Object.keys(edges), ...untried];
    assert.deepEqual(labels.map(([, label]) => label).sort(), tried.sort());
    for (const [label, number] of Object.entries(numbers)) {
      assert.equal(limit(label), number, label);
    }
    for (const [label, accepts] of Object.entries(edges)) {
      assert.ok(accepts(limit(label)), `${label}: the largest is taken`);
      assert.ok(!accepts(limit(label) + 1), `${label}: what is larger is not`);
    }
  },
});

/** The vectors, as hexadecimal digits by their names. */
function vectors(): Record<string, string> {
  const [block = ""] = codeBlocks(page, "text vectors");
  const found: Record<string, string> = {};
  let name = "";
  for (const line of block.trimEnd().split("\n")) {
    name = line.slice(0, 16).trim() || name;
    found[name] = (found[name] ?? "") + line.slice(16);
  }
  return found;
}

const hex = (bytes: Uint8Array | undefined): string =>
  Array.from(bytes ?? [], (byte) => byte.toString(16).padStart(2, "0")).join("");
const unhex = (text = ""): Uint8Array =>
  Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const vectorSecret = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG";

Deno.test({
  ...needing("the program writes the vectors of docs/protocol.md", "read"),
  fn() {
    assert.ok(page.includes(`\`${vectorSecret}\``));
    const wanted = vectors();
    const [responders = "", initiators = "", ping = "", pong = ""] = examples("bodies");
    const psk = presharedKey(vectorSecret);
    const prologue = prologueOf("default");
    assert.equal(hex(psk), wanted["psk"]);
    assert.equal(hex(prologue), wanted["prologue"]);
    const key = (name: string) => () => ephemeralKey(unhex(wanted[name]));
    const start = new HandshakeStart(prologue, psk);
    const initiator = new Initiator({ start, newKey: key("initiator key") });
    const responder = new Responder({ start, newKey: key("responder key") });
    const first = initiator.writeMessage(new Uint8Array(0));
    assert.equal(hex(first), wanted["message 1"]);
    assert.ok(responder.readMessage(first));
    const second = responder.writeMessage(encodeUtf8(responders));
    assert.equal(hex(second), wanted["message 2"]);
    assert.ok(second && initiator.readMessage(second));
    const forth = initiator.split().send;
    const back = responder.split().send;
    const frames = [
      forth.seal(encodeEnvelope("hello", 0, encodeUtf8(initiators))),
      forth.seal(encodeEnvelope("request", 7, encodeUtf8(ping))),
      back.seal(encodeEnvelope("answer", 7, encodeUtf8(pong))),
    ].map((sealed) => hex(encodeFrame(sealed)));
    assert.deepEqual(frames, [wanted["frame 3"], wanted["frame 4"], wanted["frame 5"]]);
  },
});

Deno.test({
  ...needing("the peer written from docs/protocol.md writes its vectors", "read"),
  fn() {
    const wanted = vectors();
    const psk = theirs.pskOf(vectorSecret);
    const prologue = theirs.prologueOf("default");
    assert.equal(hex(psk), wanted["psk"]);
    const key = (name: string): theirs.KeyPair => theirs.keyPair(unhex(wanted[name]));
    const initiator = new theirs.Initiator(prologue, psk, key("initiator key"));
    const responder = new theirs.Responder(prologue, psk, key("responder key"));
    const first = initiator.first();
    const { message } = responder.answer(first, encodeUtf8(examples("bodies")[0] ?? ""));
    assert.equal(hex(first), wanted["message 1"]);
    assert.equal(hex(message), wanted["message 2"]);
    assert.equal(decodeUtf8(initiator.finish(message).payload), examples("bodies")[0]);
  },
});

Deno.test({
  ...needing("the peer written from docs/protocol.md takes the same cookies for weak", "read"),
  async fn() {
    const pieces = ["a", "B", "7", "-", " ", "é", "0f", "xY2", "q9Z-w", "deadbeef", "Kx_3"];
    const text = fc.oneof(
      fc.string({ maxLength: 50 }),
      fc.array(fc.constantFrom(...pieces), { maxLength: 30 }).map((some) => some.join("")),
    );
    fc.assert(
      fc.property(text, (cookie) => {
        assert.equal(theirs.isWeak(cookie), isWeakCookie(cookie), JSON.stringify(cookie));
      }),
      { numRuns: 2000 },
    );
    const [weak] = await stretchedCookies(["cookie"], "default");
    assert.equal(theirs.secretOf("cookie", "default"), weak);
    assert.ok(page.includes(`\`${weak}\``));
  },
});

Deno.test({
  ...needing("fingerprints are computed as docs/protocol.md says", "read"),
  fn() {
    const name = "a@127.0.0.1" as NodeName;
    const record = makeRecord({
      name,
      instance: "a".repeat(32),
      incarnation: 2 ** 40 + 3,
      state: "failed",
      addresses: [],
      tags: {},
      startedAt: "",
      software: "",
    });
    for (const number of [textHash(name), textHash(name) % 64, record.hash]) {
      assert.ok(page.includes(` ${number}`), `${number} stands there`);
    }
    assert.equal(recordHash(record), record.hash);
    const alive = makeRecord({ ...record, name: "b@h" as NodeName, state: "alive" });
    const memberList = new MemberList({ ...record, state: "alive" }, false);
    memberList.merge(alive, 0);
    for (const count of [64, 2048]) {
      const { whole, buckets } = fingerprintsOf([memberList.self, alive], count);
      assert.equal(memberList.fingerprint, whole);
      assert.deepEqual(memberList.checksums(count), buckets);
    }
  },
});

Deno.test({
  ...needing("docs/protocol.md names only files and headings that exist", "read"),
  fn() {
    assert.deepEqual(missingFiles(page, "docs/"), []);
    assert.deepEqual(missingAnchors(page), []);
  },
});
