/** What is understood as a request, and what is refused for which reason. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { httpLimits } from "../../../lib/http/server/limits.ts";
import {
  parseHead,
  Refusal,
  type RequestHead,
  scanHead,
} from "../../../lib/http/server/request_head.ts";

/** The bytes of a text in which each character stands for a byte. */
function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** Scans and reads all of `text`, which has to be a whole head. */
function read(text: string): RequestHead | Refusal | "open" {
  const scan = scanHead(bytesOf(text), 0);
  if (scan.kind === "open") return "open";
  if (scan.kind === "refused") return scan.refusal;
  return parseHead(bytesOf(text).subarray(0, scan.length), httpLimits);
}

function understood(text: string): RequestHead {
  const head = read(text);
  assert.ok(head !== "open" && !(head instanceof Refusal), JSON.stringify(head));
  return head;
}

const host = "Host: n1\r\n";

Deno.test("parseHead() reads method, path, query and headers as they are meant", () => {
  const head = understood(
    `GET /v1/explain/n%31@h?at=1&tag=a+b HTTP/1.1\r\nHOST: n1:8080\r\nAccept:  a \r\naccept:\tb\r\n` +
      "Cookie: a=1\r\nCookie: b=2\r\nX: \xe9\r\n\r\n",
  );
  assert.deepEqual([head.method, head.path, head.bodyBytes], ["GET", "/v1/explain/n1@h", 0]);
  assert.deepEqual([...head.query], [["at", "1"], ["tag", "a b"]]);
  assert.deepEqual([...head.headers], [
    ...[["host", "n1:8080"], ["accept", "a, b"], ["cookie", "a=1; b=2"], ["x", "\xe9"]],
  ]);
});

Deno.test("parseHead() keeps a connection of HTTP/1.1 alive unless it is told to close it", () => {
  const keeps = (version: string, more: string): boolean =>
    understood(`GET / HTTP/${version}\r\n${host}${more}\r\n`).keepsAlive;
  assert.ok(keeps("1.1", ""));
  assert.ok(keeps("1.1", "Connection: keep-alive\r\n"));
  assert.ok(!keeps("1.1", "Connection: keep-alive, Close\r\n"));
  assert.ok(!keeps("1.0", ""));
  assert.ok(!keeps("1.0", "Connection: keep-alive\r\n"));
});

Deno.test("parseHead() takes a client to wait for the word to go on only if it sends a body, by HTTP/1.1", () => {
  const expects = (version: string, more: string): boolean =>
    understood(`POST / HTTP/${version}\r\n${host}${more}\r\n`).expectsGoOn;
  assert.ok(expects("1.1", "Content-Length: 5\r\nExpect: 100-Continue\r\n"));
  assert.ok(!expects("1.1", "Content-Length: 5\r\n"));
  assert.ok(!expects("1.1", "Expect: 100-continue\r\n"));
  assert.ok(!expects("1.0", "Content-Length: 5\r\nExpect: 100-continue\r\n"));
});

Deno.test("parseHead() does without Host from programs that speak HTTP/1.0", () => {
  assert.equal(understood("GET /livez HTTP/1.0\r\n\r\n").path, "/livez");
});

/** What is refused: status and sentence, and the heads to which that is said, each with its name. */
const refused: readonly {
  readonly status: number;
  readonly sentence: string;
  readonly heads: Readonly<Record<string, string>>;
}[] = [
  {
    status: 400,
    sentence: "The head of the request has a line that does not end with CR and LF",
    heads: {
      "a first line without CR": `GET / HTTP/1.1\n${host}\r\n`,
      "a header without CR": "GET / HTTP/1.1\r\nHost: n1\nX: y\r\n\r\n",
      "a header with CR alone": "GET / HTTP/1.1\r\nHost: n1\rX: y\r\n\r\n",
      "a line that ends with CR CR LF": `GET / HTTP/1.1\r\r\n${host}\r\n`,
      "an end without CR": `GET / HTTP/1.1\r\n${host}\n`,
    },
  },
  {
    status: 400,
    sentence: "The head of the request has a control character",
    heads: {
      "NUL": "GET / HTTP/1.1\r\nHost: n1\0\r\n\r\n",
      "DEL": "GET / HTTP/1.1\r\nHost: n1\x7f\r\n\r\n",
      "escape": "GET /\x1b[2J HTTP/1.1\r\n\r\n",
    },
  },
  {
    status: 400,
    sentence: "This port speaks HTTP without TLS: use http://",
    heads: { "TLS": "\x16\x03\x01\x02\x00\x01" },
  },
  {
    status: 400,
    sentence: "This is no HTTP request",
    heads: {
      "another protocol": "\x00\x00\x00\x10CLU",
      "an empty line before the first": `\r\nGET / HTTP/1.1\r\n${host}\r\n`,
      "a method in small letters": `get / HTTP/1.1\r\n${host}\r\n`,
    },
  },
  {
    status: 400,
    sentence: "The request does not begin with a line such as GET / HTTP/1.1",
    heads: {
      "HTTP/0.9": "GET /\r\n\r\n",
      "two spaces": `GET  / HTTP/1.1\r\n${host}\r\n`,
      "a space in the target": `GET /a b HTTP/1.1\r\n${host}\r\n`,
      "a space at the end": `GET / HTTP/1.1 \r\n${host}\r\n`,
      "a tab": `GET\t/ HTTP/1.1\r\n${host}\r\n`,
      "a target that is not ASCII": `GET /\xe9 HTTP/1.1\r\n${host}\r\n`,
      "a version in small letters": `GET / http/1.1\r\n${host}\r\n`,
      "a version with more digits": `GET / HTTP/1.10\r\n${host}\r\n`,
    },
  },
  {
    status: 505,
    sentence: "This server speaks HTTP/1.1 alone",
    heads: {
      "the preface of HTTP/2": "PRI * HTTP/2.0\r\n\r\n",
      "HTTP/1.2": `GET / HTTP/1.2\r\n${host}\r\n`,
    },
  },
  {
    status: 405,
    sentence: "This server answers GET, HEAD alone",
    heads: {
      "CONNECT": "CONNECT n2:443 HTTP/1.1\r\nHost: n2:443\r\n\r\n",
      "OPTIONS": `OPTIONS * HTTP/1.1\r\n${host}\r\n`,
      "TRACE": `TRACE / HTTP/1.1\r\n${host}\r\n`,
      "DELETE": `DELETE / HTTP/1.1\r\n${host}\r\n`,
    },
  },
  {
    status: 400,
    sentence: "The target of the request is not a path that begins with /",
    heads: {
      "a target with a host": `GET http://n2/ HTTP/1.1\r\n${host}\r\n`,
      "a target with a fragment": `GET /#a HTTP/1.1\r\n${host}\r\n`,
      "an asterisk": `GET * HTTP/1.1\r\n${host}\r\n`,
    },
  },
  {
    status: 400,
    sentence: "The path of the request has a % that stands for no character",
    heads: {
      "bytes that are no UTF-8": `GET /%ff HTTP/1.1\r\n${host}\r\n`,
      "half a code": `GET /%f HTTP/1.1\r\n${host}\r\n`,
      "an encoded line break": `GET /%0d%0aX HTTP/1.1\r\n${host}\r\n`,
    },
  },
  {
    status: 400,
    sentence: "The request has no Host header",
    heads: { "no Host": "GET / HTTP/1.1\r\nX: y\r\n\r\n" },
  },
  {
    status: 400,
    sentence: "The request has more than one host header",
    heads: { "two Hosts": `GET / HTTP/1.1\r\n${host}hOST: n1\r\n\r\n` },
  },
  {
    status: 400,
    sentence: "The request has a header line that is not name: value",
    heads: {
      "a folded header": `GET / HTTP/1.1\r\n${host}X: a\r\n b\r\n\r\n`,
      "a folded first header": `GET / HTTP/1.1\r\n ${host}\r\n`,
      "a space before the colon": `GET / HTTP/1.1\r\n${host}Content-Length : 3\r\n\r\n`,
      "no name": `GET / HTTP/1.1\r\n${host}: y\r\n\r\n`,
      "no colon": `GET / HTTP/1.1\r\n${host}y\r\n\r\n`,
    },
  },
  {
    status: 411,
    sentence: "A body is read only with a Content-Length, without Transfer-Encoding",
    heads: {
      "chunks": `POST / HTTP/1.1\r\n${host}Transfer-Encoding: chunked\r\n\r\n`,
      "chunks and a length":
        `POST / HTTP/1.1\r\n${host}Content-Length: 3\r\nTransfer-Encoding: xchunked\r\n\r\n`,
    },
  },
  {
    status: 400,
    sentence: "The request has more than one content-length header",
    heads: {
      "two lengths, even the same":
        `POST / HTTP/1.1\r\n${host}Content-Length: 3\r\nContent-Length: 3\r\n\r\n`,
    },
  },
  {
    status: 400,
    sentence: "The Content-Length is not a number",
    heads: Object.fromEntries(
      ["+3", "-1", "0x3", "3, 3", "3 3", "", "1e3", "9999999999999999"].map((length) => [
        JSON.stringify(length),
        `POST / HTTP/1.1\r\n${host}Content-Length: ${length}\r\n\r\n`,
      ]),
    ),
  },
  {
    status: 413,
    sentence: "The body is larger than 4096 bytes",
    heads: { "4097 bytes": `POST / HTTP/1.1\r\n${host}Content-Length: 4097\r\n\r\n` },
  },
  {
    status: 417,
    sentence: "The Expect header is something else than 100-continue",
    heads: { "an expectation": `GET / HTTP/1.1\r\n${host}Expect: 200-ok\r\n\r\n` },
  },
  {
    status: 431,
    sentence: "The request has more than 64 header lines",
    heads: { "65 header lines": `GET / HTTP/1.1\r\n${host}${"X: y\r\n".repeat(64)}\r\n` },
  },
];

for (const { status, sentence, heads } of refused) {
  for (const [what, text] of Object.entries(heads)) {
    Deno.test(`parseHead() refuses ${what} with "${sentence}"`, () => {
      const refusal = read(text);
      assert.ok(refusal instanceof Refusal, JSON.stringify(refusal));
      assert.deepEqual([refusal.status, refusal.sentence], [status, sentence]);
    });
  }
}

Deno.test("parseHead() reads 64 header lines", () => {
  understood(`GET / HTTP/1.1\r\n${host}${"X: y\r\n".repeat(63)}\r\n`);
});

Deno.test("scanHead() finds the same end however the head is cut", () => {
  const text = `GET / HTTP/1.1\r\n${host}\r\n`;
  const whole = bytesOf(`${text}GET /next`);
  for (let cut = 0; cut < text.length; cut++) {
    assert.deepEqual(scanHead(whole.subarray(0, cut), 0), { kind: "open" });
    assert.deepEqual(scanHead(whole, cut), { kind: "complete", length: text.length });
  }
});

Deno.test("a head of anything at all is understood or refused with one sentence", () => {
  // Pieces out of which requests are made, so that the garbage is close to what is understood.
  const piece = fc.oneof(
    fc.constantFrom("GET ", "POST ", "/", " HTTP/1.1\r\n", host, "\r\n", "\n", "\r", ":", " ", "%"),
    fc.constantFrom(
      "Content-Length: 1\r\n",
      "Transfer-Encoding: chunked\r\n",
      "\0",
      "\xff",
      "?",
      "#",
    ),
    fc.string({ maxLength: 8 }),
  );
  fc.assert(fc.property(fc.array(piece, { maxLength: 24 }), (pieces) => {
    const head = read(`G${pieces.join("")}\r\n\r\n`);
    if (head === "open") assert.fail("it has an end");
    if (head instanceof Refusal) {
      assert.match(head.sentence, /^[A-Z][ -~]{10,90}[^.]$/);
      return;
    }
    assert.ok(head.path.startsWith("/") && !/[\r\n\0]/.test(head.path));
    for (const [name, value] of head.headers) {
      assert.match(name, /^[!-~]+$/);
      assert.ok(!/[\r\n\0]/.test(value));
    }
  }));
});

Deno.test("parseHead() reads back any path, query and headers that a program has written", () => {
  const text = fc.string({ unit: "grapheme", maxLength: 20 })
    // deno-lint-ignore no-control-regex
    .filter((value) => value.isWellFormed() && !/[\x00-\x1f\x7f]/.test(value));
  const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/).map((end) => `x-${end}`);
  const value = fc.stringMatching(/^[!-~]([ -~]{0,20}[!-~])?$/);
  fc.assert(
    fc.property(
      text,
      fc.dictionary(text, text),
      fc.dictionary(name, value),
      (...[path, query, headers]) => {
        const target = `/${encodeURIComponent(path)}?${new URLSearchParams(query)}`;
        const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
        const head = understood(`HEAD ${target} HTTP/1.1\r\n${host}${lines.join("")}\r\n`);
        assert.equal(head.path, `/${path}`);
        assert.deepEqual([...head.query], Object.entries(query));
        assert.deepEqual([...head.headers].slice(1), Object.entries(headers));
      },
    ),
  );
});
