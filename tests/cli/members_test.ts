/** What a person sees of members. */
import { deepEqual, equal, match } from "node:assert/strict";
import { programCommands } from "../../lib/cli/commands.ts";
import { showLook } from "../../lib/cli/commands/members.ts";
import { main } from "../../lib/cli/main.ts";
import { filterMembers } from "../../lib/cli/members/member_filter.ts";
import type { MemberFilter } from "../../lib/cli/members/member_filter.ts";
import { memberScreen } from "../../lib/cli/members/member_screen.ts";
import { memberSummary } from "../../lib/cli/members/member_summary.ts";
import { memberTable } from "../../lib/cli/members/member_table.ts";
import { signOf } from "../../lib/cli/members/member_style.ts";
import { sortMembers } from "../../lib/report/words/member_order.ts";
import { memberStatuses } from "../../lib/core/members/member.ts";
import type { MemberView } from "../../lib/core/members/member.ts";
import type { NodeName } from "../../lib/core/base/name.ts";
import { fakeWorld } from "./fake_context.ts";

function memberOf(name: string, changes: Partial<MemberView> = {}): MemberView {
  return {
    name: name as NodeName,
    kind: "node",
    instance: "0".repeat(32) as MemberView["instance"],
    incarnation: 0,
    status: "alive",
    self: false,
    linkWorks: true,
    addresses: [],
    forMs: 140_000,
    reason: "it answers pings",
    flapping: false,
    tags: {},
    startedAt: "",
    software: "clusternode/0.1.0",
    ...changes,
  };
}

function manyOf(count: number): MemberView[] {
  return Array.from({ length: count }, (_, index) => memberOf(`n${index + 1}@10.0.0.${index + 2}`));
}

const down = memberOf("n7@10.0.0.8", {
  status: "down",
  reason: "n1@10.0.0.2, n3@10.0.0.4 cannot reach it: connection refused",
});

Deno.test("memberSummary() says how many are alive, and who is not well, the worst first", () => {
  const suspect = memberOf("n3@10.0.0.4", { status: "suspect", forMs: 3400 });
  const oneWay = memberOf("n2@10.0.0.3", { linkWorks: false });
  equal(memberSummary(manyOf(3)), "3 of 3 alive");
  equal(
    memberSummary([memberOf("n1@10.0.0.2"), oneWay, suspect, down]),
    "3 of 4 alive; n7 down 2 min, n3 suspect 3.4 s, n2 not reached",
  );
});

Deno.test("members --json counts the whole cluster, whatever it is asked to list", async () => {
  const look = { asked: down.name, members: [...manyOf(2), down] };
  let text = "";
  await main(["members", "--json", "--status", "down"], fakeWorld({}, (some) => text += some), {
    ...programCommands,
    members(world, call) {
      showLook(world, call, look);
      return Promise.resolve(0);
    },
  });
  const { memberCount, aliveCount, members } = JSON.parse(text);
  deepEqual([memberCount, aliveCount], [3, 2]);
  deepEqual(members.map(({ name }: MemberView) => name), [down.name]);
});

Deno.test("memberSummary() counts those for whom there is no room", () => {
  const views = manyOf(60).map((view) => ({ ...view, status: "down" as const }));
  for (const width of [50, 80, 200]) {
    const text = memberSummary(views, { width });
    match(text, /^0 of 60 alive; n1 down 2 min, (.*, )?\d+ more not well$/);
    equal(text.length <= width, true, text);
  }
  equal(memberSummary(views, { width: 40 }), "0 of 60 alive; 60 not well");
});

Deno.test("memberSummary() gives full names where the short ones are not enough", () => {
  const views = [memberOf("n7@10.0.0.9"), down];
  match(memberSummary(views), /; n7@10\.0\.0\.8 down/);
});

Deno.test("sortMembers() puts the worst first, and else goes by name as people count", () => {
  const views = memberStatuses.map((status, index) => memberOf(`n${20 - index}@h`, { status }));
  const oneWay = memberOf("n30@h", { linkWorks: false });
  const sorted = sortMembers([memberOf("n2@h"), memberOf("n10@h"), oneWay, ...views], "status");
  deepEqual(sorted.map(({ status }) => status).slice(0, 6), [
    ...["down", "unreachable", "wrong-cookie", "wrong-cluster", "suspect", "unproven"],
  ]);
  deepEqual(sorted.map(({ name }) => name).slice(6), ["n30@h", "n2@h", "n10@h", "n19@h"]);
  equal(sorted.map(signOf).join(""), "✗✗✗✗!!!   ");
});

Deno.test("sortMembers() puts the latest change first, or the slowest, and who has no round trip last", () => {
  const views = [
    memberOf("n1@h", { forMs: 3000 }),
    memberOf("n2@h", { forMs: 1000, roundTripUs: 80 }),
    memberOf("n3@h", { forMs: 2000, roundTripUs: 900 }),
  ];
  const names = (key: "for" | "round-trip"): string =>
    sortMembers(views, key).map(({ name }) => name.slice(0, 2)).join(" ");
  deepEqual([names("for"), names("round-trip")], ["n2 n3 n1", "n3 n2 n1"]);
});

Deno.test("memberTable() shows reasons of those that are not well, for people without their accusers", () => {
  const views = [memberOf("n1@10.0.0.2"), memberOf("n3@10.0.0.4"), down];
  const [, first, , last] = memberTable(views);
  equal(first, "n1@10.0.0.2  alive  2m20s");
  equal(
    last,
    "n7@10.0.0.8  down   2m20s  n1@10.0.0.2, n3@10.0.0.4 cannot reach it: connection refused",
  );
  equal(
    memberTable(views, { hasSigns: true })[3],
    "✗  n7@10.0.0.8  down   2m20s  connection refused",
  );
});

Deno.test("memberScreen() never loses who is not well to a small window", () => {
  const views = sortMembers([...manyOf(60), down], "status");
  const lines = memberScreen({ views, caption: "as n1 sees it" })({ columns: 80, rows: 24 });
  equal(lines.length, 24);
  equal(lines[0], "60 of 61 alive; n7@10.0.0.8 down 2 min");
  match(lines[4] ?? "", /^✗ {2}n7@10\.0\.0\.8 +down /);
  equal(lines[23], "… 42 more, all alive");
  const small = memberScreen({ views: [down, down, down], caption: "" })({ columns: 80, rows: 6 });
  equal(small[5], "… 2 more, 2 of them not well");
});

Deno.test("memberScreen() gives what stands below the table the rows that the table leaves over", () => {
  const below = ({ rows }: { rows: number }): string[] => Array(rows).fill("event");
  const rowsOf = (count: number): (number | boolean)[] => {
    const picture = { views: manyOf(count), caption: "", below };
    const lines = memberScreen(picture)({ columns: 80, rows: 24 });
    return [lines.length, lines.filter((line) => line === "event").length];
  };
  deepEqual(rowsOf(3), [24, 17]);
  deepEqual(rowsOf(60), [24, 11]);
});

Deno.test("memberScreen() shows trouble in the place of the summary, and cuts it", () => {
  const picture = { views: [], caption: "", trouble: "x".repeat(99) };
  equal(memberScreen(picture)({ columns: 80, rows: 24 })[0], `${"x".repeat(79)}…`);
});

Deno.test("filterMembers() takes any of the names and statuses, and all of the tags", () => {
  const views = [
    memberOf("web-1@h", { tags: { zone: "a", role: "web" } }),
    memberOf("web-10@h", { status: "down", tags: { zone: "a" } }),
    memberOf("db.1@h", { status: "suspect", tags: { role: "db" } }),
  ];
  const chosen = (filter: Partial<MemberFilter>): string[] =>
    filterMembers(views, { statuses: [], tags: [], names: [], ...filter })
      .map(({ name }) => name.split("@")[0] ?? "");
  deepEqual(chosen({}), ["web-1", "web-10", "db.1"]);
  deepEqual(chosen({ names: ["web-1"] }), ["web-1"]);
  deepEqual(chosen({ names: ["web-*@h", "db.1@h"] }), ["web-1", "web-10", "db.1"]);
  deepEqual(chosen({ names: ["db*1"] }), ["db.1"]);
  deepEqual(chosen({ names: ["dbx1", "b.1", "."] }), []);
  deepEqual(chosen({ statuses: ["down", "suspect"] }), ["web-10", "db.1"]);
  deepEqual(chosen({ tags: [["zone", "a"], ["role", "web"]] }), ["web-1"]);
  deepEqual(chosen({ statuses: ["down"], tags: [["role", "db"]] }), []);
  deepEqual(chosen({ tags: [["toString", "x"]] }), []);
});
