import assert from "node:assert/strict";
import { Barrier } from "../../lib/barrier.ts";
import type { Effect, Input } from "../../lib/core/input.ts";
import { StepFault } from "../../lib/core/step_fault.ts";
import type { NodeName } from "../../lib/core/base/name.ts";
import { CoreLoop } from "../../lib/node/core_loop.ts";
import type { CoreLoopParts } from "../../lib/node/core_loop.ts";
import { instanceOf } from "../core/records.ts";
import { ManualClock } from "../support/manual_clock.ts";

const wake: Input = { kind: "wake" };
const hint: Input = { kind: "registry-hint" };
const name = "n2@10.0.0.2" as NodeName;
const addressee = { name, instance: instanceOf(2), addresses: [] };

interface Scene {
  readonly loop: CoreLoop;
  readonly clock: ManualClock;
  readonly barrier: Barrier;
  readonly faults: string[];
  readonly inputs: Input[];
  readonly done: Effect[];
}

function open(
  step: (input: Input) => Effect[],
  parts: Partial<CoreLoopParts> = {},
  wakeAt = (): number => Infinity,
): Scene {
  const clock = new ManualClock();
  const [faults, inputs, done]: [string[], Input[], Effect[]] = [[], [], []];
  const barrier = new Barrier(({ where, error }) => faults.push(`${where}: ${error}`));
  const core = {
    get wakeAt() {
      return wakeAt();
    },
    step(input: Input) {
      inputs.push(input);
      return step(input);
    },
  };
  const carryOut = (effect: Effect): void => void done.push(effect);
  const loop = new CoreLoop({ clock, barrier, core, carryOut, ...parts });
  return { loop, clock, barrier, faults, inputs, done };
}

const [list, drop]: [Effect, Effect] = [{ kind: "list" }, { kind: "drop", hosts: [] }];

Deno.test("CoreLoop drops an input at which the core throws, does what was decided, and goes on", () => {
  const { loop, faults, done, barrier } = open((input) => {
    if (input === hint) throw new StepFault([list], new RangeError("too far"));
    return [drop];
  });
  loop.put(wake);
  loop.put(hint);
  loop.put(wake);
  assert.deepEqual(done, [drop, list, drop]);
  assert.deepEqual(faults, ["a step of the core: RangeError: too far"]);
  assert.equal(barrier.faultCount, 1);
});

/** What the core waits for, by the effect that was to bring it. */
const awaited: readonly (readonly [Effect, Input["kind"]])[] = [
  [{ kind: "list" }, "list-failed"],
  [{ kind: "write", row: {} as never, expectedVersion: undefined }, "write-failed"],
  [{ kind: "remove", name, version: "1" }, "remove-failed"],
  [{ kind: "ask-sync", from: addressee, buckets: [] }, "synced"],
  [
    { kind: "ask-probe", probe: 1, helper: addressee, subject: addressee, timeoutMs: 1 },
    "probe-ended",
  ],
  [
    {
      ...{ kind: "ping", ping: 1, to: addressee, content: { incarnation: 0, fingerprint: 0 } },
      ...{ connectTimeoutMs: 1, answerTimeoutMs: 1, fresh: false },
    },
    "ping-ended",
  ],
  [
    { kind: "beam-ping", ping: 1, to: name, connectTimeoutMs: 1, answerTimeoutMs: 1 },
    "beam-ping-ended",
  ],
];

for (const [effect, kind] of awaited) {
  Deno.test(`CoreLoop tells the core ${kind} when a fault ends the effect ${effect.kind}`, async () => {
    for (const isLate of [false, true]) {
      const fail = (): Promise<void> => {
        if (isLate) return Promise.reject(new TypeError("broken"));
        throw new TypeError("broken");
      };
      const { loop, inputs, faults } = open(
        (input) => input === wake ? [effect] : [],
        { carryOut: fail },
      );
      loop.put(wake);
      for (let turn = 0; turn < 10; turn++) await Promise.resolve();
      assert.deepEqual(inputs.map((input) => input.kind), ["wake", kind]);
      assert.deepEqual(faults, [`the effect ${effect.kind}: TypeError: broken`]);
    }
  });
}

Deno.test("CoreLoop does the other effects when one of them throws", () => {
  const done: Effect[] = [];
  const { loop } = open((input) => input === wake ? [drop, list, drop] : [], {
    carryOut(effect) {
      if (effect === list) throw new TypeError("broken");
      done.push(effect);
    },
  });
  loop.put(wake);
  assert.deepEqual(done, [drop, drop]);
});

Deno.test("CoreLoop goes on when the recorder throws", () => {
  const recorder = {
    begin() {},
    step(): void {
      throw new TypeError("broken");
    },
  };
  const { loop, done, faults } = open(() => [drop], { recorder });
  loop.put(wake);
  assert.deepEqual([done, faults], [[drop], ["the recording: TypeError: broken"]]);
});

Deno.test("CoreLoop tries a core that throws ten times a second, and ends it after ten seconds", () => {
  const { loop, clock, inputs, done } = open(
    () => {
      throw new StepFault([], new TypeError("broken"));
    },
    {},
    () => 0,
  );
  loop.put(wake);
  for (let passedMs = 0; passedMs < 9_900; passedMs += 10) clock.pass(10);
  assert.deepEqual(done, []);
  assert.ok(inputs.length > 90 && inputs.length <= 101, `${inputs.length} steps`);
  for (let passedMs = 0; passedMs < 1_000; passedMs += 10) clock.pass(10);
  assert.deepEqual(done, [{
    kind: "stop",
    reason: {
      kind: "faulty",
      message: "A fault of the program has kept this node from doing anything for 10 s",
    },
  }]);
  const { length } = inputs;
  loop.put(wake);
  clock.pass(10_000);
  assert.equal(inputs.length, length, "it is over");
  assert.equal(clock.pending, 0);
});

Deno.test("CoreLoop does not end a core that gets through some of its steps", () => {
  let steps = 0;
  const { loop, clock, done } = open(
    () => {
      if (++steps % 50 !== 0) throw new StepFault([], new TypeError("broken"));
      return [];
    },
    {},
    () => clock.now() + 1,
  );
  loop.put(wake);
  for (let passedMs = 0; passedMs < 60_000; passedMs += 10) clock.pass(10);
  assert.deepEqual(done, []);
  assert.ok(steps > 100, `${steps} steps`);
});

Deno.test("CoreLoop tells listeners of turns, makes one in time, and counts none that throws", async () => {
  let isFaulty = false;
  const told: number[] = [];
  const listener = { everyMs: 1000, turned: () => void told.push(clock.now()) };
  const { loop, clock, inputs } = open(() => {
    if (isFaulty) throw new Error("stuck");
    return [];
  }, { turnListeners: [listener] });
  const begun = clock.now();
  loop.put(hint);
  loop.put(hint);
  await clock.passGradually(2500);
  assert.deepEqual(told, [begun, begun + 1000, begun + 2000]);
  assert.deepEqual(inputs, [hint, hint, wake, wake]);
  isFaulty = true;
  await clock.passGradually(2500);
  assert.deepEqual(told, [begun, begun + 1000, begun + 2000]);
  loop.end();
});
