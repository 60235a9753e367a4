/**
 * One core, with a registry that anybody may write, and peers that are whatever the test says.
 *
 * @module
 */
import { simSettings } from "../../lib/simulation/sim_settings.ts";
import type { Effect, Input, PingOutcome } from "../../lib/core/input.ts";
import { Membership } from "../../lib/core/membership.ts";
import { seededRandom } from "../../lib/core/base/random.ts";
import type { MemberRecord } from "../../lib/core/members/record.ts";
import type { Row } from "../../lib/core/members/row.ts";
import type { Settings } from "../../lib/core/settings.ts";
import { SimRegistry } from "../../lib/simulation/sim_registry.ts";
import { contentOf } from "./records.ts";

/** How a ping ends; `undefined` if it never does. */
export type Answering = (ping: Effect & { kind: "ping" }) => PingOutcome | undefined;

const nobody: Answering = () => ({ kind: "no-answer", detail: "" });

/** Steps of one millisecond of virtual time. */
export class LoneNode {
  readonly registry = new SimRegistry();
  readonly core: Membership;
  /** All that it wanted done, with the time. */
  readonly effects: { readonly at: number; readonly effect: Effect }[] = [];
  answering: Answering;
  now = 0;
  #due: { readonly at: number; readonly input: Input }[] = [];

  constructor(settings: Partial<Settings> = {}, answering: Answering = nobody) {
    this.answering = answering;
    const { name, instance, addresses, tags, startedAt, software } = contentOf(0);
    this.core = new Membership(
      {
        ...simSettings,
        name,
        instance,
        addresses,
        tags,
        startedAt,
        software,
        ...settings,
      },
      seededRandom(1),
      0,
    );
    this.take({ kind: "wake" });
  }

  /** Hands over an input now; returns what it wants done. */
  take(input: Input): readonly Effect[] {
    const effects = this.core.step(input, this.now);
    for (const effect of effects) {
      this.effects.push({ at: this.now, effect });
      const answer = this.#carryOut(effect);
      if (answer !== undefined) this.#due.push({ at: this.now + 1, input: answer });
    }
    return effects;
  }

  /** Lets time pass; `each` is called every millisecond. */
  run(forMs: number, each: () => void = () => {}): void {
    for (const until = this.now + forMs; this.now < until;) {
      this.now++;
      each();
      const due = this.#due.filter(({ at }) => at <= this.now);
      this.#due = this.#due.filter(({ at }) => at > this.now);
      for (const { input } of due) this.take(input);
      if (this.core.wakeAt <= this.now) this.take({ kind: "wake" });
    }
  }

  /** Everything of one kind that it has wanted since `since`. */
  wanted<Kind extends Effect["kind"]>(kind: Kind, since = 0): (Effect & { kind: Kind })[] {
    return this.effects.filter(({ at }) => at >= since).map(({ effect }) => effect)
      .filter((effect): effect is Effect & { kind: Kind } => effect.kind === kind);
  }

  /** What it has noted since `since`. */
  notes(since = 0): string[] {
    return this.wanted("note", since).map(({ message }) => message);
  }

  /** What its last status line says of a name. */
  shows(name: string): boolean | undefined {
    return this.wanted("status").at(-1)?.entries?.find((entry) => entry.name === name)?.alive;
  }

  /** Writes a row as somebody who can write the registry, over whatever stands there. */
  overwrite(row: Row): void {
    const rows = this.registry.list(this.now);
    if (typeof rows === "string") throw new Error(rows);
    const seen = rows.find((stored) => stored.row.name === row.name)?.version;
    this.registry.write(row, seen, this.now);
  }

  #carryOut(effect: Effect): Input | undefined {
    switch (effect.kind) {
      case "list":
      case "write":
      case "remove":
        return this.registry.use(effect, this.now);
      case "ping": {
        const outcome = this.answering(effect);
        return outcome && { kind: "ping-ended", ping: effect.ping, outcome };
      }
    }
  }
}

/** The row of node number `number`, but for `changes`. */
export function rowOf(number: number, changes: Partial<Row> = {}): Row {
  const { name, instance, incarnation, addresses, tags, startedAt, software } = contentOf(number);
  return {
    version: 1,
    name,
    instance,
    incarnation,
    heartbeat: 1,
    heartbeatIntervalMs: 1000,
    addresses,
    state: "up",
    tags,
    startedAt,
    activeAt: "",
    software,
    ...changes,
  };
}

/** The pong of a member that knows what `fingerprint` stands for. */
export function pongOf(record: MemberRecord, fingerprint: number): PingOutcome {
  const [address = { host: "", port: 1 }] = record.addresses;
  const { incarnation } = record;
  return { kind: "pong", roundTripUs: 300, address, incarnation, fingerprint, record };
}
