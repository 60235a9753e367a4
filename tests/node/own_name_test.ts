import { deepEqual, equal, match } from "node:assert/strict";
import { machineName, ownName } from "../../lib/node/own_name.ts";
import type { OwnName } from "../../lib/node/own_name.ts";
import { resolveOptions } from "../../lib/options/options.ts";

interface Given {
  readonly name?: string;
  readonly advertise?: string;
  readonly listen?: string;
  readonly operands?: readonly string[];
  readonly detected?: readonly string[];
  readonly note?: string;
  readonly hostName?: string;
}

/** The name under which a user would know the node, from options as the user would write them. */
function own(given: Given): OwnName {
  const { operands = [], detected = ["10.0.0.9", "fd00::9"], note, hostName = "web-1" } = given;
  const { name, advertise, listen } = given;
  const { options } = resolveOptions({
    flags: {
      ...(name !== undefined && { name }),
      ...(advertise !== undefined && { advertise }),
      ...(listen !== undefined && { listen }),
    },
    operands,
    environment: {},
    config: undefined,
    registryUrlFault: () => undefined,
  });
  return ownName({ options, detected: { addresses: detected, note }, hostName });
}

/** Addresses for a listener on port 4000, as text. */
function addressesOf(given: Given): readonly string[] {
  return own(given).addresses(4000).map(({ host, port }) => `${host} ${port}`);
}

Deno.test("ownName() takes a full name and its host as the only address", () => {
  const { name, automatic, notes, loopbackNote } = own({ name: "n1@10.0.0.5" });
  deepEqual([name, automatic, notes, loopbackNote], ["n1@10.0.0.5", false, [], undefined]);
  deepEqual(addressesOf({ name: "n1@10.0.0.5" }), ["10.0.0.5 4000"]);
  deepEqual(addressesOf({ name: "n1@web.example" }), ["web.example 4000"]);
});

Deno.test("ownName() adds bare operands in order, each once", () => {
  const given = { name: "n1@10.0.0.5", operands: ["10.0.0.6", "10.0.0.5", "10.0.0.7"] };
  deepEqual(addressesOf(given), ["10.0.0.5 4000", "10.0.0.6 4000", "10.0.0.7 4000"]);
});

Deno.test("ownName() completes a short name with the first detected address", () => {
  const { name, automatic } = own({ name: "n1" });
  deepEqual([name, automatic], ["n1@10.0.0.9", false]);
});

Deno.test("ownName() makes a name of host name and address when none is given", () => {
  const { name, automatic } = own({ hostName: "Büro PC" });
  deepEqual([name, automatic], ["B-ro-PC@10.0.0.9", true]);
});

Deno.test("ownName() advertises nothing but --advertise, with its ports", () => {
  const given = {
    name: "n1",
    advertise: "203.0.113.5:99,gateway.example",
    operands: ["10.0.0.6"],
  };
  deepEqual(addressesOf(given), ["203.0.113.5 99", "gateway.example 4000"]);
  equal(own(given).name, "n1@203.0.113.5");
  equal(own({ ...given, name: "n1@10.0.0.5" }).name, "n1@10.0.0.5");
});

Deno.test("ownName() advertises a specific host of --listen when nothing else is given", () => {
  deepEqual(addressesOf({ name: "n1", listen: "10.0.0.7:4000" }), ["10.0.0.7 4000"]);
  equal(own({ name: "n1", listen: "10.0.0.7:4000" }).name, "n1@10.0.0.7");
  deepEqual(addressesOf({ name: "n1@10.0.0.5", listen: "10.0.0.7" }), ["10.0.0.5 4000"]);
});

Deno.test("ownName() gives detected addresses of both families, as it answers on both", () => {
  for (const listen of ["0.0.0.0:0", "[::]:0"]) {
    deepEqual(addressesOf({ listen }), ["10.0.0.9 4000", "fd00::9 4000"]);
    equal(own({ detected: ["fd00::9"], listen }).name, "web-1@fd00::9");
    deepEqual(own({ detected: ["fd00::9"], listen }).notes, []);
  }
});

Deno.test("ownName() tells about addresses that lead nowhere from other machines", () => {
  for (const host of ["127.0.1.1", "127.0.0.1", "localhost"]) {
    match(own({ name: `n1@${host}` }).loopbackNote ?? "", /^Only this machine can reach /);
  }
  equal(own({ name: "n1@127.0.1.1", operands: ["10.0.0.5"] }).loopbackNote, undefined);
  match(own({ operands: ["10.0.0.5", "169.254.1.1"] }).notes.join(), /one link only/);
});

Deno.test("ownName() passes on the note of the detection only when it was used", () => {
  const given = { detected: ["127.0.0.1"], note: "nothing found" };
  deepEqual(own(given).notes, ["nothing found"]);
  deepEqual(own({ ...given, name: "n1@10.0.0.5" }).notes, []);
});

Deno.test("ownName() keeps the first eight addresses and says so", () => {
  const detected = Array.from({ length: 12 }, (_, index) => `10.0.0.${index + 1}`);
  equal(own({ detected }).addresses(1).length, 8);
  match(own({ detected }).notes.join(), /12 addresses, peers are told the first 8/);
});

Deno.test("ownName() finds a legal name when the address cannot stand in one", () => {
  equal(own({ name: "n1", operands: ["fe80::1%eth0", "10.0.0.5"] }).name, "n1@10.0.0.5");
  equal(own({ name: "n1", operands: ["fe80::1%eth0"] }).name, "n1@localhost");
});

Deno.test("machineName() makes any host name legal", () => {
  const names = ["web-1.example.com", "-a-", ".", "", "日本", "x".repeat(300), "a b"];
  deepEqual(names.map(machineName), [
    "web-1.example.com",
    "a",
    "node",
    "node",
    "node",
    "x".repeat(100),
    "a-b",
  ]);
});
