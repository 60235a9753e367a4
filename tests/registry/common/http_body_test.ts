/**
 * Answers that are longer than anybody wants to read.
 *
 * @module
 */
import assert from "node:assert/strict";
import { readLines, readText } from "../../../lib/registry/common/http_body.ts";
import { StorageFault } from "../../../lib/registry/common/storage_fault.ts";

/** An answer without end, and whether somebody has put an end to it. */
function endless(): { response: Response; isClosed: () => boolean } {
  let isClosed = false;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new TextEncoder().encode("1234567890")),
    cancel() {
      isClosed = true;
    },
  });
  return { response: new Response(body), isClosed: () => isClosed };
}

Deno.test("readText() gives nothing and closes what is too long", async () => {
  const { response, isClosed } = endless();
  assert.equal(await readText(response, 95), undefined);
  assert.ok(isClosed());
  assert.equal(await readText(new Response("1234567890"), 10), "1234567890");
});

Deno.test("readLines() gives whole lines, and closes what has one that is too long", async () => {
  const { response, isClosed } = endless();
  await assert.rejects(Array.fromAsync(readLines(response, 95)), StorageFault);
  assert.ok(isClosed());
  const short = new Response("12345\n67890\n1234567");
  assert.deepEqual(await Array.fromAsync(readLines(short, 10)), ["12345", "67890"]);
});

Deno.test("readLines() gives a line that comes byte by byte, also right before the next", async () => {
  const chunks = [..."ab\ncd\n\ne", "\nf\ng"].map((text) => new TextEncoder().encode(text));
  const body = ReadableStream.from(chunks);
  const lines = await Array.fromAsync(readLines(new Response(body), 3));
  assert.deepEqual(lines, ["ab", "cd", "", "e", "f"]);
});
