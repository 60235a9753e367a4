/** Frames between connected nodes: what is understood, and what is answered so that nobody waits. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { joined } from "../../lib/beam/term/bytes.ts";
import { pingFrame, understand } from "../../lib/beam/control.ts";
import { atomTerm, byteTerm, referenceTerm, tupleTerm } from "../../lib/beam/term/term_writer.ts";
import { hex, terms, toHex } from "./hex.ts";

const inner = (name: string): Uint8Array => hex(terms[name] ?? assert.fail(name)).subarray(1);
const pid = inner("a pid");
const reference = inner("a reference");
/** `[alias | Reference]`, as OTP 24 and later tag their calls. */
const alias = joined(hex("6c 00000001 64 0005 616c696173"), reference);
const nobody = atomTerm("");
const netKernel = atomTerm("net_kernel");

const frame = (control: Uint8Array, message?: Uint8Array): Uint8Array =>
  message ? joined(112, 131, control, 131, message) : joined(112, 131, control);

const call = (tag: Uint8Array, request: Uint8Array): Uint8Array =>
  tupleTerm(atomTerm("$gen_call"), tupleTerm(pid, tag), request);

const isAuth = tupleTerm(atomTerm("is_auth"), atomTerm("k@h.example"));
const toNetKernel = tupleTerm(byteTerm(6), pid, nobody, netKernel);

function answerTo(bytes: Uint8Array): string {
  const said = understand(bytes);
  assert.ok(said.kind === "question" || said.kind === "ping", JSON.stringify(said));
  return toHex(said.answer);
}

Deno.test("understand() answers Node.ping with its tag as it came, an alias or a bare reference", () => {
  for (const tag of [alias, reference]) {
    const bytes = frame(toNetKernel, call(tag, isAuth));
    assert.equal(understand(bytes).kind, "ping");
    const expected = frame(
      tupleTerm(byteTerm(2), nobody, pid),
      tupleTerm(tag, atomTerm("yes")),
    );
    assert.equal(answerTo(bytes), toHex(expected));
  }
});

Deno.test("understand() treats messages with a trace token like those without", () => {
  const token = tupleTerm(byteTerm(1), byteTerm(2), byteTerm(3), pid, byteTerm(4));
  const control = tupleTerm(byteTerm(16), pid, nobody, netKernel, token);
  assert.equal(understand(frame(control, call(alias, isAuth))).kind, "ping");
  const answer = tupleTerm(referenceTerm("us@h", 9, [1, 2, 0]), atomTerm("yes"));
  for (const [code, ...rest] of [[2], [12, token], [22], [23, token]] as const) {
    const sent = tupleTerm(byteTerm(code), nobody, pid, ...rest);
    assert.equal(understand(frame(sent, answer)).kind, "pong");
  }
});

Deno.test("understand() finds the question of an answer, and whether it says yes", () => {
  const told = (word: string): unknown =>
    understand(frame(
      tupleTerm(byteTerm(2), nobody, pid),
      tupleTerm(referenceTerm("us@h", 9, [5, 6, 0]), atomTerm(word)),
    ));
  const found = told("yes") as Extract<ReturnType<typeof understand>, { kind: "pong" }>;
  assert.equal(found.kind, "pong");
  const { node, creation, ids } = found.reference;
  assert.deepEqual({ node, creation, ids }, { node: "us@h", creation: 9, ids: [5, 6, 0] });
  assert.equal(found.isYes, true);
  assert.equal((told("no") as { isYes?: boolean }).isYes, false);
});

Deno.test("understand() says {error, notsup} to other calls of net_kernel", () => {
  const bytes = frame(toNetKernel, call(alias, atomTerm("hello")));
  const expected = frame(
    tupleTerm(byteTerm(2), nobody, pid),
    tupleTerm(alias, tupleTerm(atomTerm("error"), atomTerm("notsup"))),
  );
  assert.equal(answerTo(bytes), toHex(expected));
});

Deno.test("understand() says noproc to monitors of anything but net_kernel, and to links", () => {
  const monitor = (to: Uint8Array): Uint8Array =>
    frame(tupleTerm(byteTerm(19), pid, to, reference));
  assert.equal(understand(monitor(netKernel)).kind, "nothing");
  for (const to of [atomTerm("anybody"), pid]) {
    const expected = tupleTerm(byteTerm(21), to, pid, reference, atomTerm("noproc"));
    assert.equal(answerTo(monitor(to)), toHex(frame(expected)));
  }
  const other = inner("a pid").slice();
  const link = frame(tupleTerm(byteTerm(1), pid, other));
  const exit = frame(tupleTerm(byteTerm(3), other, pid, atomTerm("noproc")));
  assert.equal(answerTo(link), toHex(exit));
});

Deno.test("understand() acknowledges unlinking, and says notsup to spawning", () => {
  const unlink = frame(tupleTerm(byteTerm(35), byteTerm(77), pid, netKernel));
  const acknowledged = frame(tupleTerm(byteTerm(36), byteTerm(77), netKernel, pid));
  assert.equal(answerTo(unlink), toHex(acknowledged));
  const spawn = frame(tupleTerm(byteTerm(29), reference, pid, pid, nobody, nobody));
  const refused = tupleTerm(byteTerm(31), reference, pid, byteTerm(0), atomTerm("notsup"));
  assert.equal(answerTo(spawn), toHex(frame(refused)));
});

Deno.test("understand() ignores what nobody waits for", () => {
  const ignored = [
    frame(tupleTerm(byteTerm(6), pid, nobody, atomTerm("anybody")), call(alias, isAuth)),
    frame(toNetKernel, atomTerm("hello")),
    frame(toNetKernel, tupleTerm(atomTerm("$gen_call"), atomTerm("x"), isAuth)),
    // A message that cannot be read is not for us; the next frame may be.
    frame(toNetKernel),
    joined(frame(toNetKernel), 131, 255),
    frame(tupleTerm(byteTerm(20), pid, netKernel, reference)),
    frame(tupleTerm(byteTerm(200), pid)),
    frame(tupleTerm(byteTerm(19))),
    frame(tupleTerm(byteTerm(1), pid)),
    frame(tupleTerm(byteTerm(35))),
    frame(tupleTerm(byteTerm(29))),
  ];
  for (const bytes of ignored) assert.deepEqual(understand(bytes), { kind: "nothing" });
});

Deno.test("understand() calls garbage what is no frame", () => {
  for (
    const text of ["83 44 00", "70", "70 83", "70 83 61 06", "70 83 68 00", "70 83 6a", "47 45"]
  ) {
    assert.equal(understand(hex(text)).kind, "garbage", text);
  }
  assert.equal(understand(frame(tupleTerm(nobody, pid))).kind, "garbage");
});

Deno.test("pingFrame() asks as Node.ping does", () => {
  const own = { name: "us@h", creation: 9 };
  const us = "75734068";
  const sender = `58 7704${us} 00000001 00000000 00000009`;
  const asked = `5a 0003 7704${us} 00000009 00000001 00000002 00000000`;
  const control = `83 6804 6106 ${sender} 7700 770a6e65745f6b65726e656c`;
  const message = `83 6803 7709 2467656e5f63616c6c 6802 ${sender} ${asked}` +
    ` 6802 770769735f61757468 7704${us}`;
  assert.equal(toHex(pingFrame(own, [1, 2, 0])), toHex(hex(`70 ${control} ${message}`)));
});

Deno.test("understand() never throws, and answers with little more than it was sent", () => {
  const honest = [
    frame(toNetKernel, call(alias, isAuth)),
    frame(tupleTerm(byteTerm(19), pid, nobody, reference)),
    frame(tupleTerm(byteTerm(1), pid, pid)),
    pingFrame({ name: "us@h", creation: 9 }, [1, 2, 3]),
  ];
  const check = (bytes: Uint8Array): void => {
    const said = understand(bytes);
    if ("answer" in said) assert.ok(said.answer.length <= bytes.length + 64);
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), check), { numRuns: 2_000 });
  const change = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.constantFrom(...honest), change, fc.nat(), (bytes, changes, cut) => {
      const changed = bytes.slice(0, bytes.length - cut % 3);
      for (const [at, value] of changes) changed[at % changed.length] = value;
      check(changed);
    }),
    { numRuns: 5_000 },
  );
});
