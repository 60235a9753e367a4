import assert from "node:assert/strict";
import type { TimedChange } from "../../lib/core/members/change.ts";
import type { Explanation, LinkView } from "../../lib/core/explain/explanation.ts";
import { bodyMaxBytes } from "../../lib/protocol/envelope.ts";
import type { Hello } from "../../lib/protocol/hello.ts";
import type { Input } from "../../lib/core/input.ts";
import type { MemberView } from "../../lib/core/members/member.ts";
import type { Membership } from "../../lib/core/membership.ts";
import { decodeAnswer, encodeMessage } from "../../lib/protocol/message.ts";
import type { Answer, Request } from "../../lib/protocol/message.ts";
import type { NodeName } from "../../lib/core/base/name.ts";
import { tagsMax } from "../../lib/core/members/row.ts";
import { compareNames } from "../../lib/core/members/status_line.ts";
import { encodeUtf8 } from "../../lib/core/base/text.ts";
import { Barrier } from "../../lib/barrier.ts";
import type { History } from "../../lib/history/history.ts";
import { HistoryMemory } from "../../lib/history/history_memory.ts";
import { RequestHandler } from "../../lib/node/request_handler.ts";
import { contentOf, nameOf } from "../core/records.ts";
import { loudBarrier } from "../loud_barrier.ts";
import { Lines } from "./lines.ts";

const asker = { name: "n1@10.0.0.1" } as Hello;

/** A legal name of the greatest length. */
function longName(number: number): NodeName {
  return `${`${number}`.padStart(4, "0").padEnd(99, "n")}@${"h".repeat(100)}` as NodeName;
}

type View = Pick<
  Membership,
  "name" | "members" | "links" | "explain" | "changes" | "changesForgotten"
>;

const emptyView: View = {
  name: nameOf(0),
  members: () => [],
  links: () => [],
  explain: () => undefined,
  changes: [],
  changesForgotten: 0,
};

interface Scene {
  readonly log: Lines;
  readonly inputs: Input[];
  /** The reasons for which it was to leave. */
  readonly leavings: string[];
  /** The answer to a body, which must come at once. */
  take(body: Uint8Array): Answer;
  ask(request: Request): Answer;
}

function open(
  view: Partial<View> = {},
  barrier: Barrier = loudBarrier,
  history?: Pick<History, "page">,
): Scene {
  const [log, inputs, leavings] = [new Lines(), [] as Input[], [] as string[]];
  const requestHandler = new RequestHandler({ log, barrier }, {
    view: () => ({ ...emptyView, ...view }) as Membership,
    now: () => 1_000_000,
    put: (input) => void inputs.push(input),
    leave: (reason) => void leavings.push(reason),
    registered: () => true,
    history,
  });
  const take = (body: Uint8Array): Answer => {
    const answers: Uint8Array[] = [];
    requestHandler.take(asker, body, (answer) => void answers.push(answer));
    const [answer] = answers;
    assert.ok(answer !== undefined && answers.length === 1, `${answers.length} answers`);
    assert.ok(answer.length <= bodyMaxBytes, `${answer.length} bytes`);
    return decodeAnswer(answer) ?? assert.fail("it is legal");
  };
  return { log, inputs, leavings, take, ask: (request) => take(encodeMessage(request)) };
}

/** Tags that take as much of a row as they may. */
const largestTags = Object.fromEntries(
  Array.from({ length: tagsMax - 1 }, (_, index) => [`${index}`, "\ud800".repeat(84)]),
);

function memberView(number: number): MemberView {
  const isLarge = number % 3 === 0;
  return {
    ...contentOf(number),
    name: longName(number),
    kind: "node",
    status: "down",
    self: false,
    linkWorks: true,
    forMs: 1,
    reason: "r".repeat(isLarge ? 2000 : 10),
    flapping: false,
    tags: isLarge ? largestTags : {},
  };
}

Deno.test("RequestHandler tells all members in pages that fit, small and large ones", () => {
  const all = Array.from({ length: 500 }, (_, index) => memberView(index))
    .sort((one, other) => compareNames(one.name, other.name));
  const { ask } = open({ members: () => all });
  const told: MemberView[] = [];
  let pages = 0;
  for (let more = true; more; pages++) {
    const answer = ask({ kind: "members", after: told.at(-1)?.name });
    assert.ok(answer.kind === "members");
    told.push(...answer.members);
    more = answer.more;
  }
  assert.deepEqual(told.map(({ name }) => name), all.map(({ name }) => name));
  assert.ok(pages > 50 && pages < 100, `${pages} pages`);
});

Deno.test("RequestHandler lets the node leave for the reason that names who asks", () => {
  const { ask, leavings, inputs } = open();
  assert.deepEqual(ask({ kind: "leave", by: "pid 4711 of ops on box1" }), { kind: "done" });
  assert.deepEqual(ask({ kind: "leave" }), { kind: "done" });
  assert.deepEqual(leavings, ["pid 4711 of ops on box1 asked it to", `${asker.name} asked it to`]);
  assert.deepEqual(inputs, []);
});

Deno.test("RequestHandler calls a node healthy whose service fails, and says that it does", () => {
  const reason = "it is registered and its loop answers";
  assert.deepEqual(open().ask({ kind: "health" }), { kind: "health", healthy: true, reason });
  const service = { state: "failing", reason: "exit code 1" } as const;
  const explain: View["explain"] = (name) =>
    name === emptyView.name ? { service } as Explanation : undefined;
  assert.deepEqual(open({ explain }).ask({ kind: "health" }), {
    kind: "health",
    healthy: true,
    reason: `${reason}; its service is failing: exit code 1`,
  });
});

Deno.test("RequestHandler tells all links in pages that fit", () => {
  const all = Array.from({ length: 1000 }, (_, index): LinkView => ({
    name: longName(index),
    memberKind: "node",
    kind: "other-instance",
  }));
  const { ask } = open({ links: () => all });
  const told: LinkView[] = [];
  for (let more = true; more;) {
    const answer = ask({ kind: "links", after: told.at(-1)?.name });
    assert.ok(answer.kind === "links");
    told.push(...answer.links);
    more = answer.more;
  }
  assert.deepEqual(told.map(({ name }) => name), all.map(({ name }) => name));
});

Deno.test("RequestHandler tells all events in answers that fit, however long names and reasons are", () => {
  const changes = Array.from({ length: 200 }, (_, index): TimedChange => ({
    kind: "failed",
    name: longName(index),
    reason: `${longName(index)}, `.repeat(8),
    ...{ instance: "f".repeat(32), incarnation: index },
    at: index,
  }));
  const { ask } = open({ changes, changesForgotten: 7 });
  const numbers: number[] = [];
  for (let from = 0;;) {
    const answer = ask({ kind: "events", from });
    assert.ok(answer.kind === "events");
    numbers.push(...answer.events.map(({ number }) => number));
    from = answer.next;
    if (!answer.more) break;
  }
  assert.deepEqual(numbers, changes.map((_, index) => 7 + index));
});

Deno.test("RequestHandler tells a history in answers that fit, each entry once", () => {
  const memory = new HistoryMemory(3_000_000);
  const run = "1".repeat(32);
  for (let number = 0; number < 700; number++) {
    const event = {
      kind: "failed",
      ...{ name: longName(number), reason: `${longName(number)}, `.repeat(8) },
      ...{ instance: "f".repeat(32), incarnation: 0, number },
    } as const;
    memory.add({ run, at: number, time: number, event });
  }
  const page: History["page"] = (sinceMs, from) =>
    memory.page(sinceMs, from, { run, at: 700, time: 700 });
  const { ask } = open({}, loudBarrier, { page });
  const numbers: number[] = [];
  for (let [from, more] = [0, true]; more;) {
    const answer = ask({ kind: "history", sinceMs: 650, from });
    assert.ok(answer.kind === "history");
    assert.equal(answer.reachMs, 650);
    numbers.push(...answer.entries.map(({ event }) => "number" in event ? event.number : -1));
    [from, more] = [answer.next, answer.more];
  }
  assert.deepEqual(numbers, Array.from({ length: 650 }, (_, index) => 50 + index));
});

Deno.test("RequestHandler of a node without a history says that it keeps none", () => {
  assert.deepEqual(open().ask({ kind: "history", sinceMs: 1 }), {
    kind: "refused",
    reason: "This node keeps no history",
  });
});

Deno.test("RequestHandler refuses what fits no answer even alone", () => {
  const { ask } = open({ members: () => [{ ...memberView(0), reason: "r".repeat(70_000) }] });
  const answer = ask({ kind: "members" });
  assert.match(answer.kind === "refused" ? answer.reason : "", /^The answer has \d{5} bytes, and/);
});

for (
  const [what, body] of [
    ["of a future kind", encodeUtf8('{"kind":"paint","colour":"red"}')],
    ["of a known kind with other fields", encodeUtf8('{"kind":"probe","subject":7}')],
    ["that is no JSON", encodeUtf8("paint!")],
    ["that is no text", Uint8Array.of(0xff, 0xfe)],
    ["without a byte", new Uint8Array(0)],
  ] as const
) {
  Deno.test(`RequestHandler refuses a request ${what}, with the reason`, () => {
    const { take, inputs } = open();
    assert.deepEqual(take(body), {
      kind: "refused",
      reason: "This node does not know such a request; it may run another version",
    });
    assert.deepEqual(inputs, []);
  });
}

Deno.test("RequestHandler refuses a request that a fault of the program ends, and answers the next", () => {
  const faults: string[] = [];
  const barrier = new Barrier(({ where, error }) => faults.push(`${where}: ${error}`));
  let isBroken = true;
  const members = (): MemberView[] => {
    if (isBroken) throw new TypeError("there is no such thing");
    return [memberView(1)];
  };
  const { ask } = open({ members }, barrier);
  const reason = "A fault of the program has ended the request; see the log of this node";
  assert.deepEqual(ask({ kind: "members" }), { kind: "refused", reason });
  assert.deepEqual(faults, ["a request for members: TypeError: there is no such thing"]);
  isBroken = false;
  assert.equal(ask({ kind: "members" }).kind, "members");
});
