/**
 * A process that counts up the heartbeat of one row until it has won as often as its second
 * argument says.
 *
 * @module
 */
import { systemClock } from "../../../lib/clock.ts";
import { openDirectoryRegistry } from "../../../lib/registry/directory/directory.ts";
import { nameOf, never, randomText, rowOf } from "../rows.ts";

const [path = "", turns = "0"] = Deno.args;
const name = nameOf("counter@h");
await using registry = openDirectoryRegistry({
  path,
  cluster: "default",
  clock: systemClock,
  timeoutMs: 20_000,
  randomText,
});
for (let wins = 0; wins < Number(turns);) {
  const before = await registry.read(name, never);
  const row = rowOf(name, (before?.row.heartbeat ?? 0) + 1);
  if ((await registry.write(row, before?.version, never)).kind === "written") wins++;
}
