/**
 * A process that takes the lock of the file named by its argument, says so, and keeps it until it is
 * killed.
 *
 * @module
 */
const file = await Deno.open(Deno.args[0] ?? "", { read: true, write: true, create: true });
await file.lock(true);
await Deno.stdout.write(new TextEncoder().encode("locked\n"));
await Deno.stdin.read(new Uint8Array(1));
