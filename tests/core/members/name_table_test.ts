/**
 * The table of names holds what a map would hold, in the same order.
 *
 * @module
 */
import assert from "node:assert/strict";
import { seededRandom } from "../../../lib/core/base/random.ts";
import { hashText } from "../../../lib/core/base/hash.ts";
import type { NodeName } from "../../../lib/core/base/name.ts";
import { type Named, NameTable } from "../../../lib/core/members/name_table.ts";
import { nameOf } from "../records.ts";

for (const numbers of [4, 30, 400]) {
  Deno.test(`NameTable holds the same as a map of ${numbers} names`, () => {
    const random = seededRandom(numbers);
    const [table, model] = [new NameTable<Named>(), new Map<NodeName, Named>()];
    for (let change = 0; change < 40 * numbers; change++) {
      const name = nameOf(random.below(numbers));
      // Grows and shrinks in turns.
      const isShrinking = Math.floor(change / (5 * numbers)) % 2 === 1;
      if (random.below(4) < (isShrinking ? 3 : 1)) {
        assert.equal(table.delete(name), model.delete(name));
        table.shrink();
      } else {
        const item = { name };
        assert.equal(table.at(table.set(item)), item);
        model.set(name, item);
      }
      assert.equal(table.size, model.size);
      assert.equal(table.get(name), model.get(name));
      if (change % numbers > 0) continue;
      assert.deepEqual([...table.values()], [...model.values()]);
      for (let number = 0; number < numbers; number++) {
        assert.equal(table.get(nameOf(number)), model.get(nameOf(number)));
      }
    }
  });
}

Deno.test("NameTable.shrink() gives back the room of those that are gone", () => {
  const table = new NameTable<Named>();
  for (let number = 0; number < 1000; number++) table.set({ name: nameOf(number) });
  const [full, kept] = [table.slots, nameOf(500)];
  for (let number = 0; number < 1000; number++) {
    if (nameOf(number) !== kept) table.delete(nameOf(number));
    table.shrink();
  }
  assert.ok(table.slots <= full / 16, `${table.slots} slots for one of ${full}`);
  assert.deepEqual([...table.values()], [{ name: kept }]);
});

Deno.test("NameTable.values() allows that each is taken out, or put in anew, when it is given", () => {
  const table = new NameTable<Named & { readonly round?: number }>();
  for (let number = 0; number < 100; number++) table.set({ name: nameOf(number) });
  let seen = 0;
  for (const { name } of table.values()) {
    if (seen++ % 2 === 0) table.delete(name);
    else table.set({ name, round: 2 });
    table.shrink();
  }
  assert.deepEqual([seen, table.size], [100, 50]);
  assert.ok(table.values().every(({ round }) => round === 2));
});

/** 512 texts whose hashes are equal: of nine parts, each one of two after which they go on alike. */
function sameHash(): NodeName[] {
  let texts = [""];
  for (let basis = 0x811c9dc5; texts.length < 512;) {
    const [left, right] = pairFrom(basis);
    texts = texts.flatMap((text) => [text + left, text + right]);
    basis = fnvOf(left, basis);
  }
  return texts as NodeName[];
}

/** Two texts whose hashes are equal if they begin with `basis`. */
function pairFrom(basis: number): [string, string] {
  const seen = new Map<number, string>();
  for (let number = 0;; number++) {
    const text = number.toString(36);
    const hash = fnvOf(text, basis);
    const other = seen.get(hash);
    if (other !== undefined) return [other, text];
    seen.set(hash, text);
  }
}

/** The hash without its finish, so that another text can go on with it. */
function fnvOf(text: string, basis: number): number {
  let hash = basis;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash;
}

Deno.test("NameTable with a secret does not look at all names whose hashes were chosen to be equal", () => {
  const names = sameHash();
  assert.equal(new Set(names.map((name) => hashText(name))).size, 1);
  let drawn = 0;
  const table = new NameTable<Named>(() => {
    drawn++;
    return 0x12345678;
  });
  for (const name of names) table.set({ name });
  assert.equal(drawn, 1);
  const places = new Set(names.map((name) => table.hashAt(table.placeOf(name))));
  assert.ok(places.size > names.length * 0.99, `${places.size} different hashes`);
  assert.ok(names.every((name) => table.get(name)?.name === name));
});
