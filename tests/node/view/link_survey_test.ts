/**
 * Whom a node asks for their links, how many at once, and how long the answer is shared.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { NodeName } from "../../../lib/core/base/name.ts";
import { profileTimings } from "../../../lib/core/base/profile.ts";
import type { LinkView } from "../../../lib/core/explain/explanation.ts";
import type { MemberView } from "../../../lib/core/members/member.ts";
import { askedAtOnce, LinkSurvey, surveyed } from "../../../lib/node/view/link_survey.ts";
import { decodeRequest, encodeAnswer } from "../../../lib/protocol/message.ts";
import type { Outcome, Target } from "../../../lib/transport/transport.ts";
import { ManualClock } from "../../support/manual_clock.ts";
import { settle } from "../../support/waiting.ts";

function nameOf(number: number): NodeName {
  return `n${String(number).padStart(4, "0")}@10.0.0.1` as NodeName;
}

function member(number: number, draft: Partial<MemberView> = {}): MemberView {
  return {
    ...{ name: nameOf(number), kind: "node", incarnation: 0, status: "alive", reason: "" },
    ...{ instance: `${number}`.padStart(32, "0"), self: number === 1, linkWorks: true },
    ...{ addresses: [], forMs: 1000, flapping: false, tags: {}, startedAt: "", software: "" },
    ...draft,
  };
}

function members(count: number): MemberView[] {
  return Array.from({ length: count }, (_, index) => member(index + 1));
}

function link(number: number): LinkView {
  return { name: nameOf(number), memberKind: "node", kind: "pong", roundTripUs: 100, agoMs: 5 };
}

/** A survey of a cluster whose members answer when the test lets them. */
class Scene {
  readonly clock = new ManualClock();
  readonly asked: { readonly name: NodeName; readonly after: NodeName | undefined }[] = [];
  readonly survey: LinkSurvey;
  readonly #waiting: (() => void)[] = [];
  /** Who gives no answer. */
  readonly silent = new Set<NodeName>();
  /** Whose answers go on for ever. */
  readonly endless = new Set<NodeName>();

  constructor(views: readonly MemberView[]) {
    const own = [link(2)];
    const view = {
      name: nameOf(1),
      members: () => [...views],
      links: () => own,
      observersOf: () => [],
    };
    this.survey = new LinkSurvey({
      clock: this.clock,
      timings: profileTimings.lan,
      view: () => view,
      transport: { ask: (target, body) => this.#ask(target, body) },
    });
  }

  get waitingCount(): number {
    return this.#waiting.length;
  }

  /** Answers all that were asked, and those who are asked then, so many times at most. */
  async answerAll(rounds = Infinity): Promise<void> {
    let round = 0;
    for (await settle(); this.#waiting.length > 0 && round++ < rounds; await settle()) {
      for (const answer of this.#waiting.splice(0)) answer();
    }
  }

  async #ask({ name, instance, addresses }: Target, body: Uint8Array): Promise<Outcome> {
    const request = decodeRequest(body);
    assert.equal(request?.kind, "links");
    const after = request.kind === "links" ? request.after : undefined;
    this.asked.push({ name, after: after as NodeName | undefined });
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (this.silent.has(name)) return { kind: "silent", detail: "" };
    // In two parts.
    const isFirst = after === undefined;
    const isEndless = this.endless.has(name);
    const links = isEndless ? Array.from({ length: 20 }, (_, index) => link(index)) : [
      link(isFirst ? 1 : 9),
    ];
    return {
      kind: "answer",
      body: encodeAnswer({ kind: "links", links, more: isFirst || isEndless }),
      roundTripUs: 1,
      from: {
        role: "member",
        name,
        instance: instance ?? "",
        cluster: "c",
        addresses,
        software: "",
      },
      address: { host: "10.0.0.1", port: 1 },
    };
  }
}

Deno.test("LinkSurvey gives up on a member whose answer has no end", async () => {
  const scene = new Scene(members(3));
  scene.endless.add(nameOf(2));
  const reports = scene.survey.links();
  for (let round = 0; round < 10; round++) await scene.answerAll(1);
  assert.equal(scene.waitingCount, 0, "it is asked for more and more");
  assert.deepEqual((await reports).map(({ links }) => links?.length), [1, undefined, 2]);
});

Deno.test("LinkSurvey puts together what members tell, in the order of names", async () => {
  const scene = new Scene(members(3));
  scene.silent.add(nameOf(2));
  const reports = scene.survey.links();
  await scene.answerAll();
  assert.deepEqual(await reports, [
    { name: nameOf(1), links: [link(2)] },
    { name: nameOf(2), links: undefined },
    { name: nameOf(3), links: [link(1), link(9)] },
  ]);
  assert.deepEqual(scene.asked.filter(({ name }) => name === nameOf(3)).map(({ after }) => after), [
    undefined,
    nameOf(1),
  ]);
});

Deno.test("LinkSurvey asks so many at once, and the others after them", async () => {
  const scene = new Scene(members(40));
  const reports = scene.survey.links();
  await settle();
  assert.equal(scene.waitingCount, askedAtOnce);
  await scene.answerAll();
  assert.equal((await reports).length, 40);
  assert.equal(new Set(scene.asked.map(({ name }) => name)).size, 39);
});

for (const [count, sharedMs] of [[3, 2000], [65, 5000]] as const) {
  Deno.test(`LinkSurvey shares the answer of ${count} for ${sharedMs} ms`, async () => {
    const scene = new Scene(members(count));
    const first = scene.survey.links();
    assert.equal(scene.survey.links(), first, "while it is asked for");
    await scene.answerAll();
    const reports = await first;
    const asked = scene.asked.length;
    scene.clock.pass(sharedMs - 1);
    assert.equal(await scene.survey.links(), reports);
    assert.equal(scene.asked.length, asked);
    scene.clock.pass(1);
    const next = scene.survey.links();
    await scene.answerAll();
    assert.notEqual(await next, reports);
    assert.equal(scene.asked.length, 2 * asked);
  });
}

Deno.test("surveyed() leaves out those who have nothing to tell", () => {
  const all = [...members(2), member(3, { kind: "beam" }), member(4, { status: "unproven" })];
  assert.deepEqual(surveyed(all, () => []).map(({ name }) => name), [nameOf(1), nameOf(2)]);
});

Deno.test("surveyed() chooses 64 of many: itself, those in trouble, their observers, some", () => {
  const all = members(500);
  all[199] = member(200, { status: "down" });
  all[300] = member(301, { linkWorks: false });
  const observers = [nameOf(17), nameOf(18), nameOf(19)];
  const chosen = surveyed(all, (name) => name === nameOf(200) ? observers : []);
  const names = chosen.map(({ name }) => name);
  assert.equal(chosen.length, 64);
  for (const name of [nameOf(1), nameOf(200), nameOf(301), ...observers]) {
    assert.ok(names.includes(name), name);
  }
  assert.deepEqual(names, names.toSorted());
  const numbers = names.map((name) => Number(name.slice(1, 5)));
  const widest = Math.max(
    ...numbers.slice(1).map((number, index) => number - (numbers[index] ?? 0)),
  );
  assert.ok(widest < 20, `${widest} names in a row are left out`);
});

Deno.test("surveyed() asks some that are well also when most are not", () => {
  const all = members(500).map((one, index) =>
    index % 10 === 0 ? one : { ...one, status: "down" as const }
  );
  const chosen = surveyed(all, () => all.map(({ name }) => name));
  assert.equal(chosen.length, 64);
  assert.ok(chosen.filter(({ status }) => status === "alive").length >= 24);
});
