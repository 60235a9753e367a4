/**
 * The members of a cluster as targets of Prometheus: what it finds over HTTP service discovery.
 *
 * Prometheus keeps the targets that it had when it gets an error, and drops all that a good answer
 * lacks. So members that are down stay in the answer, that their absence is noticed; and a node that
 * knows the cluster not yet, or may be cut off from it, gives no answer at all.
 *
 * @module
 */
import * as v from "valibot";
import { formatAddress } from "../../core/base/address.ts";
import { hostName } from "../../core/base/name.ts";
import type { MemberView } from "../../core/members/member.ts";
import { tagKeyPattern } from "../../core/members/row.ts";
import { serviceStates } from "../../core/members/service.ts";
import type { ServiceState } from "../../core/members/service.ts";
import { sentence } from "../server/http.ts";
import type { HttpDocument } from "../server/http.ts";
import type { ClusterSource, Standing } from "../source.ts";

/** What is asked of a cluster for that. */
export type DiscoverySource = Pick<ClusterSource, "cluster" | "members" | "name" | "standing">;

/** Which members are targets, and at which port. */
interface Wanted {
  /** The port of the service that a member carries, if it is left out. */
  readonly port?: number;
  readonly service?: ServiceState;
  readonly tags: ReadonlyMap<string, string>;
}

/** Targets, each group with what is known of it. */
export const targetGroupsSchema = v.array(
  v.strictObject({ targets: v.array(v.string()), labels: v.record(v.string(), v.string()) }),
);

type TargetGroups = v.InferOutput<typeof targetGroupsSchema>;

/**
 * The members of `source` as targets, each with its labels.
 *
 * @param query `port`, `service` and `tag.KEY` choose among them
 */
export function discoveryAnswer(source: DiscoverySource, query: URLSearchParams): HttpDocument {
  const wanted = wantedIn(query);
  if (typeof wanted === "string") return sentence(400, wanted);
  const excuse = whyUncertain(source.name, source.standing());
  if (excuse !== undefined) return sentence(503, excuse);
  const groups = targetGroups(source.members(), source.cluster, wanted);
  const headers = { "Content-Type": "application/json" };
  return { status: 200, headers, body: `${JSON.stringify(groups)}\n` };
}

/** Why this node cannot tell now who belongs to the cluster; `undefined` if it can. */
function whyUncertain(name: string, { phase, isolated }: Standing): string | undefined {
  if (phase === "starting") return `${name} has not joined yet; keep the targets known before`;
  if (phase === "leaving") return `${name} is leaving; keep the targets known before`;
  if (isolated) return `${name} may be isolated; keep the targets known before`;
  return undefined;
}

function targetGroups(
  members: readonly MemberView[],
  cluster: string,
  { port, service, tags }: Wanted,
): TargetGroups {
  return members.flatMap((member) => {
    if (service !== undefined && member.service?.state !== service) return [];
    if ([...tags].some(([key, value]) => member.tags[key] !== value)) return [];
    const ownPort = port ?? member.service?.port;
    if (ownPort === undefined) return [];
    // Of a member that was never reached, or tells no address, its name says where it should be.
    const host = member.addresses[0]?.host ?? hostName(member.name);
    const targets = [formatAddress({ host, port: ownPort })];
    return [{ targets, labels: labelsOf(member, cluster) }];
  });
}

function labelsOf(
  { name, kind, instance, status, service, tags }: MemberView,
  cluster: string,
): Record<string, string> {
  const known = {
    ...{ name, kind, instance, status, cluster },
    ...service === undefined ? {} : { service_state: service.state },
    ...Object.fromEntries(
      // A key that is no name of a label is made one; of two that become the same the last counts.
      Object.keys(tags).sort()
        .map((key) => [`tag_${key.replaceAll(/[^A-Za-z0-9_]/g, "_")}`, tags[key] ?? ""]),
    ),
  };
  return Object.fromEntries(
    Object.entries(known).map(([key, value]) => [`__meta_clusternode_${key}`, value]),
  );
}

/** What a query asks for, or what is wrong with it, as a sentence. */
function wantedIn(query: URLSearchParams): Wanted | string {
  const tags = new Map<string, string>();
  const wanted: { port?: number; service?: ServiceState } = {};
  for (const key of new Set(query.keys())) {
    const [value = "", ...more] = query.getAll(key);
    const shown = JSON.stringify(`${key}=${value}`);
    if (more.length > 0) return `The parameter ${JSON.stringify(key)} was given more than once`;
    if (key === "port") {
      if (!/^\d{1,5}$/.test(value) || Number(value) < 1 || Number(value) > 65535) {
        return `The parameter ${shown} is no port: it must be a whole number from 1 to 65535`;
      }
      wanted.port = Number(value);
    } else if (key === "service") {
      const state = serviceStates.find((one) => one === value);
      if (state === undefined) {
        return `The parameter ${shown} is no state: it must be one of ${serviceStates.join(", ")}`;
      }
      wanted.service = state;
    } else if (key.startsWith("tag.")) {
      const tag = key.slice("tag.".length);
      if (!tagKeyPattern.test(tag)) {
        return `The parameter ${shown} names no tag, as tag.zone=eu-1`;
      }
      tags.set(tag, value);
    } else {return `The parameter ${
        JSON.stringify(key)
      } is not known: port, service and tag.KEY are`;}
  }
  return { ...wanted, tags };
}
