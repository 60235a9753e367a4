import assert from "node:assert/strict";
import type { Input, Peer } from "../../lib/core/input.ts";
import { StepFault } from "../../lib/core/step_fault.ts";
import { World } from "../../lib/simulation/world.ts";
import { instanceOf, nameOf } from "./records.ts";

Deno.test("Membership.step() hands over what it had decided when it throws, and goes on", () => {
  const { core, settings } = new World({ seed: 1 }).start("n1@10.0.0.1");
  const peer = { name: nameOf(9), instance: instanceOf(9), software: settings.software };
  const broken: Peer = {
    ...peer,
    get addresses(): never {
      throw new TypeError("planted");
    },
  };
  const pinged = (from: Peer): Input => {
    return { kind: "pinged", from, content: { incarnation: 0, fingerprint: 0 }, reply: 1 };
  };
  assert.throws(() => core.step(pinged(broken), 1000), (error) => {
    assert.ok(error instanceof StepFault && error.cause instanceof TypeError);
    assert.deepEqual(error.effects.map(({ kind }) => kind), ["pong"]);
    return true;
  });
  const effects = core.step(pinged({ ...peer, addresses: [] }), 1001);
  assert.ok(effects.some(({ kind }) => kind === "pong"));
});
