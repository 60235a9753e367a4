/** Pings in rounds, and what they come to. */
import { deepEqual, equal, match } from "node:assert/strict";
import { pingRounds } from "../../lib/cli/commands/ping_rounds.ts";
import type { PingSubject } from "../../lib/cli/commands/ping_rounds.ts";
import type { NodeName } from "../../lib/core/base/name.ts";
import type { EndedPing } from "../../lib/report/ping_report.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { fakeWorld } from "./fake_context.ts";

const flags = {
  count: undefined,
  intervalMs: undefined,
  deadlineMs: undefined,
  quiet: false,
  json: false,
};

/** Answers in so many milliseconds, or fails; never answers without a word of it. */
function subjectOf(
  name: string,
  answers: readonly (number | EndedPing | undefined)[],
): PingSubject {
  let asked = 0;
  return {
    name: `${name}@h` as NodeName,
    place: "h:1",
    ask() {
      const answer = answers[asked++];
      if (answer === undefined) return new Promise(() => {});
      return Promise.resolve(
        typeof answer === "number"
          ? { kind: "pong", roundTripUs: answer * 1000, address: { host: "h", port: 1 } }
          : answer,
      );
    },
  };
}

/** The exit code and the lines once virtual time has passed. */
async function played(
  given: Partial<typeof flags> | object,
  subjects: readonly PingSubject[],
): Promise<{ code: number; lines: string[] }> {
  const clock = new ManualClock();
  let text = "";
  const world = fakeWorld({}, (written) => text += written);
  let code: number | undefined;
  const ended = pingRounds(world, { ...flags, ...given }, subjects, clock);
  ended.then((value) => code = value);
  for (let passed = 0; code === undefined && passed < 600; passed++) await clock.pass(100);
  // Time passes in steps, which say nothing of how long it took.
  return { code: await ended, lines: text.replaceAll(/time \d+ ms/g, "time").split("\n") };
}

const refused: EndedPing = { kind: "refused", detail: "connection refused" };

Deno.test("pingRounds() ends with loss and percentiles, like ping(8)", async () => {
  const { code, lines } = await played({ count: 4 }, [subjectOf("n1", [1, refused, 3, 2])]);
  equal(code, 0);
  deepEqual(lines, [
    "PING n1@h (h:1)",
    "pong from n1@h (h:1): seq=1 time=1.000 ms",
    "pang from n1@h: seq=2 refused (connection refused)",
    "pong from n1@h (h:1): seq=3 time=3.000 ms",
    "pong from n1@h (h:1): seq=4 time=2.000 ms",
    "",
    "--- n1@h ping statistics ---",
    "4 pings sent, 3 pongs received, 25% loss, time",
    "round trip min/avg/max = 1.000/2.000/3.000 ms",
    "round trip p50/p90/p99 = 2.000/3.000/3.000 ms",
    "",
  ]);
});

Deno.test("pingRounds() ends at the deadline; a ping in flight then is one without an answer", async () => {
  const silent = subjectOf("n1", [1, undefined]);
  const { code, lines } = await played({ deadlineMs: 5000, quiet: true }, [silent]);
  equal(code, 0);
  equal(lines[3], "2 pings sent, 1 pongs received, 50% loss, time");
});

Deno.test("pingRounds() pings several side by side, and is content if each has answered", async () => {
  const subjects = (): PingSubject[] => [subjectOf("n1", [1, 1]), subjectOf("n2", [refused, 1])];
  const both = await played({ count: 2, intervalMs: 200 }, subjects());
  equal(both.code, 0);
  deepEqual(both.lines.map((line) => line.split(" ").slice(0, 3).join(" ")).slice(0, 6), [
    ...["PING n1@h (h:1)", "PING n2@h (h:1)", "pong from n1@h", "pang from n2@h:"],
    ...["pong from n1@h", "pong from n2@h"],
  ]);
  equal((await played({ count: 1 }, subjects())).code, 1);
});

Deno.test("pingRounds() writes only summaries when it is to be quiet, as JSON as well", async () => {
  const quiet = await played({ count: 2, quiet: true, json: true }, [subjectOf("n1", [1, 2])]);
  equal(quiet.lines.length, 2);
  match(quiet.lines[0] ?? "", /^\{"schema":"ping-summary\.v1",.*"lossPercent":0,.*"p50Us":1000,/);
});
