/**
 * Whatever is sent, it is answered or refused with one sentence, and the next one is answered as if
 * nothing had been.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import type { HttpServer } from "../../../lib/http/server/http.ts";
import { needing } from "../../permissions.ts";
import { exchange, get, RawClient, serve } from "./raw_client.ts";

const lastGet = get("/last", "Connection: close");

/** All answers to what one client sends, which then sends no more. */
async function answersTo(server: HttpServer, ...parts: (string | Uint8Array)[]): Promise<string> {
  using client = await RawClient.connect(server);
  try {
    for (const part of parts) await client.send(part);
    await client.endSending();
  } catch {
    // It was refused before it had said everything.
  }
  return await client.rest();
}

/** What is wrong with the answers to one client, if anything. */
function fault(text: string): string | undefined {
  const heads = text.match(/^HTTP\/1\.1 \d{3} .+\r$/gm) ?? [];
  const refusals = heads.filter((head) => !head.startsWith("HTTP/1.1 200"));
  if (refusals.length > 1) return "it was refused more than once";
  if (refusals.length === 0) return undefined;
  const [, body = ""] = text.slice(text.lastIndexOf(refusals[0] ?? "")).split("\r\n\r\n");
  return /^[A-Z][^\n]+[^.\n]\n$/.test(body) ? undefined : `no sentence: ${JSON.stringify(body)}`;
}

/** Bytes of requests, whole ones, damaged ones, and pieces, in all sizes. */
const pieces = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.constantFrom(
    ...[get("/"), lastGet, "GET / HTTP/1.1\r\n", "Host: localhost\r\n", "\r\n", "\n", "\r", "\0"],
    ...[
      "POST / HTTP/1.1\r\nHost: localhost\r\n",
      "Content-Length: 10\r\n",
      "Expect: 100-continue\r\n",
    ],
    ...["Transfer-Encoding: chunked\r\n", "0\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"],
    ...[
      "\x16\x03\x01",
      "GET http://a/ HTTP/1.1\r\n",
      `X: ${"y".repeat(5_000)}\r\n`,
      "HEAD / HTTP/1.0",
    ],
  ),
);

Deno.test({
  ...needing("anything that is sent is answered or refused with one sentence", "net", "read"),
  async fn() {
    await using server = serve({ security: { allowsPost: true } });
    await fc.assert(
      fc.asyncProperty(fc.array(pieces, { maxLength: 8 }), async (parts) => {
        const text = await answersTo(server, ...parts);
        assert.equal(fault(text), undefined, text);
        assert.match(await exchange(server, lastGet), /^HTTP\/1\.1 200 OK\r\n/);
      }),
      { numRuns: 200 },
    );
    assert.ok(server.connectionCount <= 1, "nothing is left of them");
  },
});

/** What two servers in a row could understand differently: the second part must not be answered. */
const smuggled: Readonly<Record<string, string>> = {
  "the body of a GET": get("/", "Content-Length: 40"),
  "a chunk": "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  "a chunk and a length": "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n" +
    "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  "a length behind a space": "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length : 40\r\n\r\n",
  "two lengths": "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n" +
    "Content-Length: 40\r\n\r\n",
  "a folded length": "POST / HTTP/1.1\r\nHost: localhost\r\nX: a\r\n Content-Length: 40\r\n\r\n",
  "a head that ends with LF": "GET / HTTP/1.1\nHost: localhost\n\n",
  "HTTP/2": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  "CONNECT": "CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\n\r\n",
};

for (const [what, first] of Object.entries(smuggled)) {
  Deno.test({
    ...needing(`what comes behind ${what} is not taken for a request`, "net", "read"),
    async fn() {
      const asked: string[] = [];
      await using server = serve({
        security: { allowsPost: true },
        handler: ({ path }) => {
          asked.push(path);
          return { status: 200, body: "" };
        },
      });
      const text = await exchange(server, first + get("/secret"));
      assert.match(text, /^HTTP\/1\.1 4\d\d |^HTTP\/1\.1 505 /);
      assert.deepEqual(asked, []);
    },
  });
}

Deno.test({
  ...needing("a head of 8 KB is read, and one byte more refused", "net", "read"),
  async fn() {
    await using server = serve();
    const filled = (bytes: number): string => {
      const rest = bytes - get("/", "X: ", "Connection: close").length;
      return get("/", `X: ${"y".repeat(rest)}`, "Connection: close");
    };
    assert.match(await exchange(server, filled(8_192)), /^HTTP\/1\.1 200 OK\r\n/);
    for (const bytes of [8_193, 60_000]) {
      const text = await exchange(server, filled(bytes));
      assert.match(text, /^HTTP\/1\.1 431 Request Header Fields Too Large\r\n/);
      assert.match(text, /\r\n\r\nThe head of the request is larger than 8192 bytes\n$/);
    }
  },
});
