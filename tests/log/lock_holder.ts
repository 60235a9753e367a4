/**
 * A process that keeps a file locked: `lock_holder.ts FILE`. Writes a line to standard output
 * when it has the lock, and gives it back when its standard input ends.
 *
 * @module
 */

const file = await Deno.open(Deno.args[0] ?? "", { read: true, append: true, create: true });
await file.lock(true);
await Deno.stdout.write(new TextEncoder().encode("locked\n"));
while (await Deno.stdin.read(new Uint8Array(1)) !== null);
file.close();
