/** Who gets a place, and who has to go for that. */
import assert from "node:assert/strict";
import { httpLimits, httpLimitsWithin } from "../../../lib/http/server/limits.ts";
import { type Place, Places } from "../../../lib/http/server/places.ts";

/** Places for few, and who had to go. */
class Scene {
  readonly evicted: string[] = [];
  readonly places = new Places({
    ...httpLimits,
    ...{ connectionsMax: 4, connectionsPerHostMax: 2, streamsMax: 3, streamsPerHostMax: 2 },
    extraConnectionsMax: 3,
  });

  tryAdmit(name: string): Place | undefined {
    const [host = ""] = name.split("-");
    return this.places.admit(host, () => this.evicted.push(name));
  }

  admit(name: string): Place {
    return this.tryAdmit(name) ?? assert.fail(`no place for ${name}`);
  }
}

Deno.test("Places takes a place of the host itself when that has too many, the oldest first", () => {
  const scene = new Scene();
  for (const name of ["b-1", "a-1", "a-2"]) scene.admit(name);
  scene.admit("a-3");
  assert.deepEqual(scene.evicted, ["a-1"]);
  scene.admit("a-4");
  assert.deepEqual(scene.evicted, ["a-1", "a-2"]);
  assert.equal(scene.places.connectionCount, 3);
});

Deno.test("Places takes the place of who has waited the longest when each host has one", () => {
  const scene = new Scene();
  const first = scene.admit("a-1");
  for (const name of ["b-1", "c-1", "d-1"]) scene.admit(name);
  scene.places.begin(first);
  scene.admit("e-1");
  assert.deepEqual(scene.evicted, ["b-1"]);
  scene.places.finish(first);
  for (const name of ["f-1", "g-1", "h-1", "i-1"]) scene.admit(name);
  assert.deepEqual(scene.evicted, ["b-1", "c-1", "d-1", "e-1", "a-1"]);
});

Deno.test("Places takes places of a crowd from the crowd, and not from who came before it", () => {
  const scene = new Scene();
  for (const name of ["a-1", "b-1", "b-2", "c-1", "d-1", "c-2", "c-3", "e-1"]) scene.admit(name);
  assert.deepEqual(scene.evicted, ["b-1", "c-1", "c-2", "a-1"]);
});

Deno.test("Places has none for a newcomer while all are being answered", () => {
  const scene = new Scene();
  const all = ["a-1", "a-2", "b-1", "b-2"].map((name) => scene.admit(name));
  for (const place of all.slice(0, 3)) scene.places.begin(place);
  assert.ok(scene.admit("a-3").isExtra, "a waits for nothing, and b's is not for it");
  scene.admit("c-1");
  assert.deepEqual(scene.evicted, ["b-2"]);
  scene.places.begin(scene.admit("d-1"));
  assert.ok(scene.admit("c-2").isExtra);
  for (const place of all) scene.places.leave(place);
  scene.places.leave(all[0] ?? assert.fail());
  assert.equal(scene.admit("a-4").isExtra, false);
  assert.equal(scene.admit("a-5").isExtra, false);
  assert.equal(scene.places.connectionCount, 3);
});

Deno.test("Places counts streams apart from connections, in all and per host", () => {
  const scene = new Scene();
  const { places } = scene;
  const open = (name: string): boolean => {
    const place = scene.admit(name);
    places.begin(place);
    const isOpen = places.openStream(place);
    if (!isOpen) places.leave(place);
    places.finish(place);
    return isOpen;
  };
  assert.deepEqual(["a-1", "a-2", "a-3", "b-1", "c-1"].map(open), [true, true, false, true, false]);
  assert.deepEqual([places.streamCount, places.connectionCount], [3, 0]);
  for (const name of ["a-4", "a-5", "b-2", "b-3", "b-4"]) scene.admit(name);
  assert.deepEqual(scene.evicted, ["b-2"], "a stream is never evicted");
});

Deno.test("Places has a few extra ones beyond the limits, taken from the host with the most", () => {
  const scene = new Scene();
  const all = ["a-1", "a-2", "b-1", "b-2"].map((name) => scene.admit(name));
  for (const place of all) scene.places.begin(place);
  const extras = ["c-1", "a-3", "a-4"].map((name) => scene.admit(name));
  assert.deepEqual(extras.map(({ isExtra }) => isExtra), [true, true, true]);
  scene.admit("a-5");
  scene.admit("d-1");
  assert.deepEqual(scene.evicted, ["a-3", "a-4"]);
  scene.places.begin(extras[0] ?? assert.fail());
  scene.places.begin(scene.admit("d-2"));
  assert.deepEqual(scene.evicted, ["a-3", "a-4", "d-1"]);
  scene.places.begin(scene.admit("e-1"));
  assert.equal(scene.tryAdmit("e-2"), undefined, "all of them are being answered");
  assert.equal(scene.places.connectionCount, 4);
  scene.places.finish(extras[0] ?? assert.fail());
  scene.admit("e-3");
  assert.deepEqual(scene.evicted, ["a-3", "a-4", "d-1", "a-5", "c-1"]);
});

Deno.test("httpLimitsWithin() leaves most of the files that may be open to members", () => {
  const of = (files: number | undefined): readonly number[] => {
    const { connectionsMax, streamsMax } = httpLimitsWithin(httpLimits, files);
    return [connectionsMax, streamsMax];
  };
  assert.deepEqual(of(undefined), [256, 128]);
  assert.deepEqual(of(1_048_576), [256, 128]);
  assert.deepEqual(of(1024), [61, 61]);
  assert.deepEqual(of(64), [4, 4]);
  assert.deepEqual(of(0), [4, 4]);
});
