/**
 * What the fuzz of the core draws from: few names and instances, so that much meets, and numbers at
 * the edges.
 *
 * @module
 */
import type { Address } from "../../lib/core/base/address.ts";
import type { News } from "../../lib/core/members/news.ts";
import type { PingFailure } from "../../lib/core/base/ping_failure.ts";
import { parseNodeName, withSuffix } from "../../lib/core/base/name.ts";
import type { NodeName } from "../../lib/core/base/name.ts";
import { profileTimings } from "../../lib/core/base/profile.ts";
import type { Profile } from "../../lib/core/base/profile.ts";
import type { Random } from "../../lib/core/base/random.ts";
import { makeRecord } from "../../lib/core/members/record.ts";
import type { MemberRecord } from "../../lib/core/members/record.ts";
import { rowVersion } from "../../lib/core/members/row.ts";
import type { Row } from "../../lib/core/members/row.ts";
import type { Settings } from "../../lib/core/settings.ts";

/** Numbers around which counters break. */
const edges = [
  ...[2 ** 16, 2 ** 24, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 40, 2 ** 47],
  ...[2 ** 48 - 2, 2 ** 48 - 1, 2 ** 48, 2 ** 48 + 1, Number.MAX_SAFE_INTEGER],
];

const failures: readonly PingFailure[] = [
  ...["refused", "no-answer", "silent", "reset"] as const,
  ...["other-instance", "wrong-cluster", "wrong-cookie", "garbage"] as const,
];

const longHost = "h".repeat(96);

/** The longest name that a host can have. */
const longestHost = ["a", "b", "c"].map((letter) => letter.repeat(63)).join(".") +
  `.${"d".repeat(61)}`;

/** Chance with the vocabulary of one run. */
export class Chance {
  readonly settings: Settings;
  readonly names: readonly NodeName[];
  readonly instances: readonly string[];
  /** Records that this node has told; what is said of them is more dangerous than chance. */
  readonly told: MemberRecord[] = [];
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
    const own = this.pick(["box@10.0.0.1", `${"b".repeat(100)}@${longHost}`]) as NodeName;
    const suffixes = [2, 3, 4].map((suffix) => withSuffix(own, suffix));
    const others = [1, 2, 3, 4, 5].map((number) => `n${number}@10.0.0.${number}`);
    const longest = `${"x".repeat(100)}@${"h".repeat(99)}`;
    this.names = [own, ...suffixes, ...others, longest].map((name) => parseNodeName(name) ?? own);
    this.instances = ["7", "0", "1", "a", "f", "e"].map((digit) => digit.repeat(32));
    this.settings = this.#settings();
  }

  below(bound: number): number {
    return this.#random.below(bound);
  }

  once(times: number): boolean {
    return this.#random.below(times) === 0;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.#random.below(items.length)] as T;
  }

  some<T>(most: number, draw: () => T): T[] {
    return Array.from({ length: this.below(most + 1) }, draw);
  }

  /** A counter: mostly small, now and then at an edge. */
  count(): number {
    return this.once(4) ? this.pick(edges) : this.below(6);
  }

  name(): NodeName {
    return this.pick(this.names);
  }

  instance(): string {
    return this.pick(this.instances);
  }

  failure(): PingFailure {
    return this.pick(failures);
  }

  addresses(): Address[] {
    return this.some(this.once(5) ? 8 : 2, () => ({
      host: this.pick(["10.0.0.1", "10.0.0.9", "fd00::5", longestHost]),
      port: this.pick([1, 4001, 4002, 65535]),
    }));
  }

  tags(): Record<string, string> {
    if (!this.once(20)) return {};
    const value = this.pick(["v", "\u0000\u001b[2J", "😀".repeat(64), '"'.repeat(250)]);
    return Object.fromEntries(this.some(32, () => [`k${this.below(99)}`, value]));
  }

  row(): Row {
    return {
      version: rowVersion,
      name: this.name(),
      instance: this.instance(),
      incarnation: this.count(),
      heartbeat: this.count(),
      heartbeatIntervalMs: 1 + this.count(),
      addresses: this.addresses(),
      state: this.once(9) ? "leaving" : "up",
      tags: this.tags(),
      startedAt: this.pick(["", "2016-03-10T18:51:29.277Z", "x".repeat(40)]),
      activeAt: "",
      software: "fuzz",
    };
  }

  record(): MemberRecord {
    if (this.told.length > 0 && this.once(3)) return this.#answer(this.pick(this.told));
    const state = this.pick(["alive", "failed", "left"] as const);
    return makeRecord({
      name: this.name(),
      instance: this.instance(),
      incarnation: this.count(),
      state,
      addresses: this.addresses(),
      tags: this.tags(),
      startedAt: this.pick(["", "2016-03-10T18:51:29.277Z"]),
      software: "fuzz",
      cause: state === "failed" && this.once(2)
        ? { kind: this.failure(), accusers: this.some(4, () => this.name()) }
        : undefined,
    });
  }

  news(): News {
    return {
      records: this.some(4, () => this.record()),
      votes: this.some(3, () => ({
        subject: this.instance(),
        subjectName: this.name(),
        incarnation: this.count(),
        voter: this.instance(),
        voterName: this.name(),
        sequence: this.count(),
        kind: this.once(4) ? undefined : this.failure(),
        conclusive: this.once(2),
      })),
      sightings: this.some(2, () => ({
        name: this.name(),
        instance: this.instance(),
        heartbeat: this.count(),
      })),
    };
  }

  /** Something else about the same member. */
  #answer(record: MemberRecord): MemberRecord {
    return makeRecord({
      ...record,
      incarnation: Math.max(0, record.incarnation + this.below(3) - 1),
      state: this.pick(["alive", "failed", "left"] as const),
      cause: undefined,
    });
  }

  #settings(): Settings {
    const profile = this.pick<Profile>(["local", "lan", "wan"]);
    return {
      name: this.names[0] as NodeName,
      nameIsAutomatic: !this.once(4),
      instance: this.instances[0] as string,
      addresses: [{ host: "10.0.0.1", port: 4001 }],
      tags: this.once(4) ? { zone: "a" } : {},
      startedAt: "2016-03-10T18:51:29.277Z",
      software: "clusternode/0.1.0",
      intervalMs: this.pick([100, 1000, 1000, 60_000]),
      timings: profileTimings[profile],
      fullMesh: this.once(4),
      statusEntriesMax: this.pick([0, 32, Infinity]),
      startTimeoutMs: 30_000,
      leaveTimeoutMs: this.pick([0, 5000]),
      registryPaceMs: this.pick([0, 0, 30_000]),
      beam: this.once(2),
    };
  }
}
