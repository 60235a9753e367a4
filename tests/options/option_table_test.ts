import { deepEqual, equal, match, ok } from "node:assert/strict";
import { optionEntries, optionTable } from "../../lib/options/option_table.ts";
import { gatherOptions } from "../../lib/options/options.ts";
import { wrongValues } from "./wrong_values.ts";

const nothing = {
  flags: {},
  operands: [],
  environment: {},
  config: undefined,
  registryUrlFault: (url: string) =>
    url.startsWith("file:") ? undefined : "it must begin with file:",
};

for (const [key, entry] of optionEntries) {
  const [value, legal] = wrongValues[key];

  Deno.test(`resolveOptions() names ${entry.flag}, its value and what is legal`, () => {
    const sources: [string, ReturnType<typeof gatherOptions>][] = [
      [entry.flag, gatherOptions({ ...nothing, flags: { [key]: [value] } })],
      [entry.variable, gatherOptions({ ...nothing, environment: { [entry.variable]: value } })],
    ];
    if (entry.inConfigFile !== false) {
      const config = { [key]: value };
      sources.push([`config key "${key}"`, gatherOptions({ ...nothing, config })]);
    }
    for (const [source, { faults }] of sources) {
      equal(faults.length, 1, source);
      ok(faults[0]?.startsWith(`${source} `), faults[0]);
      const { secret, shown = (text: string) => text } = entry.type;
      ok(faults[0]?.includes(secret ? "(not shown)" : shown(value).slice(0, 80)));
      match(faults[0] ?? "", legal);
    }
  });

  Deno.test(`resolveOptions() refuses an empty ${entry.flag}`, () => {
    equal(gatherOptions({ ...nothing, flags: { [key]: [""] } }).faults.length, 1);
  });
}

Deno.test("resolveOptions() tells the faults of all options at once", () => {
  const flags = Object.fromEntries(
    Object.entries(wrongValues).map(([key, [value]]) => [key, [value]]),
  );
  equal(gatherOptions({ ...nothing, flags }).faults.length, optionEntries.length);
});

Deno.test("the option table uses each flag, variable and field once, spelt alike", () => {
  for (const column of ["flag", "variable", "field"] as const) {
    const values = optionEntries.map(([, entry]) => entry[column]);
    deepEqual(values, [...new Set(values)]);
  }
  for (const [key, entry] of optionEntries) {
    equal(
      entry.flag.replace(/^--/, "").replace(/-./g, (text) => text.charAt(1).toUpperCase()) +
        (key === "tags" ? "s" : ""),
      key,
    );
    // CLUSTERNODE_PORT is what Kubernetes sets if a service is called clusternode.
    const word = key === "port" ? "commandPort" : key;
    equal(entry.variable, `CLUSTERNODE_${word.replace(/[A-Z]/g, "_$&").toUpperCase()}`);
    match(entry.trade, /\.$/);
  }
});

Deno.test("the option table holds legal defaults", () => {
  const { values, faults } = gatherOptions(nothing);
  deepEqual(faults, []);
  equal(values.intervalMs, 1000);
  equal(optionTable.listen.default, "0.0.0.0:0");
});
