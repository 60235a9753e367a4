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
import { ownCookies } from "../../lib/own_cookie.ts";
import { randomText } from "../../lib/random_bytes.ts";
import { openDirectoryRegistry } from "../../lib/registry/directory/directory.ts";
import { needing } from "../permissions.ts";
import { withReplaced } from "../support/replacing.ts";
import { ManualClock } from "../support/manual_clock.ts";

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

function withFailing(
  holder: object,
  name: string,
  error: () => Error,
  work: () => Promise<void>,
): Promise<void> {
  return withReplaced(holder, name, failing(name, error), work);
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
  ...needing(
    "ownCookies() tries again what the system refuses, and says so in one sentence",
    "read",
    "write",
    "sys",
  ),
  async fn() {
    const folder = await Deno.makeTempDir();
    const options = { cookies: [], startTimeoutMs: 1200 };
    const { signal } = new AbortController();
    for (const error of errors) {
      const clock = new ManualClock();
      const path = `${folder}/nodes`;
      await using registry = openDirectoryRegistry({ path, cluster: "default", clock, randomText });
      let tries = 0;
      let hasFailed = Promise.withResolvers<void>();
      const { getOrCreateCookie } = registry;
      registry.getOrCreateCookie = (minted, signal) => {
        tries++;
        const answer = getOrCreateCookie.call(registry, minted, signal);
        answer.catch(hasFailed.resolve);
        return answer;
      };
      const told: string[] = [];
      const log = { warning: (message: string) => void told.push(message) };
      await withFailing(Deno.FsFile.prototype, "lock", error, async () => {
        const asked = ownCookies({ options, registry, log, clock, signal });
        const refused = assert.rejects(asked, (thrown) => {
          assert.ok(thrown instanceof RegistryError, Deno.inspect(thrown));
          assert.match(thrown.message, /^The registry could not be used within .*: Cannot read or/);
          assert.doesNotMatch(thrown.message, /os error|\n/);
          return true;
        });
        for (const passMs of [500, 500, 200]) {
          await hasFailed.promise;
          hasFailed = Promise.withResolvers();
          await clock.passGradually(passMs);
        }
        await refused;
      });
      assert.equal(tries, 3);
      assert.match(told.join("\n"), /^The registry cannot be used yet, trying again: .*$/);
    }
    await Deno.remove(folder, { recursive: true });
  },
});
