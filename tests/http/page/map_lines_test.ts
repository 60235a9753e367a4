import assert from "node:assert/strict";
import { LinkIndex, type TimedLink } from "../../../lib/http/page/draw/link_index.ts";
import {
  angleOf,
  linesOf,
  pairsOf,
  sceneOf,
  type Shown,
} from "../../../lib/http/page/draw/map/map_scene.ts";

function member(number: number, status: Shown["status"] = "alive"): Shown {
  return { name: `n${number}`, tags: [], status, linkWorks: true };
}

function link(from: number, to: number, result = "pong"): TimedLink {
  return { from: `n${from}`, to: `n${to}`, result, roundTripUs: 400, agoMs: 100 };
}

function lines(members: readonly Shown[], links: readonly TimedLink[]): string[] {
  const scene = sceneOf(members, new Set());
  const found = linesOf(scene, pairsOf(scene, new LinkIndex(links)));
  return found.map(({ kind, from, to }) => `${kind} ${from} ${to}`);
}

Deno.test("linesOf() draws one line for a good pair, and none for one that was not measured", () => {
  const found = lines([1, 2, 3].map((number) => member(number)), [
    link(1, 2),
    link(2, 1),
    link(1, 3, "unknown"),
  ]);
  assert.deepEqual(found, ["good 0 1"]);
});

Deno.test("linesOf() tells one direction from both, and a fault of the network from a dead member", () => {
  const links = [
    link(1, 2, "silent"),
    link(2, 1),
    link(1, 3, "silent"),
    link(3, 1, "silent"),
    link(2, 4, "refused"),
  ];
  const members = [member(1), member(2), member(3), member(4, "down")];
  assert.deepEqual(lines(members, links), [
    "one-way n1 n2",
    "broken n1 n3",
    "explained n2 n4",
  ]);
});

Deno.test("linesOf() forgets links with those that are no longer there", () => {
  assert.deepEqual(lines([member(1), member(2)], [link(1, 9), link(1, 8, "silent")]), []);
});

Deno.test("linesOf() leaves the good links between two bundles when one of them fails", () => {
  const members = Array.from({ length: 100 }, (_, index) => member(index + 1));
  const found = lines(members, [link(1, 15), link(1, 16, "silent"), link(2, 3)]);
  assert.deepEqual(found, ["good 0 1", "broken n1 n16"]);
});

Deno.test("linesOf() draws one line for two bundles where there are very many bad links", () => {
  const members = Array.from({ length: 100 }, (_, index) => member(index + 1));
  const links = members.slice(0, 50).flatMap((_, from) =>
    members.slice(50).map((_, to) => link(from + 1, to + 51, "silent"))
  );
  assert.equal(links.length, 2500);
  const found = lines(members, links);
  assert.equal(found.length, 25);
  assert.ok(found.includes("broken 0 5"));
});

Deno.test("angleOf() gives each member of a bundle a place of its own, in their order", () => {
  const scene = sceneOf(Array.from({ length: 100 }, (_, index) => member(index + 1)), new Set());
  const angles = Array.from(
    { length: 100 },
    (_, index) => angleOf(scene, scene.places, `n${index + 1}`) ?? NaN,
  );
  assert.ok(angles.every((angle, index) => index === 0 || angle > (angles[index - 1] ?? 0)));
  assert.equal(angleOf(scene, scene.places, "n101"), undefined);
});
