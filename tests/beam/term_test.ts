/** Terms: as OTP writes them, and as nobody honest does. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { joined, numberBytes } from "../../lib/beam/term/bytes.ts";
import { atomMaxBytes, frameMaxBytes, termDepthMax, termPartsMax } from "../../lib/beam/limits.ts";
import { readTerm, type Term } from "../../lib/beam/term/term.ts";
import {
  atomTerm,
  byteTerm,
  pidTerm,
  referenceTerm,
  tupleTerm,
} from "../../lib/beam/term/term_writer.ts";
import { hex, terms, toHex } from "./hex.ts";

function termOf(bytes: Uint8Array): Term {
  const read = readTerm(bytes);
  assert.ok("term" in read, JSON.stringify(read));
  assert.equal(read.end, bytes.length);
  return read.term;
}

function faultOf(bytes: Uint8Array): string {
  const read = readTerm(bytes);
  assert.ok("fault" in read, "it was taken for a term");
  return read.fault;
}

const named = (name: string): Term => termOf(hex(terms[name] ?? assert.fail(name)));

Deno.test("readTerm() reads what OTP writes, and every term knows its bytes", () => {
  for (const [name, text] of Object.entries(terms)) {
    assert.equal(`83${toHex(named(name).bytes)}`, text, name);
  }
});

Deno.test("readTerm() understands atoms, integers, tuples, pids and references", () => {
  const atomText = (name: string): unknown => (named(name) as { text?: string }).text;
  assert.equal(atomText("net_kernel"), "net_kernel");
  assert.equal(atomText("ä→"), "ä→");
  assert.equal(atomText("''"), "");
  assert.equal(atomText("ä in Latin-1"), "ä");
  const values = ["7", "-5"].map((name) => (named(name) as { value?: number }).value);
  assert.deepEqual(values, [7, -5]);
  const tuple = named("{6, '', {}}");
  assert.ok(tuple.kind === "tuple");
  assert.deepEqual(tuple.items.map(({ kind }) => kind), ["integer", "atom", "tuple"]);
  const pid = named("a pid");
  assert.ok(pid.kind === "pid" && pid.node === "k@h.example");
  const reference = named("a reference");
  assert.ok(reference.kind === "reference");
  assert.equal(reference.creation, 1795577863);
  assert.deepEqual(reference.ids, [0x2c141, 0x3d040002, 0x25248401]);
});

Deno.test("readTerm() reads what is written here", () => {
  const pid = pidTerm("n@h", 1, 2 ** 32 - 1);
  const reference = referenceTerm("n@h", 77, [2 ** 18 - 1, 5, 0]);
  const term = termOf(joined(131, tupleTerm(byteTerm(255), atomTerm("ok"), pid, reference)));
  assert.ok(term.kind === "tuple");
  const [number, atom, who, what] = term.items;
  assert.ok(number?.kind === "integer" && number.value === 255);
  assert.ok(atom?.kind === "atom" && atom.text === "ok");
  assert.ok(who?.kind === "pid" && who.node === "n@h");
  assert.ok(what?.kind === "reference" && what.creation === 77);
  assert.deepEqual(what.ids, [2 ** 18 - 1, 5, 0]);
});

Deno.test("readTerm() refuses every term that is cut off", () => {
  for (const text of Object.values(terms)) {
    const bytes = hex(text);
    for (let length = 0; length < bytes.length; length++) faultOf(bytes.subarray(0, length));
  }
});

Deno.test("readTerm() refuses lengths that nothing stands behind, without taking memory", () => {
  const huge = "ffffffff";
  for (const tag of ["69", "6c", "74", "6d", "4d", "6f", "70"]) {
    assert.match(faultOf(hex(`83 ${tag} ${huge} 00 00`)), /cut off/);
  }
  for (const tag of ["6b", "76", "64"]) faultOf(hex(`83 ${tag} ffff 00`));
});

Deno.test("readTerm() refuses tags that were not agreed on", () => {
  // A cached atom, compression, an old fun, something made up.
  for (const tag of ["52 00", "50 00000010", "75 00000000", "ff", "00"]) {
    assert.match(faultOf(hex(`83 ${tag} 00 00 00 00`)), /unknown tag/);
  }
  assert.match(faultOf(hex("82 6a")), /begin with 131/);
  assert.match(faultOf(hex("83 70 00000003")), /without a size/);
});

Deno.test("readTerm() refuses a node that is no atom, and an atom that is no text", () => {
  assert.match(faultOf(hex("83 58 61 07 00000001 00000000 00000001")), /node without a name/);
  assert.match(faultOf(hex("83 77 02 c328")), /not text/);
});

const nested = (depth: number): Uint8Array =>
  joined(131, ...Array.from({ length: depth }, () => joined(104, 1)), 106);

Deno.test("readTerm() reads terms that are nested to the limit, and no deeper", () => {
  termOf(nested(termDepthMax));
  assert.match(faultOf(nested(termDepthMax + 1)), /nested deeper than 32/);
  assert.match(faultOf(nested(frameMaxBytes)), /nested deeper than 32/);
});

Deno.test("readTerm() reads terms with as many parts as the limit, and no more", () => {
  const list = (count: number): Uint8Array =>
    joined(131, 105, numberBytes(count, 4), new Uint8Array(count).fill(106));
  termOf(list(termPartsMax - 1));
  assert.match(faultOf(list(termPartsMax)), /more than 4096 parts/);
});

Deno.test("readTerm() reads atoms as long as the limit, and no longer", () => {
  const atom = (length: number): Uint8Array =>
    joined(131, 118, numberBytes(length, 2), new Uint8Array(length).fill(97));
  termOf(atom(atomMaxBytes));
  assert.match(faultOf(atom(atomMaxBytes + 1)), /an atom of 1021 bytes/);
});

Deno.test("readTerm() reads references of five words, and no longer ones", () => {
  const reference = (count: number): Uint8Array => {
    const ids = new Uint8Array(4 * count);
    return joined(131, 90, numberBytes(count, 2), atomTerm("n@h"), numberBytes(1, 4), ids);
  };
  termOf(reference(5));
  assert.match(faultOf(reference(6)), /a reference of 6 words/);
});

Deno.test("readTerm() never throws, whatever the bytes", () => {
  const check = (bytes: Uint8Array): void => {
    const read = readTerm(bytes);
    if ("term" in read) assert.ok(read.end <= bytes.length);
  };
  const known = fc.constantFrom(...Object.values(terms).map(hex));
  const change = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 });
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => check(joined(131, bytes))), {
    numRuns: 3_000,
  });
  fc.assert(
    fc.property(fc.array(known, { minLength: 1, maxLength: 9 }), change, (parts, changes) => {
      const inner = parts.map((part) => part.subarray(1));
      const bytes = joined(131, 104, parts.length, ...inner);
      for (const [at, value] of changes) bytes[at % bytes.length] = value;
      check(bytes);
    }),
    { numRuns: 3_000 },
  );
});
