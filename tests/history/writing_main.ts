/**
 * Writes a history as fast as it can until it is killed: `writing_main.ts PATH NUMBER`.
 *
 * @module
 */
import { systemClock } from "../../lib/clock.ts";
import { NodeHistory } from "../../lib/history/node_history.ts";
import { changeOf, runOf } from "./support.ts";

const [path = "", number = "1"] = Deno.args;

const history = new NodeHistory({
  ...{ clock: systemClock, keepMs: 3_600_000, path: () => path },
  onTrouble: (message) => void Deno.stderr.writeSync(new TextEncoder().encode(`${message}\n`)),
});
history.begin(runOf(Number(number)));
let count = 0;
setInterval(() => {
  const changes = Array.from({ length: 5 }, () => changeOf(count++, systemClock.now()));
  history.add(changes);
}, 0);
