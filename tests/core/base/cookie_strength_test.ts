import assert from "node:assert/strict";
import {
  cookieBits,
  cookieWeakness,
  isWeakCookie,
} from "../../../lib/core/base/cookie_strength.ts";

Deno.test("isWeakCookie() lets pass what a machine has drawn", () => {
  for (
    const strong of [
      // clusternode keygen, openssl rand -hex 16, openssl rand -base64 16, uuidgen
      "kO0zVn5m3W5nYQ9xq0F2bTt8Hf6uJrLwPdS1aCeGiKE",
      "3f1c9a0b7d5e2846cc01f9ab34d7e650",
      "q7Zk2LxT0vRb9WmPyE4uHs==",
      "7c9e6679-7425-40de-944b-e07fc1f90ae7",
      "x7$Kd9!qLm2&Zp0#Vb4@Tn",
    ]
  ) {
    assert.equal(isWeakCookie(strong), false, strong);
    assert.equal(cookieWeakness(strong), undefined);
  }
});

Deno.test("isWeakCookie() stops what a person has chosen, however long it looks", () => {
  for (
    const weak of [
      "cookie",
      "a-cookie-that-is-long-enough",
      "correct horse battery staple",
      "CorrectHorseBatteryStaple1",
      "Password123Password123",
      "aB1aB1aB1aB1aB1aB1aB1aB1",
      "0".repeat(64),
      "deadbeefdeadbeefdeadbeefdeadbeef",
      "3f1c9a0b7d5e2846cc01f9ab34d7e65",
    ]
  ) {
    assert.equal(isWeakCookie(weak), true, weak);
  }
  assert.match(cookieWeakness("cookie") ?? "", /first word/);
  assert.match(cookieWeakness("swordfish") ?? "", /as little as 18 bits/);
  assert.equal(cookieBits("x".repeat(64)), 8);
  const song = "the quick brown fox jumps over the lazy dog, and nobody asks it why";
  assert.equal(cookieBits(song), 2 * song.length);
});
