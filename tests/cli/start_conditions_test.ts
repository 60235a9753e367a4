import { deepEqual, equal } from "node:assert/strict";
import { allHold, describeCondition, holds } from "../../lib/cli/service/start_conditions.ts";
import type { NodeName } from "../../lib/core/base/name.ts";
import type { MemberView } from "../../lib/core/members/member.ts";
import type { StartCondition } from "../../lib/options/option_service.ts";
import { ManualClock } from "../support/manual_clock.ts";

function member(local: string, more: Partial<MemberView>): MemberView {
  return {
    ...{ name: `${local}@h` as NodeName, kind: "node", instance: local, incarnation: 0 },
    ...{ status: "alive", self: false, linkWorks: true, addresses: [], forMs: 0, reason: "" },
    ...{ flapping: false, tags: {}, startedAt: "", software: "", ...more },
  };
}

const database: StartCondition = { kind: "tag", key: "role", value: "db" };
const two: StartCondition = { kind: "members", count: 2 };
const role = { role: "db" };

Deno.test("holds() counts live members, this node among them", () => {
  const self = member("n1", { self: true });
  equal(holds(two, [self, member("n2", { status: "down" })]), false);
  equal(holds(two, [self, member("n2", {})]), true);
});

Deno.test("holds() wants the tag at another live member", () => {
  const self = member("n1", { self: true, tags: role });
  equal(holds(database, [self, member("n2", {})]), false);
  equal(holds(database, [self, member("n2", { tags: role, status: "down" })]), false);
  equal(holds(database, [self, member("n2", { tags: { role: "web" } })]), false);
  equal(holds(database, [self, member("n2", { tags: role })]), true);
});

Deno.test("describeCondition() says it as the command line does", () => {
  deepEqual([two, database].map(describeCondition), ["members=2", "tag:role=db"]);
});

Deno.test("allHold() waits until all conditions hold, or it is given up", async () => {
  const clock = new ManualClock();
  const members = [member("n1", { self: true })];
  const node = { members: () => members };
  let ended = 0;
  const wait = async (signal: AbortSignal): Promise<void> => {
    await allHold([two, database], node, clock, signal);
    ended++;
  };
  const given = new AbortController();
  const waits = [wait(new AbortController().signal), wait(given.signal)];
  await clock.passGradually(1000);
  equal(ended, 0);
  given.abort();
  await waits[1];
  equal(ended, 1);
  members.push(member("n2", { tags: role }));
  await clock.passGradually(1000);
  await waits[0];
  equal(ended, 2);
});
