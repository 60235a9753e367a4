import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import { UsageError } from "../../lib/core/base/errors.ts";
import { configFileOf, gatherOptions, resolveOptions } from "../../lib/options/options.ts";
import type { NodeOptions, OptionInput } from "../../lib/options/options.ts";
import { addressesMax, tagsMax } from "../../lib/core/members/row.ts";

const nothing: OptionInput = {
  flags: {},
  operands: [],
  environment: {},
  config: undefined,
  registryUrlFault: (url) => url.includes("://") ? undefined : "it has no scheme",
};

function resolve(input: Partial<OptionInput>): NodeOptions {
  return resolveOptions({ ...nothing, ...input }).options;
}

function faultsOf(input: Partial<OptionInput>): readonly string[] {
  return gatherOptions({ ...nothing, ...input }).faults;
}

Deno.test("resolveOptions() gives the defaults of the contract when nothing is given", () => {
  deepEqual(resolve({}), {
    name: undefined,
    addresses: [],
    cluster: "default",
    tags: {},
    registries: ["file:///tmp/sync_dir"],
    cookies: [],
    cookieFiles: [],
    startTimeoutMs: 30_000,
    leaveTimeoutMs: 5000,
    listen: { host: "0.0.0.0", port: 0 },
    advertise: [],
    intervalMs: 1000,
    profile: "lan",
    mesh: "auto",
    beam: false,
    beamCookie: undefined,
    beamListen: { host: "0.0.0.0", port: 0 },
    beamEpmd: { host: "0.0.0.0", port: 0 },
    http: undefined,
    httpTokenFile: undefined,
    httpOpen: false,
    status: "auto",
    after: [],
    ready: undefined,
    readyIntervalMs: 1000,
    readyTimeoutMs: 1000,
    servicePort: undefined,
    restart: { kind: "no" },
    successCodes: [],
    rewrites: [],
    historyFile: undefined,
    historyKeepMs: undefined,
    drainMs: 0,
    stopTimeoutMs: 8000,
    subreaper: false,
    logFile: "/tmp/log/cluster.log",
    logFormat: "text",
    logTime: "auto",
    logLevel: "info",
    logMaxSizeBytes: 10_000_000,
    logFilesMax: 5,
    record: undefined,
    configFile: undefined,
  });
});

Deno.test("resolveOptions() listens on loopback alone if that is all that a node is called", () => {
  const everywhere = { host: "0.0.0.0", port: 0 };
  const listens = (name: string, given: Partial<OptionInput> = {}): string => {
    const { listen, beamListen, beamEpmd } = resolve({
      ...given,
      flags: { name: [name], ...given.flags },
    });
    deepEqual(beamEpmd, beamListen, "EPMD is served where its node listens");
    deepEqual(listen, beamListen);
    return `${listen.host}:${listen.port}`;
  };
  equal(listens("n1@127.0.0.1"), "127.0.0.1:0");
  equal(listens("n1@127.0.0.5"), "127.0.0.5:0");
  equal(listens("n1@localhost"), "127.0.0.1:0");
  equal(listens("n1@127.0.0.1 127.0.0.2", { operands: ["::1"] }), "127.0.0.1:0");
  for (const name of ["n1", "n1@10.0.0.5", "n1@host.test", "n1@127.0.0.1 10.0.0.5"]) {
    equal(listens(name), "0.0.0.0:0", name);
  }
  equal(listens("n1@127.0.0.1", { operands: ["10.0.0.5"] }), "0.0.0.0:0");
  equal(listens("n1@127.0.0.1", { flags: { advertise: ["127.0.0.1:4000"] } }), "0.0.0.0:0");
  const told = resolve({
    flags: { name: ["n1@127.0.0.1"], listen: ["0.0.0.0"] },
    environment: { CLUSTERNODE_BEAM_LISTEN: "0.0.0.0:0" },
    config: { beamEpmd: "none" },
  });
  deepEqual([told.listen, told.beamListen, told.beamEpmd], [everywhere, everywhere, undefined]);
});

Deno.test("resolveOptions() prefers flag to environment to file to default", () => {
  const config = { interval: "4s" };
  const environment = { CLUSTERNODE_INTERVAL: "3s" };
  const flags = { interval: ["9s", "2s"] };
  equal(resolve({ config, environment, flags }).intervalMs, 2000);
  equal(resolve({ config, environment }).intervalMs, 3000);
  equal(resolve({ config, environment: { CLUSTERNODE_INTERVAL: "" } }).intervalMs, 4000);
  equal(resolve({}).intervalMs, 1000);
});

Deno.test("resolveOptions() does not mix cookies of one source with files of another", () => {
  const environment = { CLUSTERNODE_COOKIE: "from environment", CLUSTERNODE_COOKIE_FILE: "/a:/b" };
  const both = resolve({ environment });
  deepEqual([both.cookies, both.cookieFiles], [["from environment"], ["/a", "/b"]]);
  const flagged = resolve({ environment, flags: { cookieFile: ["/c"] } });
  deepEqual([flagged.cookies, flagged.cookieFiles], [[], ["/c"]]);
});

Deno.test("resolveOptions() takes a cookie without the line break at its end, and of one line", () => {
  for (const text of ["secret", "secret\n", "secret\r\n"]) {
    deepEqual(resolve({ environment: { CLUSTERNODE_COOKIE: text } }).cookies, ["secret"]);
  }
  for (const text of ["a\nb", "a\rb\n", "a\n\n", "\na"]) {
    throws(
      () => resolve({ environment: { CLUSTERNODE_COOKIE: text } }),
      /CLUSTERNODE_COOKIE.*: it must be one line, it has a line break inside/,
    );
  }
});

Deno.test("resolveOptions() takes lists apart in the environment as documented", () => {
  const options = resolve({
    environment: {
      CLUSTERNODE_REGISTRY: "etcd://h1:1,h2:2,file:///x redis://h",
      CLUSTERNODE_ADVERTISE: "10.0.0.5, [fd00::5]:4000",
      CLUSTERNODE_TAGS: "a=b,c=d=e",
      CLUSTERNODE_COOKIE: "with spaces, and commas",
    },
  });
  deepEqual(options.registries, ["etcd://h1:1,h2:2", "file:///x", "redis://h"]);
  deepEqual(options.advertise, [{ host: "10.0.0.5", port: 0 }, { host: "fd00::5", port: 4000 }]);
  deepEqual(options.tags, { a: "b", c: "d=e" });
  deepEqual(options.cookies, ["with spaces, and commas"]);
});

Deno.test("resolveOptions() reads lists, objects and numbers of a configuration file", () => {
  const config = {
    registry: ["file:///a", "file:///b"],
    tags: { zone: "eu,1" },
    advertise: "10.0.0.5,10.0.0.6",
    logMaxFiles: 7,
    logFile: "none",
  };
  const options = resolve({ config });
  deepEqual(options.registries, ["file:///a", "file:///b"]);
  deepEqual(options.tags, { zone: "eu,1" });
  equal(options.advertise.length, 2);
  equal(options.logFilesMax, 7);
  equal(options.logFile, undefined);
  deepEqual(resolve({ config: { tags: ["a=b"] } }).tags, { a: "b" });
});

Deno.test("resolveOptions() tells wrong values of a configuration file by their key", () => {
  const faults = faultsOf({
    config: {
      interval: 5,
      name: 5,
      profile: null,
      registry: [5],
      tags: { a: 1 },
      intervl: "1s",
      config: "x",
      cookie: {},
    },
  });
  deepEqual(faults.map((fault) => /^config key "\w+"/.exec(fault)?.[0]).sort(), [
    'config key "config"',
    'config key "cookie"',
    'config key "interval"',
    'config key "intervl"',
    'config key "name"',
    'config key "profile"',
    'config key "registry"',
    'config key "tags"',
  ]);
  ok(faults.some((fault) => fault.includes('did you mean "interval"?')));
  for (const config of [null, [], "x", 5]) match(faultsOf({ config })[0] ?? "", /JSON object/);
  const odd = faultsOf({ config: { tags: { "a=b": "c" } } });
  match(odd.join(), /^config key "tags" .*: its key "a=b" must be without =$/);
});

Deno.test("resolveOptions() takes names in full, in part, and with addresses behind them", () => {
  const whole = resolve({ flags: { name: "n1@10.0.0.5" }, operands: ["10.0.0.6", "fd00::1"] });
  deepEqual([whole.name, whole.addresses], ["n1@10.0.0.5", ["10.0.0.6", "fd00::1"]]);
  deepEqual(resolve({ flags: { name: "n1" } }).name, { local: "n1" });
  const spread = resolve({ environment: { CLUSTERNODE_NAME: "n1@10.0.0.5 10.0.0.6 " } });
  deepEqual([spread.name, spread.addresses], ["n1@10.0.0.5", ["10.0.0.6"]]);
});

Deno.test("resolveOptions() says what is wrong with a name", () => {
  const reasons: Readonly<Record<string, RegExp>> = {
    "n1@": /after @ is empty/,
    "@h": /before @ is empty/,
    "n 1@h": /must be IP addresses, "1@h" is not/,
    "n1@10.0.0.5:4000": /has a port; .*the port where the node listens/,
    "n1@0.0.0.0": /not an address that peers can dial/,
    "n1@a:b": /not an address that peers can dial/,
    "-n@h": /must not begin with/,
    [`n@${"h".repeat(250)}`]: /longer than 200 bytes/,
  };
  for (const [name, reason] of Object.entries(reasons)) {
    const faults = faultsOf({ flags: { name } });
    equal(faults.length, 1, name);
    match(faults[0] ?? "", /^--name "/);
    match(faults[0] ?? "", reason);
  }
});

Deno.test("resolveOptions() refuses operands that are no IP addresses", () => {
  deepEqual(faultsOf({ operands: ["10.0.0.5", "foo", "10.0.0.5:1"] }), [
    'operand "foo": it must be an IP address, a further one of this node',
    'operand "10.0.0.5:1": it must be an IP address, a further one of this node',
  ]);
});

Deno.test("resolveOptions() never shows a cookie or a password", () => {
  const faults = [
    ...faultsOf({ flags: { cookie: ["hunter2".repeat(200), ""] } }),
    ...faultsOf({ flags: { registry: ["redis:me:hunter2@h", "no?secretKey=hunter2"] } }),
    ...faultsOf({ config: { cookie: ["hunter2", 5], registry: { a: "//u:hunter2@h" } } }),
  ];
  equal(faults.length, 6);
  equal(faults.join().includes("hunter2"), false);
  equal(faults[0], "--cookie (not shown): it must be 1 to 1024 bytes long, it has 1400");
});

Deno.test("resolveOptions() holds tags, registries and addresses to their limits", () => {
  const tags = (many: number): string[] =>
    Array.from({ length: many }, (_, index) => `k${index}=v`);
  equal(Object.keys(resolve({ flags: { tags: tags(tagsMax) } }).tags).length, tagsMax);
  match(faultsOf({ flags: { tags: tags(tagsMax + 1) } })[0] ?? "", /^--tag: at most 32/);
  match(faultsOf({ flags: { tags: ["a=1", "a=2"] } })[0] ?? "", /"a" is given twice/);
  const large = tags(tagsMax).map((tag) => tag + "ü".repeat(200));
  match(faultsOf({ flags: { tags: large } })[0] ?? "", /at most 8192 bytes/);
  equal(faultsOf({ flags: { tags: [`${"k".repeat(64)}=${"v".repeat(256)}`] } }).length, 0);
  equal(faultsOf({ flags: { tags: [`${"k".repeat(65)}=v`, `k=${"v".repeat(257)}`] } }).length, 2);
  const advertise = Array.from({ length: addressesMax + 1 }, (_, index) => `10.0.0.${index + 1}`);
  match(faultsOf({ flags: { advertise } })[0] ?? "", /^--advertise: at most 8 are legal, 9/);
});

Deno.test("resolveOptions() refuses a registry that is given twice, without showing it", () => {
  for (const again of ["file:///tmp/x", "FILE:///tmp/x", "file:///tmp/x/"]) {
    deepEqual(faultsOf({ flags: { registry: ["file:///tmp/x", "file:///tmp/y", again] } }), [
      "--registry: the same registry is given twice, as number 1 and 3",
    ]);
  }
  const registry = Array.from({ length: 9 }, (_, index) => `file:///${index}`);
  match(faultsOf({ flags: { registry } })[0] ?? "", /^--registry: at most 8 are legal, 9/);
});

Deno.test("resolveOptions() sees a flag where the value of another is missing", () => {
  deepEqual(faultsOf({ flags: { interval: "--name" } }), [
    '--interval "--name": its value is missing',
  ]);
});

Deno.test("resolveOptions() ignores options that the command does not take", () => {
  const input = { environment: { CLUSTERNODE_INTERVAL: "x" }, config: { listen: "?" } };
  equal(faultsOf({ ...input, command: "members" }).length, 0);
  equal(faultsOf(input).length, 2);
});

Deno.test("resolveOptions() throws all faults at once when there are any", () => {
  throws(
    () => resolve({ flags: { interval: "x", listen: "y:z" }, operands: ["w"] }),
    (error) => error instanceof UsageError && error.faults.length === 3,
  );
});

Deno.test("configFileOf() finds the file in the flag first, then in the environment", () => {
  const environment = { CLUSTERNODE_CONFIG: "/b" };
  equal(configFileOf({ flags: {}, environment: {} }), undefined);
  equal(configFileOf({ flags: {}, environment: { CLUSTERNODE_CONFIG: "" } }), undefined);
  deepEqual(configFileOf({ flags: {}, environment }), {
    path: "/b",
    source: "CLUSTERNODE_CONFIG",
  });
  deepEqual(configFileOf({ flags: { config: ["/x", "/a"] }, environment }), {
    path: "/a",
    source: "--config",
  });
});
