import assert from "node:assert/strict";
import { getOrCreateCookie, stretchedCookies } from "../lib/cookie.ts";
import { isWeakCookie } from "../lib/core/base/cookie_strength.ts";

function randomBytes(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length));
}

Deno.test("getOrCreateCookie() draws cookies that pass for strong", () => {
  for (let count = 0; count < 2_000; count++) {
    const cookie = getOrCreateCookie(randomBytes);
    assert.match(cookie, /^[A-Za-z0-9_][A-Za-z0-9_-]{42}$/);
    assert.equal(isWeakCookie(cookie), false, cookie);
  }
});

Deno.test("getOrCreateCookie() draws anew if a cookie looks as if a person had chosen it", () => {
  let draws = 0;
  const bytes = (length: number): Uint8Array =>
    ++draws < 3 ? new Uint8Array(length) : randomBytes(length);
  assert.equal(isWeakCookie(getOrCreateCookie(bytes)), false);
  assert.ok(draws >= 3);
});

Deno.test("stretchedCookies() stretches weak ones, the same for all nodes of a cluster", async () => {
  const strong = getOrCreateCookie(randomBytes);
  const [stretched, asItWas] = await stretchedCookies(["cookie", strong], "default");
  assert.equal(asItWas, strong);
  // scrypt of RFC 7914 with N = 16384, r = 8, p = 1; as computed by OpenSSL.
  assert.equal(stretched, "nKVZv1nxvtkPTGO4UeW5wrLd9LzaU8_7dRRJOTGlSFU");
  assert.notDeepEqual(await stretchedCookies(["cookie"], "blue"), [stretched]);
});
