import { deepEqual, equal } from "node:assert/strict";
import type { Asked, Client } from "../../lib/cli/client.ts";
import { KeptHistories } from "../../lib/cli/kept_histories.ts";
import type { RunChanges } from "../../lib/cli/kept_histories.ts";
import type { HistoryEntry } from "../../lib/core/explain/history.ts";
import type { NodeName } from "../../lib/core/base/name.ts";
import type { Answer, Request } from "../../lib/protocol/message.ts";
import { changeOf, instanceOf, nameOf } from "../history/support.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

function nodeOf(number: number): Asked {
  return { name: nameOf(number), instance: instanceOf(number), addresses: [] };
}

/** A client whose questions get these answers, one after the other. */
function answering(...answers: readonly Answer[]): Pick<Client, "askFor"> & { asked: Request[] } {
  const left = [...answers];
  const asked: Request[] = [];
  return {
    asked,
    askFor(_node, request) {
      asked.push(request);
      const answer = left.shift();
      return answer === undefined ? Promise.reject(new Error("asked too often")) : Promise.resolve(
        answer,
      );
    },
  };
}

function page(reachMs: number, next = 0, more = false, entries: HistoryEntry[] = []): Answer {
  return { kind: "history", entries, reachMs, next, more };
}

/** A client of which each node says how far back it goes. */
async function askAll(kept: KeptHistories, reaches: readonly number[]): Promise<void> {
  for (const [index, reachMs] of reaches.entries()) {
    await kept.read(answering(page(reachMs)), nodeOf(index + 1), () => {});
  }
}

Deno.test("KeptHistories.read() hands over the changes of all pages, those of one run together", async () => {
  const entry = (run: number, number: number): HistoryEntry => {
    const { at: _at, ...event } = changeOf(number, 0);
    return { run: instanceOf(run), agoMs: 10 - number, event };
  };
  const stopped: HistoryEntry = {
    run: instanceOf(8),
    agoMs: 6,
    event: { kind: "stopped", name: nameOf(1), reason: "" },
  };
  const client = answering(
    page(hourMs, 3, true, [entry(8, 1), entry(8, 2), stopped]),
    // Told a little later, and more of it was dropped meanwhile.
    page(minuteMs, 4, false, [entry(9, 0)]),
  );
  const kept = new KeptHistories(hourMs);
  const taken: RunChanges[] = [];
  equal(
    await kept.read(client, nodeOf(1), (runs) => taken.push(...runs)),
    true,
  );
  equal(kept.lack(), undefined);
  deepEqual(client.asked.map((request) => "from" in request && request.from), [0, 3]);
  deepEqual(
    taken.map(({ run, events }) => [run, events.map(({ number, agoMs }) => [number, agoMs])]),
    [[instanceOf(8), [[1, 9], [2, 8]]], [instanceOf(9), [[0, 10]]]],
  );
});

Deno.test("KeptHistories.read() is false of a node that keeps nothing", async () => {
  const refused: Answer = { kind: "refused", reason: "This node keeps no history" };
  equal(await new KeptHistories(hourMs).read(answering(refused), nodeOf(1), () => {}), false);
});

Deno.test("KeptHistories.read() asks nobody on who has more and tells nothing", async () => {
  const client = answering(page(hourMs, 0, true));
  equal(await new KeptHistories(hourMs).read(client, nodeOf(1), () => {}), true);
  equal(client.asked.length, 1);
});

Deno.test("KeptHistories.lack() is nothing as soon as one history goes back far enough", async () => {
  const kept = new KeptHistories(hourMs);
  await askAll(kept, [minuteMs, hourMs]);
  equal(kept.lack(), undefined);
});

Deno.test("KeptHistories.lack() says how far back the longest history goes that is too short", async () => {
  const kept = new KeptHistories(2 * hourMs);
  await askAll(kept, [minuteMs, 35 * minuteMs]);
  equal(kept.lack(), "The history reaches back 35 min only, not 2 h");
  kept.unkept(nameOf(3), hourMs);
  equal(
    kept.lack(),
    "The history reaches back 1 h only, not 2 h; nodes with --history remember over restarts",
  );
});

Deno.test("KeptHistories.lack() names the nodes that know less as they keep nothing", async () => {
  const kept = new KeptHistories(hourMs);
  await askAll(kept, [hourMs]);
  for (let number = 2; number < 9; number++) kept.unkept(nameOf(number), number * minuteMs);
  kept.unkept(nameOf(9), hourMs);
  const names = [2, 3, 4, 5, 6].map(nameOf) as NodeName[];
  equal(
    kept.lack(),
    `Nodes without --history tell of the last 8 min at most: ${names.join(", ")} and 2 more`,
  );
});
