/**
 * Records, names and ways to fail for the tests of the core.
 *
 * @module
 */
import fc from "fast-check";
import type { Effect } from "../../lib/core/input.ts";
import type { PingFailure } from "../../lib/core/base/ping_failure.ts";
import type { NodeName } from "../../lib/core/base/name.ts";
import { makeRecord } from "../../lib/core/members/record.ts";
import type { MemberRecord, RecordContent, RecordState } from "../../lib/core/members/record.ts";
import type { InstanceId } from "../../lib/core/members/row.ts";
import type { Vote } from "../../lib/core/members/news.ts";

const failures: Readonly<Record<PingFailure, true>> = {
  "refused": true,
  "no-answer": true,
  "silent": true,
  "reset": true,
  "other-instance": true,
  "wrong-cluster": true,
  "wrong-cookie": true,
  "garbage": true,
};

/** Every way in which a ping fails; the compiler asks for a new one. */
export const pingFailures: readonly PingFailure[] = Object.keys(failures) as PingFailure[];

/** Every state of a record. */
export const recordStates: readonly RecordState[] = ["alive", "failed", "left"];

/** The name of node number `number`. */
export function nameOf(number: number): NodeName {
  return `n${number}@10.0.0.${number % 256}` as NodeName;
}

/** The instance with that number; greater numbers are greater instances. */
export function instanceOf(number: number): InstanceId {
  return number.toString(16).padStart(32, "0");
}

/** What the living node number `number` says about itself, but for `changes`. */
export function contentOf(number: number, changes: Partial<RecordContent> = {}): RecordContent {
  return {
    name: nameOf(number),
    instance: instanceOf(number),
    incarnation: 0,
    state: "alive",
    addresses: [{ host: `10.0.0.${number % 256}`, port: 4370 }],
    tags: {},
    startedAt: "2016-03-10T18:51:29.277Z",
    software: "clusternode/0.1.0",
    ...changes,
  };
}

/** {@linkcode contentOf} with its fingerprints. */
export function recordOf(number: number, changes: Partial<RecordContent> = {}): MemberRecord {
  return makeRecord(contentOf(number, changes));
}

/** A claim about one of the first `names` nodes; few values, so that many claims meet. */
export function anyRecord(names: number): fc.Arbitrary<MemberRecord> {
  return fc.record({
    number: fc.integer({ min: 1, max: names }),
    run: fc.nat(2),
    incarnation: fc.nat(3),
    state: fc.constantFrom(...recordStates),
  }).map(({ number, run, incarnation, state }) =>
    recordOf(number, { instance: instanceOf(number * 1000 + run), incarnation, state })
  );
}

/** The effects of one kind. */
export function effectsOf<Kind extends Effect["kind"]>(
  kind: Kind,
  effects: readonly Effect[],
): readonly (Effect & { kind: Kind })[] {
  return effects.filter((effect): effect is Effect & { kind: Kind } => effect.kind === kind);
}

/** A vote of node `voter` against node 1. */
export function voteOf(voter: number, changes: Partial<Vote> = {}): Vote {
  return {
    subject: instanceOf(1),
    subjectName: nameOf(1),
    incarnation: 0,
    voter: instanceOf(voter),
    voterName: nameOf(voter),
    sequence: 1,
    kind: "silent",
    ...changes,
  };
}
