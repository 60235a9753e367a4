/**
 * Does the storage keep what a registry promises? Tried in a cluster of its own, whose name nobody
 * else uses, so that no running node ever sees it; in the end it is gone again.
 *
 * Two handles are opened, as two nodes would. Both are on this machine: what a network drive keeps
 * from other machines cannot be seen from here.
 *
 * @module
 */
import { sleep, withDeadline } from "../clock.ts";
import { RegistryError } from "../core/base/errors.ts";
import type { NodeName } from "../core/base/name.ts";
import { systemErrorWords } from "../core/base/system_error.ts";
import { rowVersion } from "../core/members/row.ts";
import type { Row } from "../core/members/row.ts";
import { FolderTrial, trialClusterPrefix } from "./registry_folder.ts";
import type { Registry, RowVersion } from "../registry/registry.ts";
import { randomText } from "../random_bytes.ts";
import { openRegistryOf } from "../start.ts";
import { fault, fine, warning } from "./finding.ts";
import type { Finding } from "./finding.ts";
import { folderOf } from "./patient.ts";
import type { DoctorOptions, Patient } from "./patient.ts";
import { remedyFor } from "./remedies.ts";
import { judgeNames } from "./storage.ts";

/** How long the trial may take, in milliseconds. */
const trialTimeoutMs = 10_000;

/** How long clearing away may take, in milliseconds. */
const clearTimeoutMs = 3_000;

/** How long a second handle is given to see a write, beyond what the storage admits. */
const visibleWithinMs = 2_000;

/** Time between two looks of the second handle, in milliseconds. */
const lookMs = 10;

/** No host can be called like that (RFC 2606). */
const name = "doctor@doctor.invalid" as NodeName;

/** What the trial showed. */
export interface TrialResult {
  readonly findings: readonly Finding[];
  /** The file system's clock minus this machine's in milliseconds, if the registry is a folder. */
  readonly storageSkewMs: number | undefined;
}

/** What is wrong with one of several registries was told when it was reached for. */
const nobody = { info: (): void => {}, warning: (): void => {} };

/** Writes, compares and removes. Leaves nothing behind, or says so. */
export async function tryRegistry(patient: Patient): Promise<TrialResult> {
  const cluster = `${trialClusterPrefix}${randomText()}`;
  const options = await answering(patient.options);
  const paths = options.registries.map(folderOf).filter((path) => path !== undefined);
  const folders = await Promise.all(paths.map((path) => FolderTrial.begin(path, cluster)));
  const one = await openRegistryOf({ ...options, cluster }, nobody);
  const other = await openRegistryOf({ ...options, cluster }, nobody);
  const trial = new Trial(patient, one, other, folders[0]);
  try {
    await trial.run();
  } catch (error) {
    trial.failed(error);
  } finally {
    // Waits for what was given up and is still under way: it must not come after the clearing.
    await Promise.all([one, other].map((registry) => registry[Symbol.asyncDispose]()));
  }
  const elsewhere = options.registries.filter((url) => folderOf(url) === undefined);
  const failures = await Promise.all([
    ...elsewhere.map((url) => removeRow({ ...options, registries: [url], cluster })),
    ...folders.map((folder) => clearFolder(patient, folder)),
  ]);
  const left = failures.find((failure) => failure !== undefined);
  if (left !== undefined && trial.hasWritten) {
    const text = `The trial's own cluster ${cluster} could not be removed: ${left}`;
    trial.findings.push(warning("registry-write", text, "Remove it by hand; no node looks at it"));
  }
  return trial;
}

/**
 * With those of several registries alone that answer: which ones do not is told already, and each
 * handle would wait for them anew.
 */
async function answering(options: DoctorOptions): Promise<DoctorOptions> {
  const { registries } = options;
  if (registries.length === 1) return options;
  const answers = await Promise.all(registries.map(async (url) => {
    const registry = await openRegistryOf({ ...options, registries: [url] }, nobody);
    try {
      return await registry.list(AbortSignal.timeout(trialTimeoutMs)).then(() => true, () => false);
    } finally {
      await registry[Symbol.asyncDispose]();
    }
  }));
  const answer = registries.filter((_, index) => answers[index]);
  return answer.length === 0 ? options : { ...options, registries: answer };
}

/** Why the trial's folders could not be removed, or `undefined`. */
async function clearFolder(
  { clock }: Patient,
  folder: FolderTrial,
): Promise<string | undefined> {
  try {
    await withDeadline(clock, clearTimeoutMs, "removing its folder", folder.clear());
    return undefined;
  } catch (error) {
    return systemErrorWords(error);
  }
}

/** Why the trial's row could not be removed, or `undefined`; with a handle that is not stuck. */
async function removeRow(options: DoctorOptions): Promise<string | undefined> {
  await using registry = await openRegistryOf(options, nobody);
  try {
    const signal = AbortSignal.timeout(clearTimeoutMs);
    const stored = await registry.read(name, signal);
    if (stored !== undefined) await registry.remove(name, stored.version, signal);
    return undefined;
  } catch (error) {
    return systemErrorWords(error);
  }
}

class Trial implements TrialResult {
  readonly findings: Finding[] = [];
  storageSkewMs: number | undefined;
  hasWritten = false;
  readonly #patient: Patient;
  readonly #one: Registry;
  readonly #other: Registry;
  readonly #folder: FolderTrial | undefined;
  /** Not the user's: a write that was given up may still come, so each is waited for. */
  readonly #signal = AbortSignal.timeout(trialTimeoutMs);
  #doing: "registry-write" | "registry-visibility" | "registry-compare" = "registry-write";

  constructor(patient: Patient, one: Registry, other: Registry, folder: FolderTrial | undefined) {
    this.#patient = patient;
    this.#one = one;
    this.#other = other;
    this.#folder = folder;
  }

  async run(): Promise<void> {
    const first = await this.#write();
    const { signal } = this.#patient;
    if (first === undefined || signal.aborted) return;
    this.#doing = "registry-visibility";
    await this.#see();
    if (signal.aborted) return;
    this.#doing = "registry-compare";
    const broken = await this.#compare(first);
    this.findings.push(
      broken === undefined
        ? fine(
          "registry-compare",
          "It compares before it sets: of two writers one wins, and a stale version is a conflict",
        )
        : fault(
          "registry-compare",
          `The registry does not compare before it sets: ${broken}`,
          "Do not share it between nodes, as two could take the same name; a network drive must " +
            "be mounted with working locks, without nolock",
        ),
    );
  }

  /** The storage, or the time, did not allow to go on. */
  failed(error: unknown): void {
    const isTimeout = error instanceof DOMException && error.name === "TimeoutError";
    if (!isTimeout && !(error instanceof RegistryError)) throw error;
    const text = isTimeout
      ? `The trial of the registry was given up: no answer within ${trialTimeoutMs} ms`
      : error.message;
    this.findings.push(fault(this.#doing, text, remedyFor(text)));
  }

  async #write(): Promise<RowVersion | undefined> {
    const { clock } = this.#patient;
    const begun = clock.now();
    const written = await this.#one.write(trialRow(1), undefined, this.#signal);
    this.hasWritten = true;
    if (written.kind === "conflict") {
      const text = "The registry refuses a row under a name that nobody has";
      this.findings.push(fault("registry-write", text, remedyFor(text)));
      return undefined;
    }
    const tookMs = clock.now() - begun;
    this.findings.push(fine("registry-write", `A row can be written and removed (${tookMs} ms)`));
    const writtenAt = await this.#folder?.writtenAt(name);
    if (writtenAt !== undefined) this.storageSkewMs = Math.round(writtenAt - clock.wallTime());
    const names = await this.#folder?.names(name);
    if (names !== undefined) this.findings.push(...judgeNames(names, this.#patient.options.name));
    return written.version;
  }

  async #see(): Promise<void> {
    const { clock } = this.#patient;
    const begun = clock.now();
    const limitMs = this.#other.stalenessMs + visibleWithinMs;
    let isSeen = false;
    while (!isSeen && !this.#patient.signal.aborted && clock.now() - begun <= limitMs) {
      isSeen = await this.#other.read(name, this.#signal) !== undefined;
      if (!isSeen) await sleep(clock, lookMs, this.#signal);
    }
    const tookMs = clock.now() - begun;
    this.findings.push(
      isSeen
        ? fine("registry-visibility", `A second handle here sees what one writes (${tookMs} ms)`)
        : fault(
          "registry-visibility",
          `A second handle here does not see within ${limitMs} ms what one has written`,
          "Switch off caching of attributes on a network drive (actimeo=1)",
        ),
    );
  }

  /** What is wrong, or `undefined`. */
  async #compare(first: RowVersion): Promise<string | undefined> {
    const [one, other, signal] = [this.#one, this.#other, this.#signal];
    const second = await one.write(trialRow(2), first, signal);
    if (second.kind !== "written") return "a write with the right version is refused";
    if (second.version === first) return "two writes have the same version";
    const stale = await other.write(trialRow(3), first, signal);
    if (stale.kind !== "conflict") return "a write with a stale version is accepted";
    const unseen = await other.write(trialRow(3), undefined, signal);
    if (unseen.kind !== "conflict") return "a write that expects no row goes over one";
    const race = await Promise.all([
      one.write(trialRow(4), second.version, signal),
      other.write(trialRow(5), second.version, signal),
    ]);
    const [winner, ...more] = race.filter(({ kind }) => kind === "written");
    if (winner?.kind !== "written") return "of two writers none wins";
    if (more.length > 0) return "of two writers both win";
    if (await other.remove(name, first, signal) !== "conflict") {
      return "a removal with a stale version is accepted";
    }
    if (await one.remove(name, winner.version, signal) !== "removed") {
      return "a removal with the right version is refused";
    }
    return await one.read(name, signal) === undefined ? undefined : "a removed row is still there";
  }
}

function trialRow(heartbeat: number): Row {
  const time = new Date(0).toISOString();
  return {
    version: rowVersion,
    name,
    instance: "0".repeat(32),
    incarnation: 0,
    heartbeat,
    heartbeatIntervalMs: 1000,
    addresses: [],
    state: "leaving",
    tags: {},
    startedAt: time,
    activeAt: time,
    software: "clusternode doctor",
  };
}
