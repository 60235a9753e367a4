/**
 * Every kind of error that a system can give, wherever the doctor or a start asks it something.
 *
 * @module
 */
import assert from "node:assert/strict";
import { systemClock } from "../../lib/clock.ts";
import { RegistryError } from "../../lib/core/base/errors.ts";
import { examine } from "../../lib/doctor/examine.ts";
import type { DoctorOptions } from "../../lib/doctor/patient.ts";
import { startNode } from "../../lib/mod.ts";
import { openRegistry } from "../../lib/registry/mod.ts";
import { rowOf } from "../registry/rows.ts";
import { needing } from "../permissions.ts";

/** As the runtime throws them: of most it knows no name, only the number in the text. */
const errors: readonly (() => Error)[] = [
  () => Object.assign(new Error("Input/output error (os error 5): x"), { code: "EIO" }),
  () => Object.assign(new Error("No space left on device (os error 28)"), { code: "ENOSPC" }),
  () => new Deno.errors.NotFound("No such file or directory (os error 2): x"),
  () => new Deno.errors.PermissionDenied("Permission denied (os error 13): x"),
  () => new Deno.errors.NotCapable(`Requires access to "x", run again with the --allow-x flag`),
  ...[
    "No locks available (os error 37)",
    "Function not implemented (os error 38)",
    "Host is down (os error 112)",
    "Stale file handle (os error 116): rename 'a' -> 'b'",
    "Remote I/O error (os error 121)",
    "Disk quota exceeded (os error 122): mkdir 'x'",
    "Unknown error 999 (os error 999)",
  ].map((text) => () => new Error(text)),
  () =>
    Object.assign(new Error("UNKNOWN: unknown error, open 'x'"), { code: "UNKNOWN", errno: -116 }),
];

/** Holders of what asks the system, and its names. */
const asked: readonly (readonly [holder: object, names: readonly string[]])[] = [
  [Deno, [
    ...["open", "stat", "lstat", "readDir", "mkdir", "writeFile", "writeTextFile", "rename"],
    ...["remove", "readTextFile", "networkInterfaces", "hostname", "uid", "listen", "connect"],
    "watchFs",
  ]],
  [Deno.FsFile.prototype, ["lock", "sync", "stat", "read", "write"]],
];

/** What a call is that fails with `error`, wherever its answer is expected. */
function failing(name: string, error: () => Error): () => unknown {
  if (name === "readDir") {
    return () => ({
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(error()) }),
    });
  }
  const isSync = ["networkInterfaces", "hostname", "uid", "listen", "watchFs"].includes(name);
  return isSync
    ? () => {
      throw error();
    }
    : () => Promise.reject(error());
}

async function withFailing(
  holder: object,
  name: string,
  error: () => Error,
  work: () => Promise<void>,
): Promise<void> {
  const before = Object.getOwnPropertyDescriptor(holder, name) ?? assert.fail(name);
  Object.defineProperty(holder, name, { value: failing(name, error), configurable: true });
  try {
    await work();
  } finally {
    Object.defineProperty(holder, name, before);
  }
}

/** Each call with an error without a name, and each error where locks are asked for. */
const cases = [
  ...asked.flatMap(([holder, names]) =>
    names.flatMap((name) =>
      [8, 4].map((index) => [holder, name, errors[index] as () => Error] as const)
    )
  ),
  ...errors.map((error) => [Deno.FsFile.prototype, "lock", error] as const),
  ...errors.map((error) => [Deno, "open", error] as const),
];

Deno.test({
  ...needing(
    "examine() tells every error of the system as a finding",
    "read",
    "write",
    "net",
    "sys",
    "env",
  ),
  async fn() {
    const folder = await Deno.makeTempDir();
    const options: DoctorOptions = {
      name: undefined,
      addresses: [],
      cluster: "default",
      registries: [`${folder}/nodes`],
      cookies: [],
      cookieFiles: [`${folder}/cookie`],
      listen: { host: "127.0.0.1", port: 0 },
      advertise: [],
      profile: "lan",
      logFile: `${folder}/log/x.log`,
      beam: false,
      beamListen: { host: "127.0.0.1", port: 0 },
      beamEpmd: undefined,
    };
    const { signal } = new AbortController();
    for (const [holder, name, error] of cases) {
      await withFailing(holder, name, error, async () => {
        const { findings } = await examine({ options, clock: systemClock, signal });
        for (const { text } of findings) {
          assert.doesNotMatch(text, /os error|\n| at file:/, `${name}: ${text}`);
        }
      });
    }
    await Deno.remove(folder, { recursive: true });
  },
});

Deno.test({
  ...needing("openRegistry() says in one sentence what the system refuses", "read", "write", "sys"),
  async fn() {
    const folder = await Deno.makeTempDir();
    const { signal } = new AbortController();
    for (const error of errors) {
      await using registry = await openRegistry(`${folder}/nodes`);
      await withFailing(Deno.FsFile.prototype, "lock", error, async () => {
        await assert.rejects(registry.write(rowOf("n1@127.0.0.1"), undefined, signal), (thrown) => {
          assert.ok(thrown instanceof RegistryError, Deno.inspect(thrown));
          assert.match(thrown.message, /^Cannot write /);
          assert.doesNotMatch(thrown.message, /os error|\n/);
          return true;
        });
      });
    }
    await Deno.remove(folder, { recursive: true });
  },
});

Deno.test({
  ...needing(
    "startNode() tries again what the system refuses, and ends with that in one sentence",
    "read",
    "write",
    "net",
    "sys",
    "env",
  ),
  async fn() {
    const folder = await Deno.makeTempDir();
    const [error] = errors as [() => Error];
    let tries = 0;
    const counted = (): Error => {
      tries++;
      return error();
    };
    await withFailing(Deno.FsFile.prototype, "lock", counted, async () => {
      const started = startNode({
        registry: `${folder}/nodes`,
        name: "n1@127.0.0.1",
        listen: "127.0.0.1:0",
        startTimeout: "2s",
        logFile: "none",
      });
      await assert.rejects(started, (thrown) => {
        assert.ok(thrown instanceof RegistryError, Deno.inspect(thrown));
        assert.match(thrown.message, /^The registry could not be used within .*: Cannot read or/);
        assert.doesNotMatch(thrown.message, /os error|\n/);
        return true;
      });
    });
    assert.ok(tries > 1, `${tries}`);
    await Deno.remove(folder, { recursive: true });
  },
});
