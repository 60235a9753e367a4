/**
 * The page that the program carries is the one whose sources lie in `lib/http/page/`.
 *
 * @module
 */
import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import { pageBundle } from "../../lib/http/page_bundle.ts";
import { pageHashes } from "../../lib/http/page_hashes.ts";
import { bundlePage } from "../../scripts/page.ts";

const packed = Uint8Array.fromBase64(pageBundle.gzip);
const html = new TextDecoder().decode(gunzipSync(packed));

Deno.test("lib/http/page_bundle.ts is what `deno task page` makes of the sources", async () => {
  const { html: made, scriptHash, styleHash } = await bundlePage();
  assert.ok(html === made, "The page has changed: run `deno task page`");
  assert.deepEqual([pageHashes.scriptHash, pageHashes.styleHash], [scriptHash, styleHash]);
  assert.equal(pageBundle.length, new TextEncoder().encode(made).length);
});

Deno.test("the page is small, and asks for nothing but what it carries", () => {
  assert.ok(packed.length <= 80 * 1024, `${packed.length} bytes`);
  // Names of namespaces are no requests.
  const addresses = html.match(/\b(https?:)?\/\/[\w.-]+\.\w+[\w./#-]*/g) ?? [];
  assert.deepEqual(addresses.filter((address) => !address.includes("www.w3.org")), []);
  assert.ok(!/<(link|script|img)[^>]+(src|href)="(?!data:)/.test(html));
});
