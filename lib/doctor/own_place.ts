/**
 * Where this node says that it can be reached, and why; is that a place that others can reach?
 *
 * @module
 */
import { isLoopback, isUnspecified } from "../core/base/address.ts";
import type { Row } from "../core/members/row.ts";
import { rankNames } from "../node/detect_address.ts";
import type { RankedAddress } from "../node/detect_address.ts";
import type { OwnName } from "../node/own_name.ts";
import { fault, fine, warning } from "./finding.ts";
import type { Finding } from "./finding.ts";
import type { DoctorOptions } from "./patient.ts";

/** What is known about this node's place. */
export interface PlaceFacts {
  readonly options: Pick<DoctorOptions, "name" | "addresses" | "advertise" | "listen">;
  readonly own: OwnName;
  /** The addresses of this machine that others may reach, the best first. */
  readonly ranked: readonly RankedAddress[];
  /** Rows of nodes on other machines. */
  readonly elsewhere: readonly Row[];
}

/** What to think of the addresses that peers are told. */
export function judgePlace(facts: PlaceFacts): Finding[] {
  const { own, ranked, elsewhere } = facts;
  const hosts = own.addresses(1).map(({ host }) => host);
  const findings = own.notes.map((note) => warning("addresses", note, advertise(ranked)));
  const told = `Peers are told ${hosts.join(", ")} (${reason(facts)})`;
  const first = ranked.find(({ address }) => address === hosts[0]);
  if (hosts.every(isLoopback)) {
    const text = `${told}: only this machine can reach that`;
    const isAlone = elsewhere.length === 0;
    if (!isAlone) {
      findings.push(fault("addresses", `${text}, but nodes are on others`, advertise(ranked)));
    } else if (hosts.some((host) => /^127\.0\.1\./.test(host))) {
      findings.push(warning(
        "addresses",
        `${text}; /etc/hosts gives it to the host's own name`,
        advertise(ranked),
      ));
    } else findings.push(fine("addresses", text));
  } else if (first?.rank === "internal") {
    findings.push(warning(
      "addresses",
      `${told}: ${first.interfaceName} is a bridge inside of this machine, others cannot reach it`,
      advertise(ranked.filter(({ rank }) => rank !== "internal")),
    ));
  } else findings.push(fine("addresses", told));
  return findings;
}

/** Why these addresses and no others. */
function reason({ options, own, ranked }: PlaceFacts): string {
  const { name, addresses, advertise, listen } = options;
  if (advertise.length > 0) return "given with --advertise";
  if (typeof name === "string" || addresses.length > 0) return "given with --name";
  if (!isUnspecified(listen.host)) return "given with --listen";
  const [first] = own.addresses(1);
  const found = ranked.find(({ address }) => address === first?.host);
  if (found === undefined) return "nothing better was detected";
  return `detected: ${found.interfaceName} ${rankNames[found.rank]}`;
}

function advertise([best]: readonly RankedAddress[]): string {
  return best === undefined
    ? "Connect this machine to a network, or say with --advertise how others reach it"
    : `Say how others reach this machine, such as --advertise ${best.address}`;
}
