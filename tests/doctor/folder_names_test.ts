/**
 * Folders on file systems that do not take all names of nodes, by what such a system answers.
 *
 * @module
 */
import { deepEqual, match } from "node:assert/strict";
import { systemClock } from "../../lib/clock.ts";
import type { NodeName } from "../../lib/core/base/name.ts";
import type { Finding } from "../../lib/doctor/finding.ts";
import type { DoctorOptions } from "../../lib/doctor/patient.ts";
import { tryRegistry } from "../../lib/doctor/registry_trial.ts";
import { judgeNames } from "../../lib/doctor/storage.ts";
import { needing } from "../permissions.ts";
import { withReplaced } from "../support/replacing.ts";

/** What the trial of a folder finds, and what it leaves there. */
async function trialOf(
  name?: NodeName,
): Promise<{ readonly findings: readonly Finding[]; readonly left: readonly string[] }> {
  const folder = await Deno.makeTempDir();
  const options: DoctorOptions = {
    name,
    addresses: [],
    cluster: "default",
    registries: [folder],
    cookies: [],
    cookieFiles: [],
    listen: { host: "127.0.0.1", port: 0 },
    advertise: [],
    profile: "lan",
    logFile: "none",
    beam: false,
    beamListen: { host: "127.0.0.1", port: 0 },
    beamEpmd: undefined,
  };
  const { signal } = new AbortController();
  const { findings } = await tryRegistry({ options, clock: systemClock, signal });
  const left = await Array.fromAsync(Deno.readDir(folder), (entry) => entry.name);
  await Deno.remove(folder, { recursive: true });
  return { findings: findings.filter(({ id }) => id === "registry-storage"), left };
}

/** Does `work` while `Deno[name]` is asked of `replace` of the path, or answers as that throws. */
function withPaths<T>(
  name: "lstat" | "writeTextFile",
  replace: (path: string) => string,
  work: () => Promise<T>,
): Promise<T> {
  const before = Deno[name];
  const replacing = async (path: string, ...more: []): Promise<unknown> =>
    await (before as (path: string, ...more: unknown[]) => Promise<unknown>)(
      replace(path),
      ...more,
    );
  return withReplaced(Deno, name, replacing, work);
}

/** The row of the trial is found under its name in capitals, too. */
const withoutCase = (path: string): string => {
  const cut = path.lastIndexOf("/");
  const file = path.slice(cut);
  return file === file.toUpperCase() ? path.slice(0, cut) + file.toLowerCase() : path;
};

const withoutColons = (path: string): string => {
  if (path.includes(":")) throw new Error(`Invalid argument (os error 22): open '${path}'`);
  return path;
};

const permissions = ["read", "write", "sys", "env"] as const;

Deno.test({
  ...needing("tryRegistry() says nothing of names where all can be had", ...permissions),
  async fn() {
    deepEqual(await trialOf("n1@fd00::1" as NodeName), { findings: [], left: [] });
  },
});

Deno.test({
  ...needing("tryRegistry() finds a file system without case, and leaves nothing", ...permissions),
  async fn() {
    const { findings, left } = await withPaths("lstat", withoutCase, () => trialOf());
    deepEqual(findings, judgeNames({ ignoresCase: true, refusesColons: false }, undefined));
    deepEqual(left, []);
  },
});

Deno.test({
  ...needing(
    "tryRegistry() finds a file system without colons, and leaves nothing",
    ...permissions,
  ),
  async fn() {
    const { findings, left } = await withPaths("writeTextFile", withoutColons, () => trialOf());
    deepEqual(findings, judgeNames({ ignoresCase: false, refusesColons: true }, undefined));
    deepEqual(left, []);
  },
});

Deno.test("judgeNames() says what names to give", () => {
  deepEqual(judgeNames({ ignoresCase: false, refusesColons: false }, "n1@fd00::1" as NodeName), []);
  const [noCase, noColon] = judgeNames(
    { ignoresCase: true, refusesColons: true },
    "n1@h" as NodeName,
  );
  match(noCase?.text ?? "", /takes names that differ in their case alone for one file$/);
  match(noCase?.level === "warning" ? noCase.whatToDo : "", /differ in more than their case/);
  match(noColon?.text ?? "", /takes no colon in the name of a file$/);
  match(noColon?.level === "warning" ? noColon.whatToDo : "", /a --name without one$/);
});

Deno.test("judgeNames() calls it a fault when the node itself has a colon in its name", () => {
  const [own] = judgeNames({ ignoresCase: false, refusesColons: true }, "n1@fd00::1" as NodeName);
  deepEqual(own?.level, "fault");
  match(own?.text ?? "", /no colon in the name of a file, so n1@fd00::1 cannot start$/);
});
