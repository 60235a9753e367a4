import assert from "node:assert/strict";
import { FramedSocket } from "../../lib/transport/framed_socket.ts";
import type { Socket } from "../../lib/transport/framed_socket.ts";

Deno.test("FramedSocket.flushed() resolves for everybody who waits", async () => {
  const written = Promise.withResolvers<number>();
  const socket = {
    setNoDelay() {},
    close() {},
    write: () => written.promise,
  } as unknown as Socket;
  const framed = new FramedSocket(socket, 100, 1000);
  framed.write(new Uint8Array(6));
  const waiting = Promise.all([framed.flushed(), framed.flushed()]);
  written.resolve(10);
  await waiting;
  assert.equal(framed.end, undefined);
});
