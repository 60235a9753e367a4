/**
 * How the links of all members are: the node asks them, as each knows its own alone.
 *
 * A page that many look at must not become a load. So all who ask within a moment share one answer,
 * only so many members are asked at once, and of a large cluster only some: those that are in trouble,
 * their observers, and of the rest every so many in the order of their names.
 *
 * @module
 */
import type { Clock } from "../../clock.ts";
import type { ProfileTimings } from "../../core/base/profile.ts";
import type { LinkReport } from "../../core/explain/link_matrix.ts";
import type { LinkView } from "../../core/explain/explanation.ts";
import type { NodeName } from "../../core/base/name.ts";
import type { MemberView } from "../../core/members/member.ts";
import { compareNames } from "../../core/members/status_line.ts";
import type { Membership } from "../../core/membership.ts";
import { decodeAnswer, encodeMessage } from "../../protocol/message.ts";
import type { Transport } from "../../transport/transport.ts";

/** Members that are asked side by side. */
export const askedAtOnce = 16;

/** Members whose links are shown, the node itself among them. */
export const surveyedMax = 64;

/** How long an answer is shared, of a small and of a large cluster, in milliseconds. */
const sharedMs = { small: 2000, large: 5000 };

/** A member that tells of more links than these and twice as many as there are members never ends. */
const linksMin = 100;

/** What a survey works with. */
export interface LinkSurveyParts {
  readonly clock: Clock;
  readonly transport: Pick<Transport, "ask">;
  readonly timings: Pick<ProfileTimings, "connectTimeoutMs" | "pingTimeoutMs">;
  view(): Pick<Membership, "name" | "members" | "links" | "observersOf">;
  /** Hears each answer once. */
  onSurveyed?(reports: readonly LinkReport[]): void;
}

/** A survey and how long it is good. */
interface Survey {
  readonly reports: Promise<readonly LinkReport[]>;
  /** On the monotonic clock; `Infinity` while it goes on. */
  goodUntil: number;
}

/** Asks for one node. */
export class LinkSurvey {
  readonly #parts: LinkSurveyParts;
  #last: Survey | undefined;

  constructor(parts: LinkSurveyParts) {
    this.#parts = parts;
  }

  /** How the links of the members are, in the order of names. Never rejects. */
  links(): Promise<readonly LinkReport[]> {
    const { clock, view } = this.#parts;
    if (this.#last !== undefined && clock.now() < this.#last.goodUntil) return this.#last.reports;
    const members = view().members(clock.now());
    const asked = surveyed(members, (name) => view().observersOf(name));
    const linksMax = linksMin + 2 * members.length;
    const survey: Survey = { reports: this.#ask(asked, linksMax), goodUntil: Infinity };
    this.#last = survey;
    const sharedForMs = members.length > surveyedMax ? sharedMs.large : sharedMs.small;
    void survey.reports.then((reports) => {
      survey.goodUntil = clock.now() + sharedForMs;
      this.#parts.onSurveyed?.(reports);
    });
    return survey.reports;
  }

  /** @param linksMax of so many links a member may tell */
  async #ask(members: readonly MemberView[], linksMax: number): Promise<readonly LinkReport[]> {
    const { clock, view } = this.#parts;
    const others = members.filter(({ self }) => !self);
    const reports: LinkReport[] = [];
    const askNext = async (): Promise<void> => {
      for (let next = others.shift(); next !== undefined; next = others.shift()) {
        reports.push({ name: next.name, links: await this.#linksOf(next, linksMax) });
      }
    };
    await Promise.all(Array.from({ length: askedAtOnce }, askNext));
    reports.push({ name: view().name, links: view().links(clock.now()) });
    return reports.sort((one, other) => compareNames(one.name, other.name));
  }

  /** `undefined` if it gives no answer, or none that makes sense. */
  async #linksOf(
    { name, instance, addresses }: MemberView,
    linksMax: number,
  ): Promise<LinkView[] | undefined> {
    const { connectTimeoutMs, pingTimeoutMs } = this.#parts.timings;
    const deadlines = { connectTimeoutMs, answerTimeoutMs: pingTimeoutMs };
    const links: LinkView[] = [];
    for (;;) {
      const body = encodeMessage({ kind: "links", after: links.at(-1)?.name });
      const to = { name, instance, addresses };
      const outcome = await this.#parts.transport.ask(to, body, deadlines);
      const answer = outcome.kind === "answer" ? decodeAnswer(outcome.body) : undefined;
      if (answer?.kind !== "links") return undefined;
      links.push(...answer.links);
      if (links.length > linksMax) return undefined;
      if (!answer.more || answer.links.length === 0) return links;
    }
  }
}

/** Of those that are shown, so many at most are asked as they are in trouble, or watch those. */
const inTroubleMax = 24;
const observersMax = 24;

/**
 * Whose links are shown, of members in the order of their names. BEAM nodes have nothing to tell, and
 * those that have not proven the cookie nothing that counts.
 *
 * @param observersOf who watches a member
 */
export function surveyed(
  members: readonly MemberView[],
  observersOf: (name: NodeName) => readonly NodeName[],
): readonly MemberView[] {
  const all = members.filter(({ kind, status }) => kind === "node" && status !== "unproven");
  if (all.length <= surveyedMax) return all;
  const isInTrouble = ({ status, linkWorks }: MemberView): boolean =>
    status !== "alive" || !linkWorks;
  const inTrouble = spread(all.filter(isInTrouble), inTroubleMax);
  const observers = new Set(inTrouble.flatMap(({ name }) => observersOf(name)));
  const chosen = new Set([
    ...all.filter(({ self }) => self),
    ...inTrouble,
    ...spread(all.filter((one) => observers.has(one.name) && !isInTrouble(one)), observersMax),
  ]);
  const rest = all.filter((one) => !chosen.has(one));
  const shown = new Set([...chosen, ...spread(rest, surveyedMax - chosen.size)]);
  return all.filter((one) => shown.has(one));
}

/** At most `most` of `all`, at equal distances. */
function spread<T>(all: readonly T[], most: number): readonly T[] {
  if (all.length <= most) return all;
  return Array.from(
    { length: most },
    (_, index) => all[Math.floor(index * all.length / most)] as T,
  );
}
