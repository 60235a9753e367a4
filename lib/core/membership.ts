/**
 * The whole of what a node decides, as one synchronous state machine.
 *
 * `step(input, now)` takes one thing that happened and returns what is to be done about it. It knows
 * no clock, no chance and no network of its own, so that the same code runs in production, in
 * simulation and in the tests.
 *
 * @module
 */
import { formatAddress } from "./address.ts";
import { unreachable } from "./assert.ts";
import type { Effect, Input, Peer, RegistryRow, RowDraft } from "./input.ts";
import type { Change, MemberView } from "./member.ts";
import { hostName, localName } from "./name.ts";
import type { NodeName } from "./name.ts";
import { NameClaim } from "./name_claim.ts";
import { Pulse, stallMs } from "./pulse.ts";
import type { Random } from "./random.ts";
import { RegistryKeeper } from "./registry_keeper.ts";
import { Roster } from "./roster.ts";
import type { Member } from "./roster.ts";
import { rowVersion } from "./row.ts";
import type { Settings } from "./settings.ts";
import { compareNames } from "./status_line.ts";
import type { StatusEntry } from "./status_line.ts";

/** Up to this many nodes each one lists the registry every interval. */
const eagerListingMax = 32;

/** Row writes of the whole cluster stay below this many per second. */
const writesPerSecondMax = 50;

/** Longest pause between two beats or two listings of one node, in milliseconds. */
const registryPauseMostMs = 60_000;

/** A change is shown in the status line at most this late, in milliseconds. */
const statusDelayMs = 100;

/** How long a leaving node waits for the registry, in milliseconds. */
const leaveTimeoutMs = 1500;

/** Listings in a row that must lack a dead member's row before it is forgotten. */
const listingsWithoutMax = 3;

/** One node's view of its cluster. */
export class Membership {
  readonly #settings: Settings;
  readonly #roster = new Roster();
  readonly #pulse: Pulse;
  readonly #keeper: RegistryKeeper;
  readonly #giveUpAt: number;
  #name: NodeName;
  #nameSuffix = 1;
  #claim: NameClaim | undefined;
  #claimPing: number | undefined;
  #forgetting = new Map<NodeName, number>();
  #pings = 0;
  #statusAt = Infinity;
  #statusSoonAt = Infinity;
  #expectedWake: number;
  #stopped = false;
  #out: Effect[] = [];

  constructor(settings: Settings, random: Random, now: number) {
    this.#settings = settings;
    this.#name = settings.name;
    this.#pulse = new Pulse(settings, this.#roster, random);
    this.#giveUpAt = now + settings.startTimeoutMs;
    this.#expectedWake = now;
    this.#keeper = new RegistryKeeper(
      {
        draft: () => this.#draft(),
        checkHolder: (holder, at) => {
          this.#claim = new NameClaim(holder, settings, at);
        },
        claimed: (at) => this.#claimed(at),
        released: () => this.#stop({ kind: "left" }),
      },
      settings.intervalMs,
      now,
    );
  }

  /** The name under which this node is registered, or tries to be. */
  get name(): NodeName {
    return this.#name;
  }

  /** When the next `wake` is wanted, on the clock that `step` is given. */
  get wakeAt(): number {
    if (this.#stopped) return Infinity;
    const giveUpAt = this.#keeper.phase === "claiming" ? this.#giveUpAt : Infinity;
    return Math.min(
      this.#keeper.wakeAt,
      this.#pulse.wakeAt,
      this.#claim?.wakeAt ?? Infinity,
      this.#statusAt,
      this.#statusSoonAt,
      giveUpAt,
    );
  }

  /** Takes one input at monotonic time `now` (milliseconds); returns what is to be done, in order. */
  step(input: Input, now: number): Effect[] {
    if (this.#stopped) return [];
    this.#out = [];
    if (now - this.#expectedWake > stallMs) this.#pulse.stalled(now);
    this.#take(input, now);
    this.#wake(now);
    this.#expectedWake = this.wakeAt;
    return this.#out;
  }

  /** All members, this one included, in the order of their names. */
  members(now: number): MemberView[] {
    const self: MemberView = {
      name: this.#name,
      instance: this.#settings.instance,
      status: "alive",
      self: true,
      addresses: this.#settings.addresses,
      forMs: 0,
      reason: "it is the node that was asked",
      tags: this.#settings.tags,
      startedAt: this.#settings.startedAt,
      software: this.#settings.software,
    };
    const others = this.#roster.sorted().map((member) => member.view(now));
    const after = others.findIndex(({ name }) => compareNames(name, this.#name) > 0);
    others.splice(after < 0 ? others.length : after, 0, self);
    return others;
  }

  #take(input: Input, now: number): void {
    const out = this.#out;
    switch (input.kind) {
      case "wake":
        return;
      case "listed":
        return this.#listed(input.rows, now);
      case "registry-hint":
        return this.#keeper.hint(now);
      case "list-failed":
        return this.#keeper.listFailed(input.reason, now, out);
      case "written":
        return this.#keeper.written(input.version, now, out);
      case "write-conflict":
        return this.#keeper.writeConflict(input.current, now, out);
      case "write-failed":
        return this.#keeper.writeFailed(input.reason, now, out);
      case "removed":
      case "remove-failed":
        return this.#removed(input, now);
      case "ping-ended":
        if (input.ping === this.#claimPing) this.#claim?.pingEnded(input.outcome, now);
        else this.#changed(this.#pulse.ended(input.ping, input.outcome, now), now);
        return;
      case "pinged":
        out.push({ kind: "pong", reply: input.reply });
        return this.#pinged(input.from, now);
      case "lost":
      case "late": {
        const member = this.#roster.byInstance(input.instance);
        if (member !== undefined) this.#pulse.hasten(member, now);
        return;
      }
      case "peer-left":
        return this.#peerLeft(input.from, now);
      case "peer-forgot":
        return this.#peerForgot(input.name, input.instance, now);
      case "leave":
        return this.#leave(now);
      case "forget":
        return this.#forget(input.name, input.reply, now);
      default:
        return unreachable(input);
    }
  }

  #wake(now: number): void {
    const out = this.#out;
    if (this.#keeper.phase === "claiming" && now >= this.#giveUpAt) return this.#giveUp();
    this.#keeper.wake(now, out);
    if (this.#claim !== undefined) this.#pursueClaim(this.#claim, now);
    if (this.#stopped) return;
    this.#pulse.wake(() => ++this.#pings, now, out);
    if (now >= this.#statusAt || now >= this.#statusSoonAt) this.#status(now);
  }

  #status(now: number): void {
    const entries: StatusEntry[] = [];
    for (const { name, status, self } of this.members(now)) {
      if (self || status !== "unproven") entries.push({ name, alive: status === "alive" });
    }
    this.#out.push({ kind: "status", self: this.#name, entries });
    this.#statusSoonAt = Infinity;
    const { intervalMs } = this.#settings;
    // Keeps the beat of the first line, and skips beats that a held-up process has missed.
    if (now >= this.#statusAt) {
      this.#statusAt += intervalMs * (1 + Math.floor((now - this.#statusAt) / intervalMs));
    }
  }

  #draft(): Omit<RowDraft, "beat"> {
    const { instance, addresses, tags, startedAt, software } = this.#settings;
    return {
      version: rowVersion,
      name: this.#name,
      instance,
      incarnation: 0,
      beatIntervalMs: this.#keeper.beatIntervalMs,
      addresses,
      state: "up",
      tags,
      startedAt,
      software,
    };
  }

  #claimed(now: number): void {
    this.#claim = undefined;
    this.#out.push({ kind: "joined", name: this.#name });
    this.#statusAt = now;
    for (const member of this.#roster.sorted()) this.#pulse.hasten(member, now);
  }

  #pursueClaim(claim: NameClaim, now: number): void {
    if (claim.wake(this.#pings + 1, now, this.#out)) this.#claimPing = ++this.#pings;
    if (claim.verdict === "open") return;
    const lives = claim.verdict === "holder-lives";
    this.#claim = undefined;
    this.#claimPing = undefined;
    this.#keeper.holderChecked(claim.holder, lives, now, this.#out);
    if (!lives) return;
    if (this.#settings.nameIsAutomatic && this.#keeper.phase === "claiming") {
      this.#name = withSuffix(this.#settings.name, ++this.#nameSuffix);
      this.#keeper.restart(now);
      this.#keeper.wake(now, this.#out);
      return;
    }
    const theirs = claim.holder.row.addresses.map(formatAddress).join(", ");
    const ours = this.#settings.addresses.map(formatAddress).join(", ");
    this.#stop({
      kind: "name-taken",
      message: `The name ${this.#name} is held by a live node at ${theirs}; ` +
        `this one is at ${ours}. Give one of them another --name`,
    });
  }

  #giveUp(): void {
    const why = this.#keeper.lastReason || "it did not answer";
    this.#stop({
      kind: "registry-away",
      message: `The registry could not be used within the start timeout: ${why}`,
    });
  }

  #stop(reason: Extract<Effect, { kind: "stop" }>["reason"]): void {
    this.#stopped = true;
    this.#out.push({ kind: "stop", reason });
  }

  #listed(rows: readonly RegistryRow[], now: number): void {
    const own = rows.find(({ row }) => row.name === this.#name);
    this.#claim?.seen(own);
    const known = new Set<NodeName>();
    for (const row of rows) {
      known.add(row.row.name);
      if (row.row.name !== this.#name) this.#learnRow(row, now);
    }
    if (own?.row.instance === this.#settings.instance) this.#dropRowless(known, now);
    this.#adjustPace();
    this.#keeper.listed(own, now, this.#out);
  }

  #learnRow(stored: RegistryRow, now: number): void {
    const { row } = stored;
    if (row.instance === this.#settings.instance) return;
    const known = this.#roster.get(row.name);
    if (known?.instance === row.instance) return known.learnRow(stored);
    if (this.#roster.isBuried(row.instance, now)) return;
    if (known?.status === "alive") return this.#pulse.hasten(known, now);
    if (known !== undefined) this.#replace(known, "another instance stands in the registry", now);
    const member = this.#roster.add(row.name, row.instance, now);
    member.learnRow(stored);
    this.#pulse.hasten(member, now);
  }

  /** A listing that holds our own row is whole: what it lacks again and again was taken out. */
  #dropRowless(known: ReadonlySet<NodeName>, now: number): void {
    for (const member of this.#roster.sorted()) {
      if (known.has(member.name) || member.status === "alive") continue;
      if (++member.listingsWithout < listingsWithoutMax) continue;
      this.#remove(member, now);
      const reason = "it does not answer and its row is no longer in the registry";
      this.#changed({ kind: "forgotten", name: member.name, reason }, now);
    }
  }

  #pinged(from: Peer, now: number): void {
    if (from.instance === this.#settings.instance) return;
    if (from.name === this.#name) return this.#keeper.hasten(now);
    const known = this.#roster.get(from.name);
    if (known?.instance === from.instance) {
      known.learnPeer(from);
      if (known.status !== "alive") this.#pulse.hasten(known, now);
      return;
    }
    if (this.#roster.isBuried(from.instance, now) && known?.status === "alive") return;
    if (known !== undefined) this.#replace(known, "another instance has taken its name", now);
    this.#roster.exhume(from.instance);
    const member = this.#roster.add(from.name, from.instance, now);
    member.learnPeer(from);
    this.#pulse.hasten(member, now);
  }

  #replace(old: Member, reason: string, now: number): void {
    const told = old.status !== "unproven";
    this.#remove(old, now);
    this.#roster.bury(old.instance, now);
    if (told) this.#changed({ kind: "replaced", name: old.name, reason }, now);
  }

  #peerLeft(from: Peer, now: number): void {
    this.#roster.bury(from.instance, now);
    const member = this.#roster.byInstance(from.instance);
    if (member === undefined) return;
    this.#remove(member, now);
    this.#changed({ kind: "left", name: from.name, reason: "it said so" }, now);
  }

  #peerForgot(name: NodeName, instance: string, now: number): void {
    const member = this.#roster.get(name);
    if (member === undefined || member.instance !== instance || member.status === "alive") return;
    this.#remove(member, now);
    this.#roster.bury(instance, now);
    this.#changed({ kind: "forgotten", name, reason: "another member was told to forget it" }, now);
  }

  #leave(now: number): void {
    if (this.#keeper.phase === "releasing") return;
    this.#out.push({ kind: "tell-left" });
    this.#statusAt = Infinity;
    this.#keeper.release(now + leaveTimeoutMs, now, this.#out);
  }

  #forget(name: NodeName, reply: number, now: number): void {
    const member = this.#roster.get(name);
    const refusal = name === this.#name
      ? `${name} is the node that was asked; it goes with: clusternode leave`
      : member === undefined
      ? `No member is called ${name}`
      : member.status === "alive"
      ? `${name} is alive: only a dead node can be forgotten`
      : undefined;
    if (member === undefined || refusal !== undefined) {
      this.#out.push({ kind: "forgotten", reply, refusal });
    } else if (member.rowVersion === undefined) {
      this.#forgotten(member, reply, now);
    } else {
      this.#forgetting.set(name, reply);
      this.#out.push({ kind: "remove", name, version: member.rowVersion });
    }
  }

  #removed(input: Input & { kind: "removed" | "remove-failed" }, now: number): void {
    if (input.name === this.#name) return this.#keeper.removed(now);
    const reply = this.#forgetting.get(input.name);
    const member = this.#roster.get(input.name);
    if (reply === undefined) return;
    this.#forgetting.delete(input.name);
    if (input.kind === "remove-failed") {
      this.#out.push({ kind: "forgotten", reply, refusal: input.reason });
    } else if (member !== undefined) {
      this.#forgotten(member, reply, now);
    } else {
      this.#out.push({ kind: "forgotten", reply, refusal: undefined });
    }
  }

  #forgotten(member: Member, reply: number, now: number): void {
    const { name, instance } = member;
    this.#remove(member, now);
    this.#roster.bury(instance, now);
    this.#out.push({ kind: "tell-forgot", name, instance });
    this.#out.push({ kind: "forgotten", reply, refusal: undefined });
    this.#changed({ kind: "forgotten", name, reason: "this node was told to forget it" }, now);
  }

  #remove(member: Member, now: number): void {
    this.#pulse.forget(member);
    this.#roster.remove(member);
    this.#out.push({ kind: "drop", instance: member.instance });
    this.#statusSoon(now);
  }

  #changed(change: Change | undefined, now: number): void {
    if (change === undefined) return;
    this.#out.push({ kind: "change", change });
    this.#statusSoon(now);
  }

  #statusSoon(now: number): void {
    if (this.#statusAt === Infinity) return;
    this.#statusSoonAt = Math.min(this.#statusSoonAt, now + statusDelayMs);
  }

  /** Keeps the load on the registry bounded for the whole cluster, not per node. */
  #adjustPace(): void {
    const { intervalMs } = this.#settings;
    const nodes = this.#roster.size + 1;
    const beatMs = nodes * 1000 / writesPerSecondMax;
    this.#keeper.beatIntervalMs = Math.round(clamp(beatMs, intervalMs, registryPauseMostMs));
    const listMs = nodes <= eagerListingMax ? intervalMs : intervalMs * nodes / eagerListingMax;
    this.#keeper.listIntervalMs = Math.round(clamp(listMs, intervalMs, registryPauseMostMs));
  }
}

function clamp(value: number, least: number, most: number): number {
  return Math.max(least, Math.min(most, value));
}

function withSuffix(name: NodeName, suffix: number): NodeName {
  return `${localName(name)}-${suffix}@${hostName(name)}` as NodeName;
}
