import { deepEqual } from "node:assert/strict";
import { systemClock } from "../../lib/clock.ts";
import { readHistory } from "../../lib/history/read_history.ts";
import { encodeLine } from "../../lib/history/remembered.ts";
import { needing } from "../permissions.ts";
import { remembered, runOf } from "./support.ts";

Deno.test({
  ...needing("readHistory() reads the end of a file that is too large", "read", "write", "sys"),
  async fn() {
    const path = await Deno.makeTempFile();
    const lines = [10, 20, 30, 40, 50].map((at) => encodeLine(remembered(1, at, at)));
    await Deno.writeFile(path, new Uint8Array(await new Blob(lines).arrayBuffer()));
    const read = async (maxBytes: number): Promise<number[]> => {
      const { entries } = await readHistory(path, runOf(1), { maxBytes, clock: systemClock });
      return entries.map(({ at }) => at);
    };
    const [lineBytes = 0] = lines.map(({ length }) => length);
    deepEqual(await read(5 * lineBytes), [10, 20, 30, 40, 50]);
    deepEqual(await read(2 * lineBytes), [40, 50]);
    deepEqual(await read(2.5 * lineBytes | 0), [40, 50], "the line that is cut is none");
    await Deno.remove(path);
  },
});
