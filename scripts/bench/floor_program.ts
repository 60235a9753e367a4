/**
 * The least that a node could do in this runtime: one timer a second, and connections that wait for
 * bytes. Arguments: a port of 127.0.0.1, how many connections to make to it, and over how many of them
 * to send a message at each tick.
 *
 * @module
 */
const [port = NaN, connections = NaN, pings = NaN] = Deno.args.map(Number);

/** About as long as a ping of a node. */
const message = new Uint8Array(150);

const opened: Deno.TcpConn[] = [];
for (let index = 0; index < connections; index++) opened.push(await Deno.connect({ port }));
for (const connection of opened) void receive(connection);
setInterval(() => {
  for (const connection of opened.slice(0, pings)) void connection.write(message);
}, 1000);
await Deno.stdout.write(new TextEncoder().encode("ready\n"));

async function receive(connection: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(1024);
  while (await connection.read(buffer) !== null);
  connection.close();
}
