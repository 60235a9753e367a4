/**
 * Errors of the system, as the runtime and `node:fs` throw them.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  systemErrorCode,
  systemErrorReason,
  systemErrorWords,
} from "../../../lib/core/base/system_error.ts";

const error = (message: string, more: object = {}): Error =>
  Object.assign(new Error(message), more);

Deno.test("systemErrorCode() and systemErrorReason() know errors that the runtime has no name for", () => {
  const cases: [Error, string, string][] = [
    [
      error("No space left on device (os error 28): writefile '/x'", { code: "ENOSPC" }),
      "ENOSPC",
      "No space left on device",
    ],
    [
      error("No locks available (os error 37)"),
      "ENOLCK",
      "No locks available: the file system gives no locks",
    ],
    [
      error("Function not implemented (os error 38)"),
      "ENOSYS",
      "Function not implemented: the file system cannot do that",
    ],
    [
      error("Stale file handle (os error 116): rename '/a' -> '/b'"),
      "ESTALE",
      "Stale file handle: the network drive has lost the file",
    ],
    [error("Disk quota exceeded (os error 122): mkdir '/x'"), "EDQUOT", "Disk quota exceeded"],
    [
      error("Host is down (os error 112)"),
      "EHOSTDOWN",
      "Host is down: the server of the network drive is away",
    ],
    [
      error("Remote I/O error (os error 121)"),
      "EREMOTEIO",
      "Remote I/O error: the server of the network drive has a fault",
    ],
    [error("Unknown error 999 (os error 999)\nat x"), "E999", "Unknown error 999"],
    // As node:fs has them.
    [
      error("UNKNOWN: unknown error, open '/x'", { code: "UNKNOWN", errno: -116 }),
      "ESTALE",
      "Stale file handle: the network drive has lost the file",
    ],
    [
      error("UNKNOWN: unknown error, open '/x'", { code: "UNKNOWN", errno: -999 }),
      "E999",
      "UNKNOWN: unknown error, open '/x'",
    ],
    [
      error('Requires read access to "/x"', { name: "NotCapable" }),
      "EPERM",
      'Requires read access to "/x"',
    ],
  ];
  for (const [thrown, code, words] of cases) {
    assert.equal(systemErrorCode(thrown), code);
    assert.equal(systemErrorReason(thrown), words);
  }
});

Deno.test("systemErrorReason() takes no bug for an error of the system", () => {
  for (const thrown of [new TypeError("x is not a function"), error("no", { code: 7 }), "text"]) {
    assert.equal(systemErrorCode(thrown), undefined);
    assert.equal(systemErrorReason(thrown), undefined);
  }
  assert.equal(systemErrorWords("text"), "text");
  assert.equal(systemErrorWords(new TypeError("x is not a function")), "x is not a function");
});
