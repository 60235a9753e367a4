/**
 * The service that `clusternode start` carries: from options and a node to a process, and back from
 * its states to what the node tells everybody.
 *
 * @module
 */
import { aborted } from "../../abort.ts";
import { type Clock, systemClock } from "../../clock.ts";
import { formatAddress } from "../../core/base/address.ts";
import { cutText } from "../../core/base/text.ts";
import { serviceReasonMax } from "../../core/members/service.ts";
import type { MemberService } from "../../core/members/service.ts";
import type { Log } from "../../log/log.ts";
import type { ClusterNode } from "../../node/node.ts";
import { optionTable } from "../../options/option_table.ts";
import { childEnvironment, instanceVariable } from "../../service/child_environment.ts";
import type { Libc } from "../../service/libc.ts";
import { OwnChildren } from "../../service/own_children.ts";
import { onPassedSignals } from "../../service/passed_signals.ts";
import { Reaper } from "../../service/reaper.ts";
import { Service } from "../../service/service.ts";
import type { SharedOutput } from "../../service/shared_output.ts";
import type { CliContext } from "../context.ts";
import type { Call } from "../parse/call.ts";
import { parentWatchVariable, parentWords } from "../parent_watch.ts";
import { allHold, describeCondition } from "./start_conditions.ts";

/** Program and arguments. */
type Command = readonly [string, ...string[]];

/** What a service does not get to know: who has these can join, or write the registry. */
const withheld: readonly string[] = [
  ...[optionTable.cookie, optionTable.cookieFile, optionTable.beamCookie, optionTable.registry]
    .map(({ variable }) => variable),
  parentWatchVariable,
];

/** What a carried service needs of the program around it. */
export interface CarriedServiceContext {
  readonly world: CliContext;
  /** Standard output and error, which it shares with the log. */
  readonly stdout: SharedOutput;
  readonly stderr: SharedOutput;
  readonly log: Log;
  /** The C library, or why it cannot be used. */
  readonly libc: () => Libc | string;
  /** Told of each state, beside the node. */
  readonly onState: (service: MemberService) => void;
}

/** The service of one node; it listens for signals from its construction to its disposal. */
export class CarriedService implements Disposable {
  readonly #command: Command;
  readonly #options: Call<"start">["options"];
  readonly #context: CarriedServiceContext;
  readonly #clock: Clock = systemClock;
  readonly #children = new OwnChildren();
  /** Stdin is a terminal: the service stays in the foreground, and Ctrl-C comes to it by itself. */
  readonly #sharesTerminal = Deno.stdin.isTerminal();
  readonly #held = new DisposableStack();
  readonly #stopped = new AbortController();
  #service: Service | undefined;
  #node: ClusterNode | undefined;

  constructor(
    command: Command,
    options: Call<"start">["options"],
    context: CarriedServiceContext,
  ) {
    this.#command = command;
    this.#options = options;
    this.#context = context;
    const pass = (signal: Parameters<Service["signal"]>[0]): void => this.#service?.signal(signal);
    this.#held.use(onPassedSignals(this.#sharesTerminal, pass));
    this.#reap();
  }

  /** What the node tells of it from the beginning. */
  get beginning(): MemberService {
    return { state: "starting", reason: "the node is about to join", port: this.#port };
  }

  /** True while a process of it is there. */
  get runs(): boolean {
    return this.#service?.pid !== undefined;
  }

  /**
   * Starts it once the node is a member and the conditions hold. Resolves when it has ended for
   * good: to its exit code, or to `undefined` if it was never started.
   */
  async carry(node: ClusterNode): Promise<number | undefined> {
    this.#node = node;
    const { after } = this.#options;
    const { signal } = this.#stopped;
    const joined = node.joined.then(() => true, () => false);
    if (!await Promise.race([joined, aborted(signal)])) return undefined;
    if (after.length > 0) {
      const reason = `it waits for ${after.map(describeCondition).join(", ")}`;
      this.#tell({ state: "starting", reason });
      this.#context.log.info(`The service is not started yet: ${reason}`);
    }
    const service = this.#service = this.#open(node);
    await allHold(after, node, this.#clock, signal);
    service.admit();
    return await service.ended;
  }

  /** Ends it, and each further call more quickly. */
  stop(how: Parameters<Service["stop"]>[0]): void {
    this.#stopped.abort();
    this.#service?.stop(how);
  }

  /** SIGHUP has come, and no terminal was closed. */
  hangUp(): void {
    // Otherwise it is among the signals that are passed on.
    if (this.#sharesTerminal) this.#service?.signal("SIGHUP");
  }

  [Symbol.dispose](): void {
    this.#held.dispose();
  }

  get #port(): number | undefined {
    return this.#options.servicePort;
  }

  #open(node: ClusterNode): Service {
    const { ready: check, readyIntervalMs, readyTimeoutMs, successCodes } = this.#options;
    const { world, stdout, stderr } = this.#context;
    const inherits = (isTerminal: boolean): boolean => this.#sharesTerminal && isTerminal;
    return new Service({
      ...this.#options,
      command: this.#command,
      environment: this.#environment(node),
      sharesTerminal: this.#sharesTerminal,
      ownVariable: instanceVariable,
      stdin: parentWords(world.environment) !== undefined ? "null" : "inherit",
      stdout: inherits(world.stdoutIsTerminal) ? "inherit" : (bytes) => stdout.write(bytes),
      stderr: inherits(world.stderrIsTerminal) ? "inherit" : (bytes) => stderr.write(bytes),
      readiness: check && { check, intervalMs: readyIntervalMs, timeoutMs: readyTimeoutMs },
      successCodes: new Set(successCodes),
    }, {
      clock: this.#clock,
      children: this.#children,
      onState: (change) => {
        if (change.hasFailed) this.#node?.serviceFailed();
        // For the cluster it is as before, so that no change says it.
        if (change.isSlow) this.#context.log.info(`The service is not ready yet: ${change.reason}`);
        this.#tell(change);
      },
    });
  }

  #environment(node: ClusterNode): Record<string, string> {
    const self = node.members().find(({ name }) => name === node.name);
    const [address] = self?.addresses ?? [];
    // Unlike the context's, without marks for what is no text.
    return childEnvironment(Deno.env.toObject(), withheld, {
      self: node.name,
      instance: self?.instance ?? "",
      cluster: this.#options.cluster,
      address: address === undefined ? "" : formatAddress(address),
    });
  }

  #tell({ state, reason: whole }: Pick<MemberService, "state" | "reason">): void {
    const reason = cutText(whole, serviceReasonMax);
    const service: MemberService = { state, reason, port: this.#port };
    this.#node?.describe({ service });
    this.#context.onState(service);
  }

  #reap(): void {
    const { log, libc: open } = this.#context;
    const isInit = Deno.pid === 1;
    if (!isInit && !this.#options.subreaper) return;
    const libc = open();
    if (typeof libc === "string" || (!isInit && !libc.becomeSubreaper())) {
      const why = typeof libc === "string" ? libc : "the system refuses to make it a subreaper";
      const remedy = "in a container, docker run --init does it";
      log.warning(`Orphans of the service are not reaped (${why}); ${remedy}`);
      return;
    }
    const isOwn = (pid: number): boolean => this.#children.has(pid);
    this.#held.use(new Reaper({ calls: libc, clock: this.#clock, isOwn }));
  }
}
