import { deepEqual, equal, match } from "node:assert/strict";
import fc from "fast-check";
import {
  choice,
  count,
  duration,
  parseDuration,
  parseSize,
} from "../../lib/options/option_values.ts";
import { pathOrNone, quote, size, withoutPasswords } from "../../lib/options/option_values.ts";
import { closestWord, suggestion } from "../../lib/options/suggestion.ts";

const checks = { registryUrlFault: () => undefined };

Deno.test("parseDuration() reads each unit, and several of them", () => {
  const expected = {
    "0": 0,
    "250ms": 250,
    "1s": 1000,
    "1.5s": 1500,
    "1m30s": 90_000,
    "2h": 7_200_000,
    "1h2m3s4ms": 3_723_004,
  };
  for (const [text, valueMs] of Object.entries(expected)) equal(parseDuration(text), valueMs, text);
});

Deno.test("parseDuration() refuses what has no unit, a wrong one or a wrong order", () => {
  for (const text of ["", "5", "-1s", "1", "1 s", "s", "1x", "30s1m", "1s1s", "1e3ms", ".5s"]) {
    equal(parseDuration(text), undefined, JSON.stringify(text));
  }
});

Deno.test("parseDuration() gives whole milliseconds for any duration", () => {
  const parts = fc.tuple(fc.nat(99), fc.nat(59), fc.nat(59), fc.nat(999));
  fc.assert(fc.property(parts, ([h, m, s, ms]) => {
    equal(parseDuration(`${h}h${m}m${s}s${ms}ms`), ((h * 60 + m) * 60 + s) * 1000 + ms);
  }));
});

Deno.test("parseSize() tells powers of ten from powers of two", () => {
  deepEqual(["500B", "10MB", "64KiB", "1.5kb", "1GiB"].map(parseSize), [
    500,
    10_000_000,
    65_536,
    1500,
    1_073_741_824,
  ]);
  for (const text of ["", "10", "-1MB", "MB", "1TB", "1M", "1 MB"]) {
    equal(parseSize(text), undefined, JSON.stringify(text));
  }
});

Deno.test("duration(), size() and count() take their limits and nothing beyond", () => {
  const kinds = [
    { type: duration("100ms", "1m"), legal: ["100ms", "1m"], wrong: ["99ms", "60001ms", "0"] },
    { type: size("1KB", "10KB"), legal: ["1KB", "10KB"], wrong: ["999B", "10001B"] },
    { type: count(1, 9), legal: ["1", "9"], wrong: ["0", "10", "-1", "1.5", "9".repeat(400)] },
  ];
  for (const { type, legal, wrong } of kinds) {
    for (const text of legal) equal("value" in type.read(text, checks), true, text);
    for (const text of wrong) match(faultOf(type.read(text, checks)), /^it must be .*from .* to /);
  }
});

Deno.test("choice() lists what is legal when a word is not", () => {
  deepEqual(choice("a", "b").read("b", checks), { value: "b" });
  deepEqual(choice("a", "b").read("B", checks), { fault: "it must be one of a, b" });
});

Deno.test("pathOrNone gives undefined for none and refuses what cannot be a path", () => {
  deepEqual(pathOrNone.read("none", checks), { value: undefined });
  deepEqual(pathOrNone.read("./none", checks), { value: "./none" });
  for (const text of ["", "a\0b", "x".repeat(4097)]) {
    equal("fault" in pathOrNone.read(text, checks), true);
  }
});

Deno.test("quote() and withoutPasswords() keep messages short, printable and free of secrets", () => {
  equal(quote("a\nb\x1b"), '"a\\nb\\u001b"');
  equal(quote("x".repeat(200)).length, 83);
  equal(withoutPasswords("see redis://me:secret@h:1/0 now"), "see redis://me:***@h:1/0 now");
  equal(withoutPasswords("redis://:secret@h"), "redis://:***@h");
  equal(withoutPasswords("s3://b?secretKey=x&region=y"), "s3://b?secretKey=***&region=y");
  equal(withoutPasswords("file:///tmp/a@b"), "file:///tmp/a@b");
});

Deno.test("closestWord() finds the word that was meant, and none for a far one", () => {
  const words = ["members", "ping", "leave", "logFile"];
  equal(closestWord("membrs", words), "members");
  equal(closestWord("pign", words), "ping");
  equal(closestWord("log-file", words), "logFile");
  equal(closestWord("xyzzy", words), undefined);
  equal(closestWord("x".repeat(10_000), words), undefined);
  equal(suggestion("leav", words), ', did you mean "leave"?');
  equal(suggestion("xyzzy", words), "");
});

function faultOf(reading: { value: unknown } | { fault: string }): string {
  return "fault" in reading ? reading.fault : "";
}
