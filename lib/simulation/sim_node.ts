/**
 * A node in the simulation: the shipped core, and a process that can be killed, frozen and thawed.
 *
 * @module
 */
import type { Address } from "../core/base/address.ts";
import type { Effect, Input, StopReason } from "../core/input.ts";
import type { MemberView } from "../core/members/member.ts";
import { Membership } from "../core/membership.ts";
import type { Random } from "../core/base/random.ts";
import type { Recorder } from "../recording/recording.ts";
import type { Settings } from "../core/settings.ts";
import type { StatusEntry } from "../core/members/status_line.ts";

/** What the world does for a node. */
export interface SimSurroundings {
  now(): number;
  at(at: number, run: () => void): void;
  carryOut(node: SimNode, effect: Effect): void;
  stepped(node: SimNode, effects: readonly Effect[]): void;
}

/** How the monotonic clock of a node runs beside virtual time. */
export interface SimClock {
  /** What it shows at virtual time 0, in milliseconds. */
  readonly offsetMs: number;
  /** How fast it runs. */
  readonly rate: number;
}

/** How a node differs from the others. */
export interface SimNodeOptions extends Partial<Settings> {
  readonly host?: string;
  readonly port?: number;
  /** Is told all that the node is told; for that the seed has to be given, too. */
  readonly record?: { readonly seed: number; readonly recorder: Recorder };
  /** Shows virtual time if it is left out. */
  readonly clock?: SimClock;
}

/** What a node wrote as its last status line. */
export interface SimStatus {
  readonly at: number;
  readonly shown: number;
  readonly alive: number;
  readonly entries: readonly StatusEntry[] | undefined;
}

const trueClock: SimClock = { offsetMs: 0, rate: 1 };

/** How much a computed moment may be too early, in milliseconds. */
const roundingMs = 0.01;

/** One simulated process. */
export class SimNode {
  readonly settings: Settings;
  readonly core: Membership;
  readonly #world: SimSurroundings;
  readonly #recorder: Recorder | undefined;
  readonly #clock: SimClock;
  #state: "running" | "frozen" | "dead" = "running";
  #held: Input[] = [];
  #alarmAt = Infinity;
  #address: Address | undefined;

  /** The last view that was written. */
  lastStatus: SimStatus | undefined;
  /** Why it stopped by itself. */
  stopped: StopReason | undefined;
  /** Nodes with which a connection is open. */
  readonly connected = new Set<SimNode>();
  /** Requests in a row that a node at the other end of an open connection has not answered. */
  readonly silent = new Map<SimNode, number>();

  constructor(
    settings: Settings,
    random: Random,
    world: SimSurroundings,
    { recorder, clock }: { readonly recorder?: Recorder; readonly clock?: SimClock } = {},
  ) {
    this.settings = settings;
    this.#world = world;
    this.#recorder = recorder;
    this.#clock = clock ?? trueClock;
    const { now } = this;
    this.core = new Membership(settings, random, now);
    recorder?.begin(settings, now);
    this.take({ kind: "wake" });
  }

  /** What its clock shows. Milliseconds are whole numbers, as the real clock gives them. */
  get now(): number {
    const { offsetMs, rate } = this.#clock;
    return Math.floor(this.#world.now() * rate + offsetMs);
  }

  /** The virtual time at which its clock shows that. */
  worldTime(at: number): number {
    const { offsetMs, rate } = this.#clock;
    return (at - offsetMs) / rate;
  }

  /** How much virtual time passes while its clock moves by that. */
  inWorldMs(ms: number): number {
    return ms / this.#clock.rate;
  }

  get address(): Address {
    return this.#address ??= this.core.addresses[0] as Address;
  }

  get instance(): string {
    return this.settings.instance;
  }

  get state(): "running" | "frozen" | "dead" {
    return this.#state;
  }

  /** What it believes of the member `name`. */
  sees(name: string): MemberView | undefined {
    return this.core.members(this.now)
      .find((member) => member.name === name);
  }

  /** Hands over an input, now or when it is thawed. */
  take(input: Input): void {
    if (this.#state === "dead") return;
    if (this.#state === "frozen") return void this.#held.push(input);
    const { now } = this;
    const effects = this.core.step(input, now);
    if (input.kind === "moved") this.#address = undefined;
    this.#recorder?.step(input, now, effects);
    for (const effect of effects) {
      if (effect.kind === "status") {
        const { shown, alive, entries } = effect;
        this.lastStatus = { at: this.#world.now(), shown, alive, entries };
      } else if (effect.kind === "stop") {
        this.stopped = effect.reason;
        this.#state = "dead";
      }
      this.#world.carryOut(this, effect);
    }
    this.#setAlarm();
    this.#world.stepped(this, effects);
  }

  kill(): void {
    this.#state = "dead";
    this.#held = [];
  }

  freeze(): void {
    if (this.#state === "running") this.#state = "frozen";
  }

  thaw(): void {
    if (this.#state !== "frozen") return;
    this.#state = "running";
    const held = this.#held;
    this.#held = [];
    for (const input of held) this.take(input);
    this.take({ kind: "wake" });
  }

  /** When its clock shows that, and surely not a moment earlier: fractions may be rounded. */
  #alarmTime(at: number): number {
    return this.#clock === trueClock ? at : this.worldTime(at) + roundingMs;
  }

  #setAlarm(): void {
    const { wakeAt } = this.core;
    if (wakeAt >= this.#alarmAt || this.#state === "dead") return;
    this.#alarmAt = wakeAt;
    this.#world.at(this.#alarmTime(wakeAt), () => {
      if (this.#alarmAt === wakeAt) this.#alarmAt = Infinity;
      this.take({ kind: "wake" });
    });
  }
}
