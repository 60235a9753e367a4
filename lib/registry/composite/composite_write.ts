/**
 * How a row gets into several registries: one decides, the others follow.
 *
 * Usually the row is where its writer has put it, so that one compare-and-set in each registry is
 * all. If it is not, all copies are looked at first, and judged together.
 *
 * @module
 */
import type { Clock } from "../../clock.ts";
import { unreachable } from "../../core/base/assert.ts";
import { RegistryError } from "../../core/base/errors.ts";
import type { NodeName } from "../../core/base/name.ts";
import type { Row } from "../../core/members/row.ts";
import type { Backend } from "./backend.ts";
import type { Backends } from "./backends.ts";
import type { ManyCookies } from "./composite_cookie.ts";
import { judgeWrite, keyOf, mayReplace, parseVersion, versionOf } from "./composite_version.ts";
import type { Copy, Seen } from "./composite_version.ts";
import type { RowVersion, StoredRow, WriteResult } from "../registry.ts";

/** How often all copies are looked at anew because somebody was faster. */
const roundsMax = 3;

/** Heartbeats that somebody with the same name in a later registry has to notice this node and end. */
const heartbeatsToNotice = 3;

/**
 * How long others with the same name have been seen in a later registry.
 *
 * Two nodes that could not reach the same registries may both have got the name. Both see that as
 * soon as they can; if both gave way, none would be left. So the one in the later registry goes at
 * once, and the other one lets it go, and only then looks what is left.
 */
export class NameConflictGrace {
  readonly #clock: Clock;
  readonly #since = new Map<NodeName, { readonly instance: string; readonly at: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** True if `stranger` has been there for so long that it does not give way. */
  isOver({ row: stranger }: StoredRow): boolean {
    const { name, instance, heartbeatIntervalMs } = stranger;
    const now = this.#clock.now();
    const known = this.#since.get(name);
    if (known?.instance !== instance) this.#since.set(name, { instance, at: now });
    const at = known?.instance === instance ? known.at : now;
    return now - at >= heartbeatsToNotice * heartbeatIntervalMs;
  }

  /** Nobody else has that name. */
  end(name: NodeName): void {
    this.#since.delete(name);
  }
}

/** What writes need besides the row. */
export interface ManyWriteParts {
  readonly backends: Backends;
  readonly cookies: ManyCookies;
  readonly nameConflictGrace: NameConflictGrace;
}

/** What became of the write in the registry that decides. */
type Decision =
  | { readonly kind: "written"; readonly by: Backend }
  | { readonly kind: "conflict"; readonly current: StoredRow | undefined }
  | { readonly kind: "away" };

/** One write of one row. */
export class CompositeWrite {
  readonly #backends: Backends;
  readonly #cookies: ManyCookies;
  readonly #nameConflictGrace: NameConflictGrace;
  readonly #row: Row;
  readonly #seen: Seen | undefined;
  readonly #signal: AbortSignal;

  constructor(
    { backends, cookies, nameConflictGrace }: ManyWriteParts,
    row: Row,
    seen: Seen | undefined,
    signal: AbortSignal,
  ) {
    this.#backends = backends;
    this.#cookies = cookies;
    this.#nameConflictGrace = nameConflictGrace;
    this.#row = row;
    this.#seen = seen;
    this.#signal = signal;
  }

  /**
   * Writes the row where it was seen, and everywhere else.
   *
   * @throws {RegistryError} if no registry has taken it
   */
  async run(): Promise<WriteResult> {
    const result = await this.#onwards() ?? await this.#afterLook();
    this.#backends.tell("write");
    return result;
  }

  /** Without a look: if the first registry holds exactly what this handle has put there. */
  async #onwards(): Promise<WriteResult | undefined> {
    const [first] = this.#backends.all;
    const version = first && this.#writtenVersion(first);
    if (first === undefined || version === undefined || first.isAway) return undefined;
    const answer = await first.put(this.#row, version, this.#signal).answer;
    const isWritten = answer.kind === "answer" && answer.value.kind === "written";
    return isWritten ? await this.#follow(first, []) : undefined;
  }

  async #afterLook(): Promise<WriteResult> {
    for (let round = 0; round < roundsMax; round++) {
      const copies = await this.#backends.look(this.#row.name, this.#signal);
      // Where nothing can be read, something can perhaps be written: a folder is made anew.
      const isBlind = copies.every((copy) => copy === "away");
      const judgement = isBlind ? undefined : judgeWrite(copies, this.#row, this.#seen);
      if (judgement?.kind === "conflict") return judgement;
      const decision = await this.#decide(copies, isBlind);
      switch (decision.kind) {
        case "written":
          return await this.#follow(decision.by, copies);
        case "conflict":
          if (isBlind) return decision;
          break;
        case "away":
          throw this.#backends.allAway(isBlind ? "read" : "write");
        default:
          return unreachable(decision);
      }
    }
    throw new RegistryError(
      `Cannot write ${this.#row.name} into ${this.#backends.url}: it keeps changing`,
    );
  }

  /** The first registry that can be written decides. */
  async #decide(copies: readonly Copy[], isBlind: boolean): Promise<Decision> {
    const { all } = this.#backends;
    for (const backend of all) {
      const copy = copies[backend.index];
      if (copy === "away" && !isBlind) continue;
      const version = isBlind ? this.#writtenVersion(backend) : versionIn(copy);
      if (isBlind && this.#seen !== undefined && version === undefined) continue;
      const isAnotherWell = all.some((other) => other !== backend && !other.isFailing("write"));
      const asking = backend.put(this.#row, version, this.#signal);
      const [answer] = await this.#backends.gather([asking], this.#signal, isAnotherWell);
      if (answer?.kind !== "answer") continue;
      if (answer.value.kind === "written") return { kind: "written", by: backend };
      return { kind: "conflict", current: common(backend, answer.value.current) };
    }
    return { kind: "away" };
  }

  /** Takes the row to all others, once `decider` has it. */
  async #follow(decider: Backend, copies: readonly Copy[]): Promise<WriteResult> {
    const others = this.#backends.all.filter((backend) => backend !== decider);
    const askings = others.map((backend) =>
      backend.bring(
        this.#row,
        this.#seen?.key,
        this.#versionToReplace(backend, copies[backend.index]),
        this.#signal,
      )
    );
    const answers = await this.#backends.gather(askings, this.#signal, true);
    const written = new Map<Backend, RowVersion | undefined>([[decider, undefined]]);
    let obstacle: StoredRow | undefined;
    for (const [place, backend] of others.entries()) {
      const answer = answers[place];
      if (answer?.kind !== "answer") continue;
      if (answer.value.kind === "written") written.set(backend, answer.value.version);
      else obstacle ??= common(backend, answer.value.current);
    }
    if (obstacle === undefined) this.#nameConflictGrace.end(this.#row.name);
    else if (!this.#holdsEarlier(decider, obstacle) || this.#nameConflictGrace.isOver(obstacle)) {
      if (this.#seen === undefined) await this.#takeBack([...written.keys()]);
      return { kind: "conflict", current: obstacle };
    }
    const toMend = [...written.keys()].filter(({ lacksCookie }) => lacksCookie);
    await Promise.all(toMend.map((backend) => this.#cookies.restore(backend, this.#signal)));
    const first = Math.min(...Array.from(written.keys(), ({ index }) => index));
    return { kind: "written", version: versionOf(first, this.#row) };
  }

  /** True if this node held the name already, in a registry before that of `obstacle`. */
  #holdsEarlier(decider: Backend, { version }: StoredRow): boolean {
    return this.#seen?.instance === this.#row.instance &&
      decider.index < parseVersion(version).first;
  }

  #versionToReplace(backend: Backend, copy: Copy | undefined): RowVersion | undefined {
    if (typeof copy !== "object") return this.#writtenVersion(backend);
    const mayGo = this.#seen && mayReplace(copy.row, backend.index, this.#row, this.#seen);
    return mayGo ? copy.version : undefined;
  }

  /** Somebody else has the name in another registry: leaves no ghost behind where it was free. */
  async #takeBack(backends: readonly Backend[]): Promise<void> {
    const { name } = this.#row;
    const askings = backends.flatMap((backend) => {
      const version = backend.writtenVersion(name, keyOf(this.#row));
      backend.forget(name);
      return version === undefined
        ? []
        : [backend.ask("write", this.#signal, (one) => one.remove(name, version, this.#signal))];
    });
    await this.#backends.gather(askings, this.#signal, true);
  }

  #writtenVersion(backend: Backend): RowVersion | undefined {
    return this.#seen && backend.writtenVersion(this.#row.name, this.#seen.key);
  }
}

function versionIn(copy: Copy | undefined): RowVersion | undefined {
  return typeof copy === "object" ? copy.version : undefined;
}

/** A copy in one backend with the version that all of them share. */
function common(backend: Backend, stored: StoredRow | undefined): StoredRow | undefined {
  return stored && { row: stored.row, version: versionOf(backend.index, stored.row) };
}
