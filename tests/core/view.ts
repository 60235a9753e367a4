/**
 * What node 0 knows of some members: all that the parts of a core work with, and no core.
 *
 * @module
 */
import type { PingFailure } from "../../lib/core/base/ping_failure.ts";
import { seededRandom } from "../../lib/core/base/random.ts";
import type { Random } from "../../lib/core/base/random.ts";
import type { Link } from "../../lib/core/members/link.ts";
import { Links } from "../../lib/core/detector/links.ts";
import { pingBudget } from "../../lib/core/detector/prober.ts";
import type { TokenBucket } from "../../lib/core/detector/token_bucket.ts";
import { LocalHealth } from "../../lib/core/detector/local_health.ts";
import { Candidates } from "../../lib/core/discovery/candidates.ts";
import { MemberList } from "../../lib/core/members/member_list.ts";
import type { MemberRecord } from "../../lib/core/members/record.ts";
import type { PingOutcome } from "../../lib/core/input.ts";
import { type Ping, Pings } from "../../lib/core/pings.ts";
import { RegistryHeartbeats } from "../../lib/core/detector/registry_heartbeats.ts";
import type { Settings } from "../../lib/core/settings.ts";
import { Ticks } from "../../lib/core/base/ticks.ts";
import { settingsOf } from "./beam/beam_world.ts";
import { contentOf, nameOf, recordOf } from "./records.ts";

/** The answer of a node, after a millisecond. */
export const pong: PingOutcome & { kind: "pong" } = {
  kind: "pong",
  roundTripUs: 1000,
  address: { host: "10.0.0.1", port: 4370 },
  incarnation: 0,
  fingerprint: 0,
};

/** The knowledge of node 0. */
export class View {
  readonly settings: Settings = settingsOf({ ...contentOf(0), beam: false });
  readonly memberList: MemberList = new MemberList(contentOf(0), false);
  readonly links: Links = new Links();
  readonly pings: Pings<Ping> = new Pings<Ping>();
  readonly candidates: Candidates = new Candidates(this.memberList, seededRandom(2));
  readonly health: LocalHealth = new LocalHealth();
  readonly budget: TokenBucket = pingBudget(this.settings.intervalMs);
  readonly heartbeats: RegistryHeartbeats = new RegistryHeartbeats();
  readonly ticks: Ticks = new Ticks(this.settings.intervalMs, 0);
  readonly random: Random = seededRandom(1);

  /** Of the nodes 1 to `members`, all of which have answered once. */
  constructor(members: number) {
    for (let number = 1; number <= members; number++) {
      this.memberList.merge(recordOf(number), 0);
      this.links.of(nameOf(number)).pong(500, pong.address, 0);
    }
  }

  /** What stands in the list under the name of node `number`. */
  member(number: number): MemberRecord {
    return this.memberList.get(nameOf(number)) as MemberRecord;
  }

  /** Two pings to node `number` have failed, the second at `now`. */
  breakLink(number: number, kind: PingFailure, now: number): Link {
    const link = this.links.of(nameOf(number));
    for (const sentAt of [now - 2, now - 1]) link.miss({ kind, detail: "", sentAt }, now);
    return link;
  }
}
