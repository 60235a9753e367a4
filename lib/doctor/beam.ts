/**
 * Can this node share its pulse with BEAM nodes: may it be called so, can it listen for them, and do
 * they find it by the EPMD of this machine?
 *
 * @module
 */
import { formatAddress } from "../core/base/address.ts";
import type { Address } from "../core/base/address.ts";
import type { NodeName } from "../core/base/name.ts";
import { systemErrorWords } from "../core/base/system_error.ts";
import { beamNameFault } from "../options/option_beam.ts";
import { askOwnEpmd, beamNotes } from "../start_beam.ts";
import type { OwnEpmd } from "../start_beam.ts";
import { fault, fine, warning } from "./finding.ts";
import type { Finding } from "./finding.ts";
import { within } from "./patient.ts";
import type { DoctorOptions, Patient } from "./patient.ts";

/** How long EPMD may take to answer, in milliseconds: a node waits no longer for it. */
const epmdTimeoutMs = 2_000;

/** What was tried of the pulse with BEAM nodes. */
export interface BeamFacts {
  /** Why the node could not listen for them, or `undefined`. */
  readonly closed: string | undefined;
  readonly epmd: OwnEpmd;
}

/** Listens for BEAM nodes, closes again, and asks EPMD; `undefined` if no pulse is to be shared. */
export async function tryBeam(patient: Patient, name: NodeName): Promise<BeamFacts | undefined> {
  const { beam, beamListen, beamEpmd } = patient.options;
  if (!beam) return undefined;
  const epmd = await askOwnEpmd(name, beamEpmd, within(epmdTimeoutMs, patient));
  return { closed: tryPort(beamListen), epmd };
}

function tryPort({ host, port }: Address): string | undefined {
  try {
    Deno.listen({ hostname: host, port }).close();
    return undefined;
  } catch (error) {
    return systemErrorWords(error);
  }
}

/**
 * What to think of that.
 *
 * @param runsHere true if the node `name` runs on this machine already
 */
export function judgeBeam(
  { closed, epmd }: BeamFacts,
  options: Pick<DoctorOptions, "beamListen" | "cluster" | "registries">,
  name: NodeName,
  runsHere: boolean,
): Finding[] {
  const nameFault = beamNameFault(name);
  if (nameFault !== undefined) {
    const text = `With --beam ${name} cannot be the name: ${nameFault}`;
    return [fault("beam", text, "Choose another --name, or leave out --beam")];
  }
  const notes = beamNotes(name, options).map((note) =>
    warning("beam", note, "See whether --name and --cluster are those that are meant")
  );
  return [
    ...notes,
    judgePort(closed, options.beamListen, runsHere),
    judgeEpmd(epmd, name, runsHere),
  ];
}

function judgePort(closed: string | undefined, listen: Address, runsHere: boolean): Finding {
  const where = formatAddress(listen);
  if (closed !== undefined && !runsHere) {
    return fault(
      "beam",
      `The node cannot listen for BEAM nodes on ${where}: ${closed}`,
      "End the program that listens there, or choose another --beam-listen",
    );
  }
  return fine(
    "beam",
    listen.port === 0
      ? `A node can listen for BEAM nodes on ${listen.host} (any free port will do)`
      : `A node can listen for BEAM nodes on ${where} (given with --beam-listen)`,
  );
}

function judgeEpmd(epmd: OwnEpmd, name: NodeName, runsHere: boolean): Finding {
  const where = formatAddress(epmd.address);
  const lost = "so that no BEAM node finds this one";
  switch (epmd.kind) {
    case "unknown":
      return fine("beam", `The EPMD on ${where} answers`);
    case "known":
      return runsHere ? fine("beam", `The EPMD on ${where} knows ${name}`) : fault(
        "beam",
        `The EPMD on ${where} knows another node of the name ${name}, ${lost}`,
        "End that node, or choose another --name",
      );
    case "refused":
      return epmd.serve === undefined
        ? fault(
          "beam",
          `EPMD does not run on ${where}, ${lost}`,
          "Start it with epmd -daemon, or leave out --beam-epmd none",
        )
        : fine("beam", `EPMD does not run on ${where}, so the node serves it`);
    case "useless":
      return fault(
        "beam",
        `The EPMD on ${where} is of no use, ${lost}: ${epmd.detail}`,
        "End what listens there, and start epmd -daemon, or leave it to the node",
      );
    default:
      return epmd satisfies never;
  }
}
