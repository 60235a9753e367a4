/** What a reader is told first, when it comes late. */
import assert from "node:assert/strict";
import type { NodeName } from "../../lib/core/base/name.ts";
import type { Change, ChangeKind } from "../../lib/core/members/change.ts";
import { ChangeFeed } from "../../lib/node/change_feed.ts";

function change(kind: ChangeKind, name: string): Change {
  return { kind, name: name as NodeName, reason: "" };
}

/** What a reader that comes now is told up to the end of the feed, in short; + is not the snapshot. */
async function toldTo(feed: ChangeFeed, later: readonly Change[] = []): Promise<string[]> {
  const reading = feed.read();
  for (const one of later) feed.send(one);
  feed.close();
  const told: string[] = [];
  for await (const { kind, name, snapshot } of reading) {
    told.push(`${snapshot ? "" : "+"}${name} ${kind}`);
  }
  return told;
}

Deno.test("ChangeFeed tells a late reader the last change of each member, and then what comes", async () => {
  const feed = new ChangeFeed();
  const before = [change("joined", "n2"), change("joined", "n3"), change("failed", "n2")];
  for (const one of before) feed.send(one);
  const later = [change("returned", "n2"), change("joined", "n4")];
  assert.deepEqual(await toldTo(feed, later), [
    "n2 failed",
    "n3 joined",
    "+n2 returned",
    "+n4 joined",
  ]);
});

Deno.test("ChangeFeed keeps verdict, link and service of a member apart, and nothing that is mended", async () => {
  const feed = new ChangeFeed();
  const before = ["joined", "service", "link-bad", "service", "isolated"] as const;
  for (const kind of before) feed.send(change(kind, "n2"));
  for (const kind of ["link-bad", "isolated"] as const) feed.send(change(kind, "n3"));
  for (const kind of ["link-mended", "connected"] as const) feed.send(change(kind, "n3"));
  assert.deepEqual(await toldTo(feed), ["n2 joined", "n2 service", "n2 link-bad", "n2 isolated"]);
});

Deno.test("ChangeFeed keeps a suspicion until its end, or until a verdict says more", async () => {
  const feed = new ChangeFeed();
  for (const name of ["n2", "n3", "n4", "n5"]) feed.send(change("joined", name));
  for (const name of ["n2", "n3", "n4"]) feed.send(change("suspected", name));
  feed.send(change("cleared", "n3"));
  feed.send(change("failed", "n4"));
  feed.send(change("held-up", "n5"));
  assert.deepEqual(await toldTo(feed), [
    "n2 joined",
    "n2 suspected",
    "n3 joined",
    "n4 failed",
    "n5 joined",
  ]);
});

Deno.test("ChangeFeed does not tell of members that have left or were forgotten", async () => {
  const feed = new ChangeFeed();
  for (const name of ["n2", "n3", "n4"]) feed.send(change("joined", name));
  feed.send(change("service", "n2"));
  feed.send(change("left", "n2"));
  feed.send(change("forgotten", "n3"));
  assert.deepEqual(await toldTo(feed), ["n4 joined"]);
});

Deno.test("ChangeFeed tells a snapshot as a whole, however large it is, and nothing once it is closed", async () => {
  const feed = new ChangeFeed();
  for (let at = 0; at < 2500; at++) feed.send(change("joined", `n${at}`));
  assert.equal((await toldTo(feed, [change("left", "n7")])).length, 2501);
  assert.deepEqual(await toldTo(feed), []);
});
