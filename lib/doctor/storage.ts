/**
 * What the storage of the registry looks like from outside, as findings: space, clusters next door,
 * and what lies there that is no row.
 *
 * @module
 */
import type { FolderFacts, NameFacts, NeighbourCluster } from "./registry_folder.ts";
import type { Listing } from "../registry/registry.ts";
import type { DoctorOptions } from "./patient.ts";
import { counted, fault, finding, fine, warning } from "./finding.ts";
import type { Finding } from "./finding.ts";

/** Below this a registry or a log soon has no room, in bytes. */
export const freeMinBytes = 10_000_000;

/** A listing that takes longer is worth a warning, in milliseconds. */
const slowListingMs = 500;

/** ForeignEntries told one by one; the rest is counted. */
const foreignEntriesShown = 5;

/** How the registry answered. */
export function judgeListing(url: string, { rows }: Listing, tookMs: number): Finding {
  const text = `${url} answers: ${counted(rows.length, "row")}, listed in ${tookMs} ms`;
  return tookMs <= slowListingMs ? fine("registry", text) : warning(
    "registry",
    `${text}, which is slow`,
    "See what slows the storage down; nodes go on by pings meanwhile, but meet later",
  );
}

/** What the folder tells. */
export function judgeFolder(facts: FolderFacts): Finding[] {
  const { path, exists, parentExists, freeBytes } = facts;
  const findings: Finding[] = [];
  if (!exists) findings.push(judgeMissing(path, parentExists));
  if (freeBytes !== undefined && freeBytes < freeMinBytes) {
    findings.push(warning(
      "registry-storage",
      `There is little space left in ${path}: ${megabytes(freeBytes)}`,
      "Free some space there",
    ));
  }
  return findings;
}

function judgeMissing(path: string, parentExists: boolean): Finding {
  const text = `There is no folder ${path} yet; the first node creates it`;
  return parentExists ? fine("registry-storage", text) : warning(
    "registry-storage",
    `${text}, and the one above`,
    "Correct --registry if that is a slip; mount the network drive if it should be on one",
  );
}

/** Which names the folder does not keep apart, or does not take; `own` is the name that was given. */
export function judgeNames(
  { ignoresCase, refusesColons }: NameFacts,
  own: DoctorOptions["name"],
): Finding[] {
  const findings: Finding[] = [];
  if (ignoresCase) {
    findings.push(warning(
      "registry-storage",
      "The file system of the registry takes names that differ in their case alone for one file",
      "Give the nodes names that differ in more than their case: of N1 and n1 only one can start",
    ));
  }
  if (refusesColons) {
    const isOwn = typeof own === "string" && own.includes(":");
    const text = "The file system of the registry takes no colon in the name of a file";
    findings.push(
      isOwn
        ? fault("registry-storage", `${text}, so ${own} cannot start`, "Give --name without one")
        : warning("registry-storage", text, "Give nodes at IPv6 addresses a --name without one"),
    );
  }
  return findings;
}

/** Other clusters next to `cluster`. */
export function judgeNeighbours(
  cluster: string,
  ownRows: number,
  neighbours: readonly NeighbourCluster[],
): Finding[] {
  if (neighbours.length === 0) return [];
  const names = neighbours.map(({ name, rows }) => `${name} (${counted(rows, "row")})`).join(", ");
  const [first] = neighbours;
  return [
    ownRows > 0 ? fine("clusters", `The registry holds other clusters, too: ${names}`) : warning(
      "clusters",
      `Nobody is registered in the cluster ${cluster}, but there are ${names}`,
      `Give --cluster ${first?.name} if that is the one that is meant`,
    ),
  ];
}

/** What lies in the registry and is no row of ours; `beam` if the pulse is to be shared. */
export function judgeOddities({ foreignEntries, timestamps }: Listing, beam: boolean): Finding[] {
  const findings = foreignEntries.slice(0, foreignEntriesShown).map(({ key, reason }) =>
    warning(
      "rows",
      `${key} in the registry is no row: ${reason}`,
      "Remove it if nobody needs it; nodes leave it alone",
    )
  );
  if (foreignEntries.length > foreignEntriesShown) {
    const more = foreignEntries.length - foreignEntriesShown;
    const text = `${counted(more, "further entry", "further entries")} of the registry are no rows`;
    findings.push(warning("rows", text, "See whether --registry names the right place"));
  }
  if (timestamps.length > 0) {
    const shown = timestamps.slice(0, foreignEntriesShown).map(({ name }) => name).join(", ");
    const names = timestamps.length > foreignEntriesShown ? `${shown}, …` : shown;
    const text = `${counted(timestamps.length, "row")} of Elixir nodes, timestamps alone: ${names}`;
    findings.push(finding(
      "rows",
      beam ? "ok" : "warning",
      text,
      "Start clusternodes with --beam to share the pulse with them; remove the files of those " +
        "that are gone",
    ));
  }
  return findings;
}

/** `3.4 MB`, for people. */
export function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
