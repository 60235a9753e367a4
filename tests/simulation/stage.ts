/**
 * Where a story is played: a world, the names of its nodes, and what each command does.
 *
 * @module
 */
import { explanationText } from "../../lib/cli/commands/explain_text.ts";
import { matrixText } from "../../lib/cli/commands/matrix_text.ts";
import { memberTable } from "../../lib/cli/members/member_table.ts";
import { describeChanges, groupChanges } from "../../lib/core/members/change.ts";
import type { Effect } from "../../lib/core/input.ts";
import { LinkMatrix } from "../../lib/core/explain/link_matrix.ts";
import type { NodeName } from "../../lib/core/base/name.ts";
import { compareNames } from "../../lib/core/members/status_line.ts";
import { StatusWriter } from "../../lib/node/status_writer.ts";
import type { SimNode } from "../../lib/simulation/sim_node.ts";
import { World } from "../../lib/simulation/world.ts";
import { listNames, shorten, Telling, timeStamp } from "./telling.ts";
import { expand, milliseconds, nameOf, splitOption } from "./words.ts";

/** For so long nodes that are to have met before the story begins are left alone, in milliseconds. */
const settledMs = 10_000;

/** A world and the names of its nodes, as a story calls them. */
export class Stage {
  #seed = 1;
  #world: World | undefined;
  readonly #nodes = new Map<string, SimNode>();
  readonly #telling = new Telling();
  #log: { readonly at: number; readonly node: SimNode; readonly text: string }[] = [];
  #since = 0;

  /** Does what a command says, and returns what is to be read below it. */
  play([verb = "", ...words]: readonly string[]): string[] {
    const answer = this.#ask(verb, words);
    if (answer !== undefined) return shorten(answer).trimEnd().split("\n").filter(isFilled);
    if (verb !== "run") {
      this.#since = this.world.now;
      this.#log = [];
    }
    this.#act(verb, words);
    const said = this.#telling.take(this.#since);
    return verb === "cluster" ? [] : said;
  }

  get world(): World {
    return this.#world ??= this.#build();
  }

  #build(): World {
    const world = new World({ seed: this.#seed, keepStory: false });
    world.onStep = (node, effects) => {
      for (const effect of effects) this.#hear(world.now, node, effect);
    };
    return world;
  }

  /** Takes down what a node writes into its log, as the shell around the core does. */
  #hear(at: number, node: SimNode, effect: Effect): void {
    const write = (text: string): void => void this.#log.push({ at, node, text });
    const say = (text: string): void => {
      write(text);
      this.#telling.said(at, this.#label(node), text);
    };
    switch (effect.kind) {
      case "changes":
        for (const change of effect.changes) this.#telling.changed(at, this.#label(node), change);
        for (const group of groupChanges(effect.changes)) write(describeChanges(group));
        return;
      case "note":
        return say(effect.message);
      case "stop":
        return say(effect.reason.kind === "left" ? "stops: it has left" : effect.reason.message);
      case "forgotten":
        return say(effect.refusal ?? "done");
    }
  }

  /** What is done to the world. */
  #act(verb: string, words: readonly string[]): void {
    const { world } = this;
    const { network, registry } = world;
    const nodes = (): SimNode[] => expand(words).map((name) => this.#node(name));
    const [first = "", second = ""] = words;
    switch (verb) {
      case "seed":
        this.#seed = Number(first);
        return void (this.#world = undefined);
      case "run":
        return world.run(milliseconds(first));
      case "ghosts":
        return registry.putGhosts(Number(first));
      case "start":
        return this.#start(words);
      case "cluster":
        return this.#settle(words);
      case "kill":
        return nodes().forEach((node) => world.kill(node));
      case "freeze":
        return nodes().forEach((node) => node.freeze());
      case "thaw":
        return nodes().forEach((node) => node.thaw());
      case "unplug":
        return nodes().forEach((node) => world.unplug(node));
      case "plug":
        return nodes().forEach((node) => network.plug(node));
      case "move":
        return world.move(this.#node(first), splitOption(second)[1]);
      case "leave":
        return nodes().forEach((node) => node.take({ kind: "leave" }));
      case "cut":
        return network.cut(this.#node(first), this.#node(second));
      case "divide":
        return network.divide(new Set(nodes()));
      case "unite":
        return network.unite();
      case "heal":
        return network.heal();
      case "loss":
        return void (network.loss = Number(first.replace("%", "")) / 100);
      case "latency":
        return void (network.latencyMs = milliseconds(first));
      case "registry":
        return this.#setRegistry(first, second);
      case "forget": {
        const asked = this.#observer(words);
        const name = this.#fullName(first, asked);
        return asked.take({ kind: "forget", name, dryRun: false, reply: 1 });
      }
      default:
        throw new SyntaxError("no such command");
    }
  }

  /** What is only looked at; `undefined` if that is no question. */
  #ask(verb: string, words: readonly string[]): string | undefined {
    const [first = ""] = words;
    switch (verb) {
      case "members":
        return memberTable(short(this.#observer(words).core.members(this.#now))).join("\n");
      case "explain":
        return this.#explain(first, this.#observer(words));
      case "why":
        return this.#explain(first, this.#observer(words)).split("\n")[0];
      case "matrix":
        return this.#matrix();
      case "status": {
        const asked = words.length > 0 ? [this.#observer(words)] : [...this.#nodes.values()];
        return asked.filter(({ state }) => state === "running").map(statusOf).join("\n");
      }
      case "log": {
        const asked = this.#observer(words);
        return this.#log.filter(({ node }) => node === asked)
          .map(({ at, text }) => `${timeStamp(at - this.#since)}  ${text}`).join("\n");
      }
      case "rows":
        return listNames(this.#rows().map(({ name }) => shorten(name)));
    }
  }

  get #now(): number {
    return Math.floor(this.world.now);
  }

  #label(node: SimNode): string {
    for (const [label, known] of this.#nodes) if (known === node) return label;
    return shorten(node.core.name);
  }

  #node(label: string): SimNode {
    const node = this.#nodes.get(label);
    if (node === undefined) throw new RangeError(`nobody is called ${label}`);
    return node;
  }

  /** The node behind `from` or `of`. */
  #observer(words: readonly string[]): SimNode {
    return this.#node(words[words.findIndex((word) => word === "from" || word === "of") + 1] ?? "");
  }

  #fullName(label: string, asked: SimNode): NodeName {
    const known = asked.core.members(this.#now).find(({ name }) => shorten(name) === label);
    return known?.name ?? nameOf(label);
  }

  #start(words: readonly string[]): void {
    const options = new Map(words.filter((word) => word.includes("=")).map(splitOption));
    const host = options.get("host");
    for (const label of expand(words.filter((word) => !word.includes("=")))) {
      const node = this.world.start(nameOf(label), {
        ...(host === undefined ? {} : { host }),
        port: Number(options.get("port") ?? 4000),
        nameIsAutomatic: options.get("name") === "automatic",
      });
      this.#nodes.set(options.get("as") ?? label, node);
    }
  }

  /** Brings nodes together; how they do that is another story. */
  #settle(words: readonly string[]): void {
    this.#start(words);
    this.world.run(settledMs);
    const { nodes } = this.world;
    const isTogether = nodes.every(({ lastStatus }) => lastStatus?.alive === nodes.length);
    if (!isTogether) throw new Error("they do not see each other");
  }

  #setRegistry(what: string, amount: string): void {
    const { registry, now } = this.world;
    switch (what) {
      case "away":
        return void (registry.awayBecause = "connection refused");
      case "read-only":
        return void (registry.readOnlyBecause = "read-only file system");
      case "lying":
        return void (registry.liesBecause = "connection reset");
      case "empty":
        return void (registry.isEmpty = true);
      case "stale":
        return void (registry.staleMs = milliseconds(amount));
      case "slow":
        return void (registry.latencyMs = milliseconds(amount));
      case "mend":
        return registry.mend();
      case "wipe":
        return registry.wipe();
      case "rollback":
        return registry.rollBack(milliseconds(amount), now);
      default:
        throw new SyntaxError("no such fault of a registry");
    }
  }

  #explain(label: string, asked: SimNode): string {
    const name = this.#fullName(label, asked);
    const explanation = asked.core.explain(name, this.#now);
    if (explanation === undefined) return `Nothing is known of ${name}`;
    return explanationText(this.#label(asked), short(explanation));
  }

  #rows(): { readonly name: NodeName; readonly instance: string }[] {
    const rows = this.world.registry.list(this.world.now);
    if (typeof rows === "string") throw new Error(`the registry is away: ${rows}`);
    return rows.map(({ row }) => row).sort((one, other) => compareNames(one.name, other.name));
  }

  /** Who has a row is asked from outside, as the command does. */
  #matrix(): string {
    const { network } = this.world;
    const reports = this.#rows().map(({ name, instance }) => {
      const node = network.byInstance(instance);
      const answers = node?.state === "running" && network.reaches(node, node);
      return { name, links: answers ? node.core.links(this.#now) : undefined };
    });
    return matrixText(new LinkMatrix(short(reports)));
  }
}

/** The last status line of a node. */
function statusOf({ core, lastStatus }: SimNode): string {
  if (lastStatus === undefined) return "";
  return new StatusWriter("auto").line({ ...lastStatus, self: core.name }) ?? "";
}

/** The same data with short names, so that tables are as wide as they need to be. */
function short<T>(data: T): T {
  return JSON.parse(shorten(JSON.stringify(data)));
}

function isFilled(line: string): boolean {
  return line.trim() !== "";
}
