import assert from "node:assert/strict";
import { Wire } from "../../lib/transport/framed_socket.ts";
import type { Socket } from "../../lib/transport/framed_socket.ts";

Deno.test("Wire.flushed() resolves for everybody who waits", async () => {
  const written = Promise.withResolvers<number>();
  const socket = {
    setNoDelay() {},
    close() {},
    write: () => written.promise,
  } as unknown as Socket;
  const wire = new Wire(socket, 100, 1000);
  wire.write(new Uint8Array(6));
  const waiting = Promise.all([wire.flushed(), wire.flushed()]);
  written.resolve(10);
  await waiting;
  assert.equal(wire.end, undefined);
});
