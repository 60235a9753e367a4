/**
 * The table of records holds what two maps would hold, in the same order.
 *
 * @module
 */
import assert from "node:assert/strict";
import { seededRandom } from "../../../lib/core/base/random.ts";
import { hashText } from "../../../lib/core/base/hash.ts";
import type { NodeName } from "../../../lib/core/base/name.ts";
import type { MemberRecord } from "../../../lib/core/members/record.ts";
import { bucketsMin } from "../../../lib/core/members/buckets.ts";
import { RecordTable } from "../../../lib/core/members/record_table.ts";
import { instanceOf, nameOf, recordOf } from "../records.ts";

/** The same with two maps. */
class Model {
  readonly records = new Map<NodeName, MemberRecord>();
  readonly names = new Map<string, NodeName>();

  set(record: MemberRecord): void {
    this.#leave(record.name);
    this.records.set(record.name, record);
    const holder = this.records.get(this.names.get(record.instance) ?? record.name);
    if (this.names.has(record.instance) && holder?.state !== "left") return;
    this.names.set(record.instance, record.name);
  }

  /** The name of the one that has that instance. */
  nameOf(instance: string): NodeName | undefined {
    const name = this.names.get(instance);
    return name && this.records.get(name)?.state !== "left" ? name : undefined;
  }

  delete(name: NodeName): void {
    this.#leave(name);
    this.records.delete(name);
  }

  #leave(name: NodeName): void {
    const before = this.records.get(name);
    if (before !== undefined && this.names.get(before.instance) === name) {
      this.names.delete(before.instance);
    }
  }
}

function same(table: RecordTable, model: Model, numbers: number): void {
  assert.equal(table.size, model.records.size);
  assert.deepEqual([...table.values()], [...model.records.values()]);
  for (let number = 0; number < numbers; number++) {
    assert.equal(table.get(nameOf(number)), model.records.get(nameOf(number)));
    const instance = instanceOf(number);
    assert.equal(table.nameOf(instance), model.nameOf(instance), `instance ${number}`);
  }
  const asked = Array.from({ length: numbers }, (_, number) => recordOf(number));
  assert.deepEqual(
    table.withInstancesOf(asked).map((record) => record?.name),
    asked.map(({ instance }) => model.names.get(instance)),
  );
}

for (const numbers of [4, 30, 400]) {
  Deno.test(`RecordTable holds the same as two maps of ${numbers} names`, () => {
    const random = seededRandom(numbers);
    const [table, model] = [new RecordTable(), new Model()];
    for (let round = 0; round < 40; round++) {
      const isShrinking = random.below(4) === 0;
      for (let change = 0; change < numbers; change++) {
        const number = random.below(numbers);
        if (random.below(4) < (isShrinking ? 3 : 1)) {
          table.delete(nameOf(number));
          model.delete(nameOf(number));
        } else {
          // Now and then one that claims the instance of another one.
          const instance = instanceOf(random.below(5) === 0 ? random.below(numbers) : number);
          const state = random.below(3) === 0 ? "left" : "alive";
          const record = recordOf(number, { instance, incarnation: random.below(1000), state });
          table.set(record);
          model.set(record);
        }
      }
      same(table, model, numbers);
    }
  });
}

Deno.test("RecordTable holds each of 70,000 records", () => {
  const table = new RecordTable();
  const records = Array.from({ length: 70_000 }, (_, number) => recordOf(number));
  for (const record of records) table.set(record);
  assert.equal(table.size, records.length);
  assert.ok(records.every((record) => table.get(record.name) === record));
  assert.ok(records.every(({ name, instance }) => table.nameOf(instance) === name));
});

Deno.test("RecordTable.visitBuckets() visits those whose names fall into the wanted buckets", () => {
  const table = new RecordTable();
  for (let number = 0; number < 300; number++) table.set(recordOf(number));
  for (let number = 0; number < 300; number += 3) table.delete(nameOf(number));
  const wanted = new Set([0, 7, bucketsMin - 1]);
  const visited: MemberRecord[] = [];
  table.visitBuckets(bucketsMin, (bucket) => wanted.has(bucket), (record, bucket) => {
    assert.equal(bucket, hashText(record.name) % bucketsMin);
    visited.push(record);
  });
  const expected = [...table.values()].filter(({ name }) =>
    wanted.has(hashText(name) % bucketsMin)
  );
  assert.ok(visited.length > 0);
  assert.deepEqual(visited, expected);
});
