import assert from "node:assert/strict";
import { withoutRepeats } from "../../lib/cli/terminal/interrupt.ts";

Deno.test("withoutRepeats() takes signals within 200 ms as one, however many they are", () => {
  let nowMs = 5000;
  const counts = withoutRepeats(() => nowMs);
  const counted = [0, 0, 40, 199, 200, 201, 399, 400].map((afterMs) => {
    nowMs = 5000 + afterMs;
    return counts();
  });
  assert.deepEqual(counted, [true, false, false, false, true, false, false, true]);
});
