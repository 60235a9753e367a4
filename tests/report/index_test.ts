import { deepEqual, throws } from "node:assert/strict";
import { DynamicIndex, labelsOf } from "./index.ts";

Deno.test("DynamicIndex refuses a field that has another type than before", () => {
  const refused: readonly (readonly [string, string, RegExp])[] = [
    ['{"members": {"n1@h": true}}', '{"members": ["n1@h"]}', /members is string, and was object/],
    ['{"a": [{"b": 1}]}', '{"a": [{"b": "1"}]}', /a\.b is string, and was number/],
    ['{"a": "2024-01-01"}', '{"a": "x"}', /a is string, and was moment/],
    ['{"a": "x"}', '{"a": null}', /null/],
    ['{"a": "x"}', '{"a.b": "x"}', /a\.b has a dot/],
  ];
  for (const [first, second, message] of refused) {
    const index = new DynamicIndex();
    index.add(first);
    index.add(first);
    throws(() => index.add(second), message);
  }
});

Deno.test("labelsOf() gives texts alone", () => {
  const line = '{"level": "info", "event": "joined", "count": 3, "message": "a b"}';
  deepEqual(labelsOf(line, ["level", "event"]), { level: "info", event: "joined" });
  for (const key of ["count", "message", "cluster"]) throws(() => labelsOf(line, [key]), TypeError);
});
