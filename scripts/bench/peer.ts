/**
 * The other side of the transport benchmarks, in a process of its own: a bare TCP echo, and a real
 * transport that answers every ping. Prints the ports of both as JSON, then serves until killed.
 *
 * @module
 */
import { encodeMessage } from "../../lib/protocol/message.ts";
import { openTransport } from "./transport.ts";

const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
const pong = encodeMessage({ kind: "pong" });
const transport = await openTransport("answerer", true, (answer) => answer(pong));
const ports = { echo: listener.addr.port, transport: transport.port };
await Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify(ports)}\n`));

for await (const connection of listener) void echo(connection);

async function echo(connection: Deno.TcpConn): Promise<void> {
  connection.setNoDelay(true);
  const buffer = new Uint8Array(8 * 1024);
  try {
    for (;;) {
      const count = await connection.read(buffer);
      if (count === null) break;
      for (let start = 0; start < count;) {
        start += await connection.write(buffer.subarray(start, count));
      }
    }
  } catch {
    // The other side has gone.
  }
  connection.close();
}
