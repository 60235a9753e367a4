/**
 * Can this node listen, and do its own addresses lead back to it?
 *
 * It listens for a moment where the node would, and calls itself under every address that peers
 * would be told. That finds wrong names, wrong ports and addresses that somebody else has. What a
 * firewall keeps from other machines, it cannot see.
 *
 * @module
 */
import { formatAddress } from "../core/base/address.ts";
import type { Address } from "../core/base/address.ts";
import { systemErrorWords } from "../core/base/system_error.ts";
import { encodeMessage } from "../protocol/message.ts";
import type { Row } from "../core/members/row.ts";
import type { OwnName } from "../node/own_name.ts";
import { randomText } from "../random_bytes.ts";
import { openClientTransport } from "../start.ts";
import type { Outcome } from "../transport/transport.ts";
import { fault, fine, warning } from "./finding.ts";
import type { Finding } from "./finding.ts";
import { probeTimeouts } from "./patient.ts";
import type { DoctorOptions } from "./patient.ts";

/** An own address, and what answered there. */
export interface WayBack {
  readonly address: Address;
  readonly outcome: Pick<Outcome, "kind"> & { readonly detail?: string };
}

/** What listening showed. */
export type PortFacts =
  | { readonly kind: "open"; readonly port: number; readonly ways: readonly WayBack[] }
  | { readonly kind: "closed"; readonly reason: string };

/** Listens, calls itself, and closes again. */
export async function tryOwnPort(
  { cluster, listen, profile }: Pick<DoctorOptions, "cluster" | "listen" | "profile">,
  own: OwnName,
  cookie: string,
): Promise<PortFacts> {
  const { name } = own;
  const instance = randomText();
  const client = await openClientTransport(cluster, [cookie]);
  try {
    await using listener = await openClientTransport(cluster, [cookie], { name, instance, listen });
    const deadlines = { ...probeTimeouts(profile), fresh: true };
    const ping = encodeMessage({ kind: "ping" });
    const ways = await Promise.all(
      own.addresses(listener.port).map(async (address) => {
        const target = { name, instance, addresses: [address] };
        return { address, outcome: await client.ask(target, ping, deadlines) };
      }),
    );
    return { kind: "open", port: listener.port, ways };
  } catch (error) {
    return { kind: "closed", reason: systemErrorWords(error) };
  } finally {
    await client[Symbol.asyncDispose]();
  }
}

/**
 * What to think of that.
 *
 * @param here living nodes of this machine
 * @param isGiven true if the user gave the addresses, as behind address translation
 */
export function judgeOwnPort(
  facts: PortFacts,
  { listen }: Pick<DoctorOptions, "listen">,
  here: readonly Row[],
  isGiven: boolean,
): Finding[] {
  if (facts.kind === "closed") return [judgeClosed(facts.reason, listen, here)];
  const where = formatAddress({ ...listen, port: facts.port });
  const chosen = listen.port === 0 ? "any free port will do" : "given with --listen";
  const open = fine("listen", `A node can listen on ${where} (${chosen})`);
  const astray = facts.ways.filter(({ outcome }) => outcome.kind === "other-instance");
  const dead = facts.ways.filter(({ outcome }) =>
    outcome.kind !== "answer" && outcome.kind !== "other-instance"
  );
  const back = facts.ways.filter(({ outcome }) => outcome.kind === "answer");
  return [
    open,
    ...(back.length === 0 ? [] : [fine(
      "own-address",
      `${list(back)} ${back.length === 1 ? "leads" : "lead"} back here, as called from here; ` +
        "whether a firewall lets others in cannot be seen from inside",
    )]),
    ...astray.map(({ address, outcome }) =>
      fault(
        "own-address",
        `${formatAddress(address)} leads to another node: ${outcome.detail}`,
        "Give each node an address and port of its own with --listen and --advertise",
      )
    ),
    ...dead.map((way) => judgeLost(way, back.length > 0 || isGiven)),
  ];
}

function judgeClosed(reason: string, listen: Address, here: readonly Row[]): Finding {
  const holder = here.find(({ addresses }) => addresses.some(({ port }) => port === listen.port));
  return holder !== undefined && /another program listens there/.test(reason)
    ? fine("listen", `${holder.name} listens on port ${listen.port}, so it runs here already`)
    : fault("listen", reason, "End the program that listens there, or choose another --listen");
}

function judgeLost({ address, outcome }: WayBack, isTolerable: boolean): Finding {
  const detail = outcome.detail === undefined ? "" : `: ${outcome.detail}`;
  const text = `${formatAddress(address)} does not lead back here, as called from here${detail}`;
  return isTolerable
    ? warning(
      "own-address",
      text,
      "Try it from another machine: behind address translation that may be as it should; " +
        "otherwise correct --name or --advertise",
    )
    : fault("own-address", text, "Say with --advertise how this machine is reached");
}

function list(ways: readonly WayBack[]): string {
  return ways.map(({ address }) => formatAddress(address)).join(", ");
}
