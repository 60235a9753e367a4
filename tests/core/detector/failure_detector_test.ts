/**
 * What the failure detector decides, by itself: whom it accuses, when, and when it takes that back.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Decision } from "../../../lib/core/detector/failure_detector.ts";
import { FailureDetector } from "../../../lib/core/detector/failure_detector.ts";
import { voteLifeMs } from "../../../lib/core/detector/suspicion.ts";
import { instanceOf, nameOf, recordOf, voteOf } from "../records.ts";
import { View } from "../view.ts";

/** The words of decisions that a story needs. */
function wordsOf(decisions: readonly Decision[]): string[] {
  return decisions.map((decision) => {
    switch (decision.kind) {
      case "vote":
        return `${decision.vote.kind ?? "takes it back"}${decision.vote.conclusive ? "!" : ""}`;
      case "ask-probe":
        return `asks ${decision.helper.name}`;
      case "change":
        return decision.change.kind;
      case "look":
        return `looks at ${decision.name}`;
      case "reached":
        return `helpers reach ${decision.name}`;
    }
  });
}

/** Asks helpers about node 1, in a cluster of three; with the number of the question. */
function asking(): { view: View; detector: FailureDetector; probe: number } {
  const view = new View(2);
  const detector = new FailureDetector(view);
  const link = view.breakLink(1, "silent", 100);
  const [question] = detector.linkBad(view.member(1), link, 100);
  assert.ok(question?.kind === "ask-probe");
  return { view, detector, probe: question.probe };
}

Deno.test("FailureDetector.linkBad() asks those who answer about a member that is silent, once", () => {
  const { view, detector } = asking();
  assert.deepEqual(wordsOf(detector.linkBad(view.member(1), view.links.of(nameOf(1)), 101)), []);
  assert.ok(!detector.isSuspected(view.member(1), 101));
});

Deno.test("FailureDetector.linkBad() votes at once where a kernel refuses, or nobody can be asked", () => {
  const view = new View(2);
  const refused = view.breakLink(1, "refused", 100);
  const detector = new FailureDetector(view);
  assert.deepEqual(wordsOf(detector.linkBad(view.member(1), refused, 100)), ["refused!"]);
  const alone = new View(1);
  const silent = alone.breakLink(1, "silent", 100);
  const other = new FailureDetector(alone);
  assert.deepEqual(wordsOf(other.linkBad(alone.member(1), silent, 100)), ["silent"]);
});

Deno.test("FailureDetector.linkBad() leaves alone who has failed already", () => {
  const view = new View(2);
  view.memberList.merge(recordOf(1, { state: "failed" }), 50);
  const link = view.breakLink(1, "refused", 100);
  assert.deepEqual(new FailureDetector(view).linkBad(view.member(1), link, 100), []);
});

Deno.test("FailureDetector.linkBad() does not vote while this node is sick", () => {
  const view = new View(2);
  view.health.worsen(7, 100);
  const link = view.breakLink(1, "refused", 100);
  assert.deepEqual(new FailureDetector(view).linkBad(view.member(1), link, 100), []);
});

Deno.test("FailureDetector.linkBad() tells that this node is isolated, and judges nobody then", () => {
  const view = new View(3);
  const detector = new FailureDetector(view);
  view.breakLink(1, "silent", 100);
  const link = view.breakLink(2, "silent", 100);
  const decisions = detector.linkBad(view.member(2), link, 100);
  assert.deepEqual(wordsOf(decisions), ["isolated", `asks ${nameOf(3)}`]);
  assert.ok(detector.isIsolated);
  const probe = decisions.flatMap((one) => one.kind === "ask-probe" ? [one.probe] : [])[0];
  assert.deepEqual(detector.probeEnded(probe as number, false, 200), []);
});

Deno.test("FailureDetector.probeEnded() votes when no helper reaches the member", () => {
  const { detector, probe, view } = asking();
  assert.deepEqual(wordsOf(detector.probeEnded(probe, undefined, 200)), ["silent"]);
  assert.ok(detector.isSuspected(view.member(1), 200));
  assert.deepEqual(detector.probeEnded(probe, undefined, 201), [], "it is answered");
});

Deno.test("FailureDetector.probeEnded() blames the link alone when a helper reaches the member", () => {
  const { detector, probe, view } = asking();
  const reached = `helpers reach ${nameOf(1)}`;
  assert.deepEqual(wordsOf(detector.probeEnded(probe, true, 200)), [reached, "link-bad"]);
  const link = view.links.of(nameOf(1));
  link.reachedByHelpers(200);
  assert.deepEqual(detector.linkBad(view.member(1), link, 5100), [], "it was not long ago");
  const [question] = detector.linkBad(view.member(1), link, 5200);
  assert.ok(question?.kind === "ask-probe");
  const again = detector.probeEnded(question.probe, true, 5300);
  assert.deepEqual(wordsOf(again), [reached], "the link is told of once");
  assert.ok(!detector.isSuspected(view.member(1), 200));
});

Deno.test("FailureDetector.linkGood() takes this node's vote back, once", () => {
  const { detector, probe, view } = asking();
  detector.probeEnded(probe, false, 200);
  assert.deepEqual(wordsOf(detector.linkGood(view.member(1), true, 300)), ["takes it back"]);
  assert.deepEqual(detector.linkGood(view.member(1), false, 301), []);
  assert.ok(!detector.isSuspected(view.member(1), 301));
});

Deno.test("FailureDetector.heard() passes on what is news, and has its own node look", () => {
  const view = new View(3);
  const detector = new FailureDetector(view);
  const vote = voteOf(2);
  assert.deepEqual(detector.heard(vote, instanceOf(3), 100), [
    { kind: "look", name: nameOf(1) },
    { kind: "vote", vote },
  ]);
  assert.deepEqual(detector.heard(vote, instanceOf(3), 101), [], "it is known");
  view.breakLink(1, "silent", 200);
  const other = voteOf(3);
  assert.deepEqual(detector.heard(other, instanceOf(3), 201), [{ kind: "vote", vote: other }]);
});

Deno.test("FailureDetector.heard() passes no vote on that cannot count", () => {
  const view = new View(3);
  const detector = new FailureDetector(view);
  const votes = {
    "about another instance": voteOf(2, { subject: instanceOf(99) }),
    "about nobody known": voteOf(2, { subject: instanceOf(9), subjectName: nameOf(9) }),
    "of this node itself": voteOf(0),
    "taken back that was never given": voteOf(2, { kind: undefined }),
    "of an incarnation that is made up": voteOf(2, { incarnation: 2 ** 40 }),
  };
  for (const [which, vote] of Object.entries(votes)) {
    assert.deepEqual(detector.heard(vote, undefined, 100), [], which);
  }
  view.memberList.merge(recordOf(1, { incarnation: 1 }), 100);
  assert.deepEqual(detector.heard(voteOf(2), undefined, 100), [], "refuted");
});

Deno.test("FailureDetector.takeVerdict() waits after its own vote, and then says who accuses", () => {
  const { detector, probe, view } = asking();
  detector.probeEnded(probe, false, 200);
  detector.heard(voteOf(2), instanceOf(2), 200);
  const { suspicionMinMs } = view.settings.timings;
  assert.equal(detector.takeVerdict(200), undefined);
  assert.equal(detector.wakeAt, 200 + suspicionMinMs);
  assert.equal(detector.takeVerdict(199 + suspicionMinMs), undefined);
  const verdict = detector.takeVerdict(200 + suspicionMinMs);
  assert.equal(verdict?.isOwn, true);
  assert.equal(verdict.record.state, "failed");
  assert.deepEqual(verdict.record.cause, { kind: "silent", accusers: [nameOf(0), nameOf(2)] });
  assert.equal(detector.takeVerdict(200 + suspicionMinMs), undefined);
});

Deno.test("FailureDetector.takeVerdict() needs no wait after two conclusive votes: they are an echo", () => {
  const view = new View(3);
  const detector = new FailureDetector(view);
  const refused = { kind: "refused", conclusive: true } as const;
  detector.heard(voteOf(2, refused), instanceOf(2), 100);
  assert.equal(detector.takeVerdict(100), undefined);
  detector.heard(voteOf(3, refused), instanceOf(3), 110);
  const verdict = detector.takeVerdict(110);
  assert.deepEqual([verdict?.isOwn, verdict?.record.name], [false, nameOf(1)]);
  assert.equal(detector.wakeAt, 110 + voteLifeMs, "if that is not taken, it looks again");
  detector.clear(nameOf(1));
  assert.equal(detector.wakeAt, Infinity);
});

Deno.test("FailureDetector.takeVerdict() condemns nobody shortly after a standstill", () => {
  const view = new View(3);
  const detector = new FailureDetector(view);
  for (const voter of [2, 3]) {
    detector.heard(voteOf(voter, { conclusive: true }), instanceOf(voter), 100);
  }
  detector.heldUp(100);
  assert.equal(detector.takeVerdict(100), undefined);
  assert.equal(detector.takeVerdict(detector.wakeAt)?.record.name, nameOf(1));
});

Deno.test("FailureDetector.answered() lets earlier votes count no longer", () => {
  const view = new View(3);
  const detector = new FailureDetector(view);
  detector.heard(voteOf(2), instanceOf(2), 100);
  detector.answered(view.member(1), 99);
  assert.ok(detector.isSuspected(view.member(1), 101));
  detector.answered(view.member(1), 100);
  assert.ok(!detector.isSuspected(view.member(1), 101));
});
