/**
 * A process that logs: `writer.ts FILE NAME LINES BATCH MAX_SIZE_BYTES MAX_FILES`.
 *
 * Says "ready" and waits for a byte on standard input, so that all writers begin together; then
 * logs LINES numbered lines of different lengths, flushing after each BATCH. Exits with 1 if
 * anything was lost.
 *
 * @module
 */

import { systemClock } from "../../lib/clock.ts";
import { openLog } from "../../lib/log/log.ts";

const [file, name, lines, batch, maxSizeBytes, maxFiles] = Deno.args;
const troubles: string[] = [];
const log = openLog({
  console: "none",
  color: false,
  file,
  format: "text",
  level: "info",
  maxSizeBytes: Number(maxSizeBytes),
  maxFiles: Number(maxFiles),
  clock: systemClock,
  onTrouble: (message) => troubles.push(message),
});
await Deno.stdout.write(new TextEncoder().encode("ready\n"));
await Deno.stdin.read(new Uint8Array(1));
for (let index = 0; index < Number(lines); index++) {
  log.info(`${name} ${index} ${"x".repeat((index * 7) % 40)}`);
  if (index % Number(batch) === 0) await log.flush(60_000);
}
await log.close(60_000);
// Waiting long for a lock on a busy machine is worth a warning, but loses nothing.
const lost = troubles.filter((message) => message.includes("could not be written"));
await Deno.stdout.write(new TextEncoder().encode(lost.join("\n")));
Deno.exit(lost.length === 0 ? 0 : 1);
