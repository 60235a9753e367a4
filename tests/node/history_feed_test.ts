import { deepEqual } from "node:assert/strict";
import type { TimedChange } from "../../lib/core/members/change.ts";
import type { SeenHistoryChange } from "../../lib/history/history.ts";
import { historyFeed } from "../../lib/node/view/history_feed.ts";
import { changeOf } from "../history/support.ts";

Deno.test("historyFeed() hands over each change once, with its number, also when some are forgotten", () => {
  const told: number[][] = [];
  const core = { changes: [] as TimedChange[], changesForgotten: 0 };
  const add = (changes: readonly SeenHistoryChange[]): void => {
    told.push(changes.map(({ number, at }) => {
      // What happened at 100 + N has the number N.
      deepEqual(at, 100 + number);
      return number;
    }));
  };
  const settled = historyFeed({ add }, core);
  const seen = (...numbers: number[]): void => {
    core.changes = numbers.map((number) => changeOf(number, 100 + number));
    core.changesForgotten = numbers[0] ?? 0;
    settled();
  };
  seen(0);
  seen(0, 1, 2);
  seen(0, 1, 2);
  seen(2, 3);
  seen(7, 8);
  deepEqual(told, [[0], [1, 2], [], [3], [7, 8]]);
});
