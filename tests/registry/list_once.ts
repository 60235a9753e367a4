/**
 * Lists one directory registry, asks for its cookie, and prints what came of both as JSON: to be run
 * as another user.
 *
 * @module
 */
import { systemClock } from "../../lib/clock.ts";
import { openDirectoryRegistry } from "../../lib/registry/directory/directory.ts";

const [path = ""] = Deno.args;
await using registry = openDirectoryRegistry({
  path,
  cluster: "default",
  clock: systemClock,
  randomText: () => "listing",
});
const never = new AbortController().signal;
const { rows, foreignEntries } = await registry.list(never);
const cookieFault = await registry.cookie(never).then(() => "", (error) => error.message);
const names = rows.map(({ row }) => row.name);
const listing = JSON.stringify({ rows: names, foreignEntries, cookieFault });
await Deno.stdout.write(new TextEncoder().encode(listing));
