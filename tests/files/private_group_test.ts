import assert from "node:assert/strict";
import { hasOnlyMember } from "../../lib/files/private_group.ts";

const users = "root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/:/bin/sh\nbob:x:1001:100::/:/bin/sh\n";

Deno.test("hasOnlyMember() knows a user's own group from one with others in it", () => {
  const cases: readonly (readonly [string, number, boolean])[] = [
    ["ann:x:1000:\n", 1000, true],
    ["ann:x:1000:ann\n", 1000, true],
    ["ann:x:1000:bob\n", 1000, false],
    ["users:x:100:ann\n", 100, false],
    // A group that is not listed may have any members.
    ["", 1000, false],
  ];
  for (const [groups, group, expected] of cases) {
    assert.equal(hasOnlyMember(groups, users, group, 1000), expected, `${groups}${group}`);
  }
  assert.equal(hasOnlyMember("ghost:x:2000:\n", users, 2000, 2000), false);
});
