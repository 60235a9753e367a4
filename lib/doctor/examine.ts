/**
 * The examination: what can be looked at on its own is looked at side by side, and everything has a
 * deadline, so that the whole takes less than ten seconds whatever is wrong.
 *
 *     listing ──▶ trial of the storage ──────┐
 *             ├─▶ heartbeats ────────────────┤
 *             └─▶ cookie ──▶ peers, listening ├──▶ findings
 *     folder, log file ──────────────────────┘
 *
 * @module
 */
import { DeadlineError, withDeadline } from "../clock.ts";
import { RegistryError } from "../core/base/errors.ts";
import { systemErrorReason } from "../core/base/system_error.ts";
import { exposureOf } from "../files/secret_file.ts";
import type { Exposure } from "../files/secret_file.ts";
import type { Listing, Registry } from "../registry/registry.ts";
import { UntrustedStorage } from "../registry/common/storage_fault.ts";
import { openRegistryOf } from "../start.ts";
import { watchHeartbeats, watchMaxMs } from "./heartbeat_watch.ts";
import type { HeartbeatViews } from "./heartbeat_watch.ts";
import { judgeClocks } from "./clocks.ts";
import { judgeCookies } from "./cookie_checks.ts";
import { fault, warning } from "./finding.ts";
import type { CheckId, Finding } from "./finding.ts";
import { judgeLogFile } from "./log_file.ts";
import { examineNetwork } from "./network.ts";
import { registryFolder, within } from "./patient.ts";
import type { Patient } from "./patient.ts";
import { inspectFolder } from "./registry_folder.ts";
import type { FolderFacts } from "./registry_folder.ts";
import { tryRegistry } from "./registry_trial.ts";
import { remedyFor } from "./remedies.ts";
import { judgeFolder, judgeListing, judgeNeighbours, judgeOddities } from "./storage.ts";

/** How long a call to the registry or a look at the file system may take, in milliseconds. */
const lookTimeoutMs = 2_000;

/** Everything that was found. */
export interface Examination {
  /** In the order of the checks. */
  readonly findings: readonly Finding[];
  /** True if the registry did not answer at all. */
  readonly registryAway: boolean;
}

/** Examines the node that the options describe; leaves everything as it was. */
export async function examine(patient: Patient): Promise<Examination> {
  const { options, clock } = patient;
  const troubles: Finding[] = [];
  await using registry = await openRegistryOf(options, {
    info: () => {},
    warning: (text) => troubles.push(warning("registry", text, remedyFor(text))),
  });
  const [reached, folder, log] = await Promise.all([
    reach(patient, registry),
    lookIntoFolder(patient),
    looked(patient, "log-file", judgeLogFile(options.logFile)),
  ]);
  const { listing } = reached;
  const rows = listing?.rows ?? [];
  const heartbeats = watchHeartbeats(registry, rows, clock, within(watchMaxMs, patient));
  const trying = listing === undefined ? undefined : tryRegistry(patient);
  const people = checked(
    "peer",
    examinePeople(patient, registry, listing, folder.facts, heartbeats),
  );
  // Also when the user does not want to wait: the trial has to clear away what it wrote.
  await Promise.allSettled([trying, people]);
  const [trial, views] = [await trying, await heartbeats];
  const neighbours = folder.facts?.neighbours ?? [];
  const findings = [
    ...reached.findings,
    ...troubles,
    // Beside a registry that does not answer, what is well with its folder says nothing.
    ...folder.findings.filter(({ level }) => listing !== undefined || level !== "ok"),
    ...trial?.findings ?? [],
    ...listing === undefined ? [] : judgeOddities(listing, options.beam),
    ...judgeNeighbours(options.cluster, rows.length, neighbours),
    ...judgeClocks(views.values(), trial?.storageSkewMs),
    ...await people,
    ...log,
  ];
  return { findings, registryAway: listing === undefined };
}

/** The first listing, and how long it took. */
async function reach(
  patient: Patient,
  registry: Registry,
): Promise<{ readonly listing: Listing | undefined; readonly findings: readonly Finding[] }> {
  const { clock } = patient;
  const begun = clock.now();
  try {
    const listing = await registry.list(within(2 * lookTimeoutMs, patient));
    return { listing, findings: [judgeListing(registry.url, listing, clock.now() - begun)] };
  } catch (error) {
    if (patient.signal.aborted || !isExpected(error)) throw error;
    const text = error instanceof RegistryError
      ? error.message
      : `${registry.url} does not answer within ${2 * lookTimeoutMs} ms`;
    return { listing: undefined, findings: [fault("registry", ...textAndRemedy(error, text))] };
  }
}

/** What a registry says that does not answer, and what to do about it. */
function textAndRemedy(error: unknown, text: string): readonly [string, string] {
  if (!(error instanceof RegistryError && error.cause instanceof UntrustedStorage)) {
    return [text, remedyFor(text)];
  }
  const { remedy } = error.cause;
  return [
    text.slice(0, text.lastIndexOf(`; ${remedy}`)),
    `${remedy[0]?.toUpperCase()}${remedy.slice(1)}`,
  ];
}

/** A fault of the storage, or its deadline; anything else is a bug. */
function isExpected(error: unknown): boolean {
  return error instanceof RegistryError ||
    (error instanceof DOMException && error.name === "TimeoutError");
}

async function lookIntoFolder(
  patient: Patient,
): Promise<{ readonly facts: FolderFacts | undefined; readonly findings: readonly Finding[] }> {
  const path = registryFolder(patient.options);
  if (path === undefined) return { facts: undefined, findings: [] };
  let facts: FolderFacts | undefined;
  const look = async (): Promise<Finding[]> => {
    facts = await inspectFolder(path, patient.options.cluster);
    return judgeFolder(facts);
  };
  const findings = await looked(patient, "registry-storage", look());
  return { facts, findings };
}

/** A look at the file system that may hang. */
async function looked(
  { clock }: Patient,
  id: CheckId,
  work: Promise<Finding[]>,
): Promise<readonly Finding[]> {
  try {
    return await checked(id, withDeadline(clock, lookTimeoutMs, "the file system", work));
  } catch (error) {
    if (!(error instanceof DeadlineError)) throw error;
    return [fault(id, error.message, remedyFor(error.message))];
  }
}

/** What a check has found, also if the system refused what it asked: that is worth knowing, too. */
async function checked(id: CheckId, work: Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await work;
  } catch (error) {
    const reason = systemErrorReason(error);
    if (reason === undefined) throw error;
    return [fault(id, `The system did not let it be checked: ${reason}`, remedyFor(reason))];
  }
}

/** Who is there: the cookie, and with it the nodes. */
async function examinePeople(
  patient: Patient,
  registry: Registry,
  listing: Listing | undefined,
  folder: FolderFacts | undefined,
  heartbeats: Promise<HeartbeatViews>,
): Promise<Finding[]> {
  const { options } = patient;
  const given = options.cookies;
  let [minted, mintedFault]: (string | undefined)[] = [];
  if (listing !== undefined) {
    try {
      // Of several each may take that long, until one that is silent is left out.
      minted = await registry.cookie(within(2 * lookTimeoutMs, patient));
    } catch (error) {
      if (!isExpected(error)) throw error;
      mintedFault = error instanceof RegistryError
        ? error.message
        : `${registry.url} does not answer within ${2 * lookTimeoutMs} ms`;
    }
  }
  const rows = listing?.rows.map(({ row }) => row) ?? [];
  const files = options.cookieFiles;
  const exposures = await exposuresOf(files, minted === undefined ? undefined : folder);
  const facts = { given, minted, mintedFault, exposures, rows: rows.length };
  const own = given.length > 0 ? given : minted === undefined ? [] : [minted];
  return [
    // Without the registry there is nothing to say about a cookie that it may hold.
    ...given.length > 0 || listing !== undefined ? judgeCookies(facts) : [],
    ...await examineNetwork(patient, rows, own, heartbeats),
  ];
}

async function exposuresOf(
  given: readonly string[],
  folder: FolderFacts | undefined,
): Promise<Exposure[]> {
  const found = await Promise.all(given.map(exposureOf));
  const all = [...found, folder?.cookieExposure];
  return all.filter((exposure) => exposure !== undefined);
}
