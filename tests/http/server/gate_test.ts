/** Who is let in: under which host names, on behalf of which pages, with which token. */
import assert from "node:assert/strict";
import { Gate } from "../../../lib/http/server/gate.ts";
import type { HttpSecurity } from "../../../lib/http/server/http.ts";
import { httpLimits } from "../../../lib/http/server/limits.ts";
import { parseHead, Refusal } from "../../../lib/http/server/request_head.ts";

const token = "0123456789abcdef";

/** Asks a gate; what it refuses. */
function refusal(
  security: Partial<HttpSecurity>,
  headers: Readonly<Record<string, string>>,
  { line = "GET /", from = "192.0.2.7" } = {},
): Refusal | undefined {
  const lines = Object.entries({ Host: "127.0.0.1:8080", ...headers })
    .map(([name, value]) => `${name}: ${value}\r\n`);
  const text = `${line} HTTP/1.1\r\n${lines.join("")}\r\n`;
  const head = parseHead(new TextEncoder().encode(text), httpLimits);
  assert.ok(!(head instanceof Refusal), JSON.stringify(head));
  return new Gate({ hosts: [], ...security }).refusal(head, from);
}

const atHome = ["127.0.0.1", "127.0.0.1:8080", "192.0.2.1:80", "[::1]:8080", "[2001:db8::1]"];

for (const host of [...atHome, "localhost", "LOCALHOST:9000", "Node1.example:80"]) {
  Deno.test(`Gate lets pass who asks for the host ${host}`, () => {
    assert.equal(refusal({ hosts: ["node1.EXAMPLE"] }, { Host: host }), undefined);
  });
}

const strange = ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", "localhost.evil"];
// A browser takes some of these for IP addresses, and none of them sends them like that.
const odd = [
  "",
  "127.1",
  "2130706433",
  "0x7f.1",
  "localhost.",
  "[::1",
  "localhost:80:80",
  "a@localhost",
];

for (const host of [...strange, ...odd, "node1.example"]) {
  Deno.test(`Gate refuses who asks for the host ${JSON.stringify(host)}`, () => {
    const { status, sentence } = refusal({ hosts: ["n1"] }, { Host: host }) ?? assert.fail();
    assert.equal(status, 421);
    const right = "ask an IP address, localhost, or the name of this machine";
    assert.equal(sentence, `The Host header names another host: ${right}`);
  });
}

for (const origin of ["http://127.0.0.1:8080", "https://127.0.0.1:8080"]) {
  Deno.test(`Gate lets pass what its own page asks, as ${origin}`, () => {
    assert.equal(refusal({}, { Origin: origin }), undefined);
  });
}

const foreignOrigins = [
  ...["null", "http://evil", "http://127.0.0.1", "http://127.0.0.1:8081", ""],
  ...["http://evil:127.0.0.1:8080", "http://127.0.0.1:8080.evil.example", "file://"],
  "http://http://127.0.0.1:8080",
];

for (const origin of foreignOrigins) {
  Deno.test(`Gate refuses what a page of origin ${JSON.stringify(origin)} asks`, () => {
    const { status, sentence } = refusal({}, { Origin: origin }) ?? assert.fail();
    assert.deepEqual([status, sentence], [403, "Pages of other sites may not ask this server"]);
  });
}

Deno.test("Gate refuses what another site embeds, and lets its links be followed", () => {
  for (const site of ["cross-site", "same-site"]) {
    const embedded = { "Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors" };
    assert.equal(refusal({}, embedded)?.status, 403);
    assert.equal(refusal({}, { ...embedded, "Sec-Fetch-Mode": "navigate" }), undefined);
  }
  for (const site of ["none", "same-origin"]) {
    assert.equal(refusal({}, { "Sec-Fetch-Site": site, "Sec-Fetch-Mode": "cors" }), undefined);
  }
});

Deno.test("Gate lets POST pass only where it is allowed, and no body with anything else", () => {
  const post = { line: "POST /v1/simulation" };
  const { status, sentence, headers } = refusal({}, {}, post) ?? assert.fail();
  assert.deepEqual([status, sentence], [405, "This server answers GET, HEAD alone"]);
  assert.deepEqual(headers, { Allow: "GET, HEAD" });
  assert.equal(refusal({ allowsPost: true }, { "Content-Length": "3" }, post), undefined);
  const smuggled = refusal({ allowsPost: true }, { "Content-Length": "3" });
  assert.deepEqual([smuggled?.status, smuggled?.sentence], [400, "A GET request has no body"]);
  assert.equal(refusal({}, { "Content-Length": "0" }), undefined);
});

Deno.test("Gate lets pass who has the token, in a header or in a cookie", () => {
  for (
    const headers of [
      { Authorization: `Bearer ${token}` },
      { Authorization: `bearer  ${token}` },
      { Cookie: `clusternode_token=${token}` },
      { Cookie: `other=1; clusternode_token=${token}; more=2` },
      { Authorization: "Bearer wrong", Cookie: `clusternode_token=${token}` },
    ]
  ) {
    assert.equal(refusal({ token }, headers), undefined);
  }
});

Deno.test("Gate refuses with one sentence who has no token", () => {
  const missing = "A token is needed: as Authorization: Bearer TOKEN, " +
    "or in a browser once as /?token=TOKEN";
  for (const headers of [{}, { Authorization: `Basic ${token}` }, { Cookie: `token=${token}` }]) {
    const { status, sentence, headers: answered } = refusal({ token }, headers) ?? assert.fail();
    assert.deepEqual([status, sentence], [401, missing]);
    assert.deepEqual(answered, { "WWW-Authenticate": "Bearer" });
  }
});

const wrongTokens = ["", "0123456789abcde", `${token}0`, "0123456789abcdeF", ` ${token} x`, "\xff"];

for (const wrong of wrongTokens) {
  Deno.test(`Gate refuses the token ${JSON.stringify(wrong)}`, () => {
    const sentence = "The token is not the one of this node";
    const inHeader = refusal({ token }, { Authorization: `Bearer ${wrong}` });
    assert.equal(inHeader?.status, 401);
    if (wrong !== "") assert.equal(inHeader?.sentence, sentence);
    const inQuery = refusal({ token }, {}, { line: `GET /?token=${encodeURIComponent(wrong)}` });
    assert.deepEqual([inQuery?.status, inQuery?.sentence], [401, sentence]);
    assert.equal(refusal({ token }, { Cookie: `clusternode_token=${wrong}` })?.status, 401);
  });
}

Deno.test("Gate takes a cookie that cannot be decoded for none", () => {
  assert.equal(refusal({ token }, { Cookie: "clusternode_token=%ff" })?.status, 401);
});

Deno.test("Gate exchanges the token in the address of the page for a cookie, and only there", () => {
  const odd = 'a;b="c" %d€ 0123456789';
  const line = `GET /?token=${encodeURIComponent(odd)}&x=1`;
  const { status, headers } = refusal({ token: odd }, {}, { line }) ?? assert.fail();
  assert.deepEqual([status, headers["Location"]], [303, "/"]);
  const [pair = "", ...attributes] = headers["Set-Cookie"]?.split("; ") ?? [];
  assert.deepEqual(attributes, ["HttpOnly", "SameSite=Strict", "Path=/"]);
  assert.equal(refusal({ token: odd }, { Cookie: pair }), undefined);
  const again = refusal({ token: odd }, { Cookie: pair }, { line });
  assert.equal(again?.status, 303, "it does not stay in the address");
  const elsewhere = `GET /v1/members?token=${token}`;
  assert.equal(refusal({ token }, {}, { line: elsewhere })?.status, 401);
});

Deno.test("Gate lets this machine ask whether the node lives without a token, and no other", () => {
  const security = { token, openPaths: ["/livez"] };
  const line = "GET /livez";
  for (const from of ["127.0.0.1", "127.1.2.3", "::1"]) {
    assert.equal(refusal(security, {}, { line, from }), undefined);
    assert.equal(refusal(security, {}, { line: "GET /v1/members", from })?.status, 401);
  }
  assert.equal(refusal(security, {}, { line, from: "192.0.2.7" })?.status, 401);
});
