/**
 * What a node says of itself with a ping.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { RecordContent } from "../../../lib/core/members/record.ts";
import { MemberList } from "../../../lib/core/members/member_list.ts";
import { pingContent } from "../../../lib/core/detector/ping_content.ts";
import { contentOf } from "../records.ts";

/** Node 1 after it has said `changes` of itself, and whether its pings hold its record. */
function tells(changes?: Partial<RecordContent>, isKnown = false): boolean {
  const started = { ...contentOf(1), service: undefined };
  const memberList = new MemberList(contentOf(1, started), false);
  if (changes !== undefined) memberList.renewSelf(changes);
  const fingerprint = isKnown ? memberList.fingerprint : undefined;
  const content = pingContent({ isNew: false, fingerprint }, memberList, started);
  assert.equal(content.incarnation, memberList.self.incarnation);
  assert.equal(content.fingerprint, memberList.fingerprint);
  return content.record === memberList.self;
}

Deno.test("pingContent() holds the record for whoever does not know this node", () => {
  const started = { ...contentOf(1), service: undefined };
  const memberList = new MemberList(started, false);
  const { record } = pingContent(
    { isNew: true, fingerprint: memberList.fingerprint },
    memberList,
    started,
  );
  assert.equal(record, memberList.self);
});

Deno.test("pingContent() holds the record once the node is not as it was started", () => {
  assert.ok(!tells());
  assert.ok(!tells({ incarnation: 1 }), "a refutation alone changes nothing that is worth it");
  assert.ok(tells({ addresses: [{ host: "10.0.0.77", port: 1 }] }));
  assert.ok(tells({ tags: { role: "web" } }));
  assert.ok(tells({ state: "left" }));
});

Deno.test("pingContent() holds no record for whoever tells the same fingerprint", () => {
  assert.ok(!tells({ incarnation: 1, tags: { role: "web" } }, true));
  assert.ok(tells({ incarnation: 1, tags: { role: "web" } }, false));
});
