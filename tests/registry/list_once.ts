/**
 * Lists one directory registry and prints the listing as JSON: to be run as another user.
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
const { rows, foreignEntries } = await registry.list(new AbortController().signal);
const listing = JSON.stringify({ rows: rows.map(({ row }) => row.name), foreignEntries });
await Deno.stdout.write(new TextEncoder().encode(listing));
