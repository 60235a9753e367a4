/**
 * Deliberate mistakes: small changes of the core that the swarm, or the fuzz, must find.
 *
 * @module
 */

/** A change of one file. */
export interface PlantedText {
  /** A file below `lib/core/`. */
  readonly file: string;
  /** What stands there exactly once. */
  readonly text: string;
  /** What is put in its place. */
  readonly instead: string;
}

/** A mistake. */
export interface PlantedFault {
  /** What is wrong, in words that end "the swarm finds a core that …". */
  readonly name: string;
  readonly changes: readonly PlantedText[];
  /** Who finds it: clusters in the swarm, if nothing else is said, or single cores in the fuzz. */
  readonly by?: "fuzz";
  /** Seeds within which it must be found. */
  readonly seedsMax: number;
}

function one(file: string, text: string, instead: string): readonly PlantedText[] {
  return [{ file, text, instead }];
}

/** All of them. */
export const plantedFaults: readonly PlantedFault[] = [
  {
    name: "believes the older incarnation",
    changes: one(
      "members/record.ts",
      "return one.incarnation > other.incarnation;",
      "return one.incarnation < other.incarnation;",
    ),
    seedsMax: 10,
  },
  {
    name: "votes while it is isolated",
    changes: one(
      "detector/failure_detector.ts",
      "if (!this.#isolation.isIsolated || link.isConclusive) return true;",
      "return true;",
    ),
    seedsMax: 10,
  },
  {
    name: "does not refute what is said about it",
    changes: one(
      "dissemination/refutations.ts",
      "if (isWrong || record.incarnation > self.incarnation) {",
      "if (false) {",
    ),
    seedsMax: 10,
  },
  {
    name: "refutes without raising its incarnation",
    changes: one(
      "dissemination/refutations.ts",
      ": { incarnation: countAbove(self.incarnation, accused) };",
      ": { incarnation: self.incarnation };",
    ),
    seedsMax: 10,
  },
  {
    name: "lets its incarnation fall",
    changes: one(
      "dissemination/refutations.ts",
      ": { incarnation: countAbove(self.incarnation, accused) };",
      ": { incarnation: accused > 0 ? 0 : 1 };",
    ),
    seedsMax: 10,
  },
  {
    name: "raises the incarnations of others",
    changes: one(
      "detector/failure_detector.ts",
      'makeRecord({ ...record, state: "failed", cause: { kind, accusers } })',
      'makeRecord({ ...record, incarnation: record.incarnation + 1, state: "failed", cause: { kind, accusers } })',
    ),
    seedsMax: 10,
  },
  {
    name: "does not listen to helpers that reached a member",
    changes: one(
      "detector/failure_detector.ts",
      "if (finding.reached) return",
      "if (false) return",
    ),
    seedsMax: 60,
  },
  {
    name: "asks no helpers",
    changes: one(
      "detector/failure_detector.ts",
      "const questions = this.#probes.ask(record, now);",
      "const questions: readonly Question[] = [];",
    ),
    seedsMax: 60,
  },
  {
    name: "forgets to ask again after a standstill",
    changes: one(
      "detector/prober.ts",
      "if (isPulse) link.ended(ping.number);",
      'if (isPulse) link.ended(ping.number);\n    if (ping.wasHeldUp) return { kind: "none" };',
    ),
    seedsMax: 40,
  },
  {
    name: "writes no status line after it was held up",
    changes: one(
      "explain/status_reporter.ts",
      "if (now >= this.#statusAt) this.#statusAt = ticks.from(now + intervalMs / 2);",
      "if (now >= this.#statusAt) this.#statusAt = now - this.#statusAt > intervalMs ? Infinity : this.#statusAt + intervalMs;",
    ),
    seedsMax: 10,
  },
  {
    name: "never mends a link",
    changes: one("members/link.ts", "    this.#badSince = undefined;\n", ""),
    seedsMax: 10,
  },
  {
    name: "brings back who has left",
    changes: one(
      "members/member_list.ts",
      "before !== undefined && !wins(record, before)",
      'before !== undefined && before.state !== "left" && !wins(record, before)',
    ),
    seedsMax: 10,
  },
  {
    name: "takes an empty listing for a removal",
    changes: [
      ...one("registration/dead_rows.ts", "if (isWhole) gone.push(", "gone.push("),
      ...one(
        "registration/dead_rows.ts",
        "for (const [name, failedAt] of memberList.failed) review(memberList.get(name), failedAt);",
        "for (const record of [...memberList.records()]) review(record, now);",
      ),
    ],
    seedsMax: 25,
  },
  {
    name: "takes rows out without waiting",
    changes: one(
      "registration/dead_rows.ts",
      "export const deadRowMs = 10 * 60_000;",
      "export const deadRowMs = 5000;",
    ),
    seedsMax: 10,
  },
  {
    name: "does not pass news on",
    changes: one("dissemination/dissemination.ts", "    else outbox.record(record, now);\n", ""),
    seedsMax: 100,
  },
  {
    name: "does not compare what differs",
    changes: one(
      "dissemination/anti_entropy.ts",
      "if (fingerprint === memberList.fingerprint ||",
      "if (true ||",
    ),
    seedsMax: 10,
  },
  {
    name: "asks all strangers at once",
    changes: one("discovery/candidate_prober.ts", "while (budget.permits(now)) {", "for (;;) {"),
    seedsMax: 60,
  },
  {
    name: "asks without a pause",
    changes: one("detector/prober.ts", "Math.max(now, this.#ticks.from(sentAt + pauseMs))", "now"),
    seedsMax: 10,
  },
  {
    name: "believes any counter that is made up, and answers it",
    changes: [
      ...one("base/count.ts", "return to - from > leapMax;", "return false;"),
      ...one(
        "base/count.ts",
        "return Math.min(above + 1, own + leapMax, countMax);",
        "return above + 1;",
      ),
    ],
    by: "fuzz",
    seedsMax: 100,
  },
  {
    name: "lets a row take the place of a member",
    changes: one(
      "registration/registry_reader.ts",
      "if (!this.#mayIntroduce(row, known, now)) {",
      "if (known !== undefined && !isKnown) memberList.drop(row.name);\n    if (false) {",
    ),
    seedsMax: 10,
  },
  {
    name: "shares what pings showed with the copy of a member",
    changes: [
      ...one(
        "discovery/candidates.ts",
        "return owner === name ? undefined : owner;",
        "return owner === this.#memberList.self.name ? owner : undefined;",
      ),
      ...one(
        "discovery/candidate_prober.ts",
        "const isBad = link.miss(",
        "const owner = this.#parts.memberList.nameOf(candidate.instance);\n" +
          "    const shared = owner === undefined ? link : this.#parts.links.of(owner);\n" +
          "    if (shared !== link) {\n" +
          '      for (const sentAt of [at, at]) shared.miss({ kind: outcome.kind, detail: "", sentAt }, now);\n' +
          "    }\n" +
          "    const isBad = link.miss(",
      ),
    ],
    seedsMax: 10,
  },
  {
    name: "yields its name to whoever is silent",
    changes: one(
      "registration/name_claim.ts",
      'return this.#gone(now);\n      case "wrong-cookie":',
      'if (this.#held) return void (this.#verdict = "holder-lives");\n        return this.#gone(now);\n      case "wrong-cookie":',
    ),
    seedsMax: 10,
  },
  {
    name: "believes others more than its own pings",
    changes: one(
      "dissemination/hearsay.ts",
      "if (link?.hasAnswered !== true ||",
      "if (true ||",
    ),
    seedsMax: 40,
  },
  {
    name: "counts rows among the members",
    changes: one(
      "explain/status_reporter.ts",
      "memberList.shown + shownCandidates.length +",
      "memberList.shown + [...candidates.all()].length +",
    ),
    seedsMax: 10,
  },
];
