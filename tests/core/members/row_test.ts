import assert from "node:assert/strict";
import { decodeRow, encodeRow } from "../../../lib/core/members/row.ts";
import { nameOf, rowOf } from "../../registry/rows.ts";

const name = nameOf("n1@10.0.0.2");

function kindOf(changes: object): string {
  const decoded = decodeRow(name, encodeRow({ ...rowOf(name), ...changes }));
  return decoded.kind === "damaged" ? decoded.reason : decoded.kind;
}

Deno.test("decodeRow() takes hosts that are IP addresses or names in ASCII, and no others", () => {
  const legal = [
    ...["10.0.0.2", "::1", "fd00::2", "fe80::1%eth0", "::ffff:10.0.0.2", "localhost", "n1"],
    ...["a-b.example.org", "xn--bcher-kva.example", "my_host", "x".repeat(63)],
  ];
  for (const host of legal) assert.equal(kindOf({ addresses: [{ host, port: 1 }] }), "row", host);
  const illegal = [
    ...["", " ", "10.0.0.256", "1.2.3", "::1%", "::1%\x1b[31m", "::1%a%b", "[::1]", "a b", "a/b"],
    ...["a\nb", "\u202eevil", "b\x9b31m", "bücher.example", "-a", "a..b", "x".repeat(64), "a:80"],
  ];
  for (const host of illegal) {
    const said = kindOf({ addresses: [{ host, port: 1 }] });
    assert.equal(said, 'its field "addresses.0.host" is not legal', JSON.stringify(host));
  }
});

Deno.test("decodeRow() takes tags that could have been given, and no others", () => {
  const legal = [{ zone: "eu-1" }, { "a/b.c": "" }, { note: '節点 \u200d🟢 "x"' }];
  for (const tags of legal) assert.equal(kindOf({ tags }), "row", JSON.stringify(tags));
  const illegal = [
    ...[{ "": "x" }, { "a b": "x" }, { "\u202e": "x" }, { ["k".repeat(65)]: "x" }],
    ...[{ a: "x\ny" }, { a: "\x1b[31m" }, { a: "\x9b31m" }, { a: "\u2028" }, {
      a: "x".repeat(257),
    }],
  ];
  for (const tags of illegal) {
    assert.match(kindOf({ tags }), /^its field "tags.*" is not legal$/, JSON.stringify(tags));
  }
});
