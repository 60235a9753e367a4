/** Bodies that are compressed for those who take that, once for all. */
import assert from "node:assert/strict";
import { SharedBody, takesGzip } from "../../../lib/http/server/shared_body.ts";

function asking(accepted?: string): { header(name: string): string | undefined } {
  return { header: (name) => name === "accept-encoding" ? accepted : undefined };
}

const text = "über und über ".repeat(200);

async function unzipped(bytes: string | Uint8Array): Promise<string> {
  const stream = new Blob([bytes as BlobPart]).stream();
  return await new Response(stream.pipeThrough(new DecompressionStream("gzip"))).text();
}

Deno.test("SharedBody is sent as gzip to those who take it, and compressed once", async () => {
  const body = SharedBody.ofText(text);
  const [one, other] = [
    await body.answer(asking("gzip, br"), { "X-A": "b" }),
    await body.answer(
      asking("gzip"),
      {},
    ),
  ];
  assert.deepEqual(one.headers, {
    ...{ "X-A": "b", Vary: "Accept-Encoding", "Content-Encoding": "gzip" },
  });
  assert.equal(one.body, other.body, "the same bytes, not equal ones");
  assert.ok(one.body.length < 200);
  assert.equal(await unzipped(one.body), text);
});

Deno.test("SharedBody is sent as it is to those who do not, and if it is small", async () => {
  const plain = await SharedBody.ofText(text).answer(asking(), {});
  assert.deepEqual(plain.headers, { Vary: "Accept-Encoding" });
  assert.equal(new TextDecoder().decode(plain.body as Uint8Array), text);
  const small = await SharedBody.ofText("x".repeat(2_048)).answer(asking("gzip"), {});
  assert.equal(small.headers?.["Content-Encoding"], undefined);
  const larger = await SharedBody.ofText("x".repeat(2_049)).answer(asking("gzip"), {});
  assert.equal(larger.headers?.["Content-Encoding"], "gzip");
});

Deno.test("SharedBody sends what is compressed already as it is, or decompressed", async () => {
  const stream = new Blob(["page"]).stream().pipeThrough(new CompressionStream("gzip"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  const body = SharedBody.ofGzip(bytes);
  assert.equal((await body.answer(asking("gzip"), {})).body, bytes);
  const plain = await body.answer(asking("identity"), {});
  assert.equal(new TextDecoder().decode(plain.body as Uint8Array), "page");
  assert.equal(plain.headers?.["Content-Encoding"], undefined);
});

const accepted: readonly (readonly [string | undefined, boolean])[] = [
  ...[[undefined, false], ["", false], ["gzip", true], ["GZIP", true], ["br, gzip;q=0.5", true]],
  ...[["gzip;q=0", false], ["*", true], ["*;q=0", false], ["gzip;q=0, *", false], ["br", false]],
  ...[["gzip; q=1", true], ["x-gzip", false], ["gzip;q=x", false]],
] as [string | undefined, boolean][];

for (const [header, isTaken] of accepted) {
  Deno.test(`takesGzip() is ${isTaken} for ${JSON.stringify(header)}`, () => {
    assert.equal(takesGzip(asking(header)), isTaken);
  });
}
