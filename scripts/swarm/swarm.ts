/**
 * Random clusters to which random things happen, checked after every event.
 *
 * From one seed come the cluster, all that befalls it, and all chance in it; so a run that fails can
 * be repeated. While things happen nothing that must never be may be ({@linkcode Invariants}). Then
 * everything heals, and soon all that run must see each other, and nobody else.
 *
 * @module
 */
import { profileTimings } from "../../lib/core/base/profile.ts";
import { seededRandom } from "../../lib/core/base/random.ts";
import type { Random } from "../../lib/core/base/random.ts";
import { clockErrorMs, erringTime } from "../../lib/simulation/erring_clock.ts";
import { disagreement } from "./agreement.ts";
import { InvariantError } from "./invariant_error.ts";
import { Invariants } from "./invariants.ts";
import { Reach } from "./reach.ts";
import { describeConfig, drawConfig } from "./swarm_config.ts";
import type { SwarmConfig } from "./swarm_config.ts";
import { SwarmFaults } from "./swarm_faults.ts";
import { SwarmLies } from "./swarm_lies.ts";
import { SwarmTroubles } from "./swarm_troubles.ts";
import { World } from "../../lib/simulation/world.ts";

/** What came of a run in which nothing was wrong. */
export interface SwarmResult {
  readonly seed: number;
  readonly config: SwarmConfig;
  /** Things that happened in the world. */
  readonly events: number;
  /** Virtual time that passed. */
  readonly virtualMs: number;
  /** How long it took after each round until all agreed, in milliseconds. */
  readonly healedMs: readonly number[];
}

/** A run has shown that something is wrong; the message is its story. */
export class SwarmError extends Error {
  override readonly name = "SwarmError";
  readonly seed: number;
  /** What is wrong, in one sentence. */
  readonly what: string;

  constructor(seed: number, what: string, story: string, options?: ErrorOptions) {
    super(`Seed ${seed}: ${what}\n${story}`, options);
    this.seed = seed;
    this.what = what;
  }
}

/** All start within this time, in milliseconds. */
const startSpreadMs = 3000;

/** How long nothing happens at first, in milliseconds. */
const settleMs = 4000;

/** Within this time after everything has healed all must agree, in milliseconds. */
const patienceMs = 60_000;

/** For so long they must then go on to agree, in milliseconds. */
const quietMs = 3000;

/** Steps in which virtual time moves while agreement is waited for, in milliseconds. */
const lookMs = 250;

/** Lines of the story that are shown when something is wrong. */
const storyLines = 40;

/**
 * Plays one random cluster.
 *
 * @throws {SwarmError} if something is wrong
 */
export function swarmRun(seed: number): SwarmResult {
  return new Swarm(seed).play();
}

class Swarm {
  readonly #seed: number;
  readonly #random: Random;
  readonly #config: SwarmConfig;
  readonly #world: World;
  readonly #invariants: Invariants;
  readonly #faults: SwarmFaults;
  readonly #lies: SwarmLies;
  readonly #troubles: SwarmTroubles;
  readonly #healedMs: number[] = [];

  constructor(seed: number) {
    this.#seed = seed;
    this.#random = seededRandom(seed);
    const config = this.#config = drawConfig(this.#random.fork());
    const { latencyMs, hintMs, profile } = config;
    this.#world = new World({ seed, latencyMs, hintMs });
    const graceMs = 3000 + profileTimings[profile].suspicionMinMs * 2;
    const reach = new Reach(this.#world, graceMs);
    this.#invariants = new Invariants(this.#world, reach);
    const parts = { world: this.#world, reach, invariants: this.#invariants, config };
    this.#faults = new SwarmFaults(parts, this.#random.fork());
    this.#lies = new SwarmLies(parts, seed);
    this.#troubles = new SwarmTroubles(parts, this.#faults, seed);
  }

  play(): SwarmResult {
    try {
      this.#start();
      for (let round = 0; round < this.#config.rounds; round++) this.#round();
      const { restMinutes } = this.#config;
      if (restMinutes > 0) {
        this.#world.run(restMinutes * 60_000);
        this.#agree("after a long rest", settleMs);
      }
    } catch (error) {
      const isOurs = error instanceof InvariantError || error instanceof Disagreement;
      const what = error instanceof Error ? error.message : String(error);
      const words = isOurs ? what : `the core throws: ${what}`;
      throw new SwarmError(this.#seed, words, this.#story(), { cause: error });
    }
    const { events, now: virtualMs } = this.#world;
    const { seed, config, healedMs } = {
      seed: this.#seed,
      config: this.#config,
      healedMs: this.#healedMs,
    };
    return { seed, config, events, virtualMs, healedMs };
  }

  #start(): void {
    const { nodes, loss, clockJumps, ghosts } = this.#config;
    const world = this.#world;
    world.registry.putGhosts(ghosts);
    world.network.loss = loss;
    if (clockJumps) {
      world.registry.wallClock = () =>
        erringTime(Math.floor(world.now) + clockErrorMs, this.#random);
    }
    const spreadMs = this.#random.below(startSpreadMs) + 1;
    for (let count = 0; count < nodes; count++) {
      world.after(this.#random.below(spreadMs), () => this.#faults.startNewcomer());
    }
    const quietUntil = world.now + spreadMs + this.#random.below(settleMs);
    this.#lies.begin(quietUntil);
    world.run(quietUntil - world.now);
  }

  /** Things happen, everything heals, and all agree. */
  #round(): void {
    const world = this.#world;
    const { roundMs, pauseMs, loss } = this.#config;
    const until = world.now + roundMs;
    world.network.loss = loss;
    this.#lies.begin(until);
    this.#troubles.begin(until);
    while (world.now < until) {
      if (pauseMs < Infinity) this.#faults.happen();
      const runMs = pauseMs < Infinity ? 1 + this.#random.below(2 * pauseMs) : roundMs;
      world.run(Math.min(until - world.now, runMs));
    }
    this.#troubles.heal();
    this.#faults.heal();
    this.#healedMs.push(this.#agree("after it healed", patienceMs));
    world.run(quietMs);
    // Those who were taken out meanwhile may not be known to all yet.
    this.#agree("after it was quiet", settleMs);
  }

  /** Lets time pass until all agree; how long that took, in milliseconds. */
  #agree(since: string, withinMs: number): number {
    const { now: begun } = this.#world;
    for (;;) {
      const found = disagreement(this.#world, this.#invariants.fingerprints, this.#faults.left);
      const passedMs = this.#world.now - begun;
      if (found === undefined) return passedMs;
      if (passedMs >= withinMs) throw new Disagreement(`${found}, ${passedMs / 1000} s ${since}`);
      this.#world.run(lookMs);
    }
  }

  #story(): string {
    const { story } = this.#world;
    const lines = story.slice(-storyLines).map(({ at, who, what }) =>
      `  ${(at / 1000).toFixed(3)} s  ${who}: ${what}`
    );
    return [
      describeConfig(this.#config),
      `troubles: ${[...this.#troubles.kinds].join(", ") || "none"}`,
      ...(story.length > storyLines ? [`  … ${story.length - storyLines} lines before`] : []),
      ...lines,
      `Again: deno task swarm --seed ${this.#seed}`,
    ].join("\n");
  }
}

/** They do not agree although they should. */
class Disagreement extends Error {}
