/**
 * A cluster that is as a test wants it, and a node that has counted something.
 *
 * @module
 */
import type { NodeName } from "../../../lib/core/base/name.ts";
import type { MemberView } from "../../../lib/core/members/member.ts";
import type { Standing } from "../../../lib/http/source.ts";
import type { MetricsParts } from "../../../lib/http/metrics/metrics.ts";
import type { DiscoverySource } from "../../../lib/http/metrics/service_discovery.ts";
import { Meter } from "../../../lib/node/meter.ts";

/** What a test says of a member, beside its number. */
export type MemberDraft = Partial<Omit<MemberView, "name">>;

/** Member `number` at 10.0.0.`number`; alive, if nothing else is said. */
export function member(number: number, draft: MemberDraft = {}): MemberView {
  const host = `10.0.${number >> 8}.${number & 255}`;
  return {
    name: `n${number}@${host}` as NodeName,
    kind: "node",
    instance: `${number}`.padStart(32, "0"),
    incarnation: 0,
    status: "alive",
    self: number === 1,
    linkWorks: true,
    addresses: [{ host, port: 4000 }],
    forMs: 1000,
    reason: "",
    flapping: false,
    tags: {},
    startedAt: "2026-03-10T08:51:29.000Z",
    software: "clusternode/0.1.0",
    ...draft,
  };
}

/** What a test says of a source. */
export interface SourceDraft extends Partial<Standing> {
  readonly members?: readonly MemberView[];
  readonly registries?: readonly string[];
}

/** A source that is as `draft` says; joined, and with two members, if it says nothing else. */
export function fakeSource(
  { members = [member(1), member(2)], registries = ["file:///srv/nodes"], ...standing }:
    SourceDraft = {},
): MetricsParts["source"] & DiscoverySource {
  return {
    ...{ name: member(1).name, cluster: "default", registries },
    startedAt: Date.UTC(2026, 2, 10, 8, 51, 29),
    standing: () => ({
      ...{ phase: "joined", isolated: false, localHealth: 0, registryWorks: true },
      ...standing,
    }),
    members: () => members,
  };
}

/** What `/metrics` is made of, of a node whose meter has counted nothing yet. */
export function fakeParts(draft: SourceDraft = {}): MetricsParts & { readonly meter: Meter } {
  const source = fakeSource(draft);
  const meter = new Meter();
  for (const _ of source.registries) meter.addRegistry();
  return {
    ...{ source, meter, counting: { meter, fingerprint: 0xbeef } },
    build: { version: "0.1.0", commit: "1a2b3c4", deno: "2.4.2" },
    processFigures: () => ({
      ...{ residentBytes: 50_000_000, cpuSeconds: 1.25, openFileCount: 17 },
      startedAt: Date.UTC(2026, 2, 10, 8, 51, 28),
    }),
  };
}
