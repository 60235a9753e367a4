/**
 * What a cluster can be waited for, and what of that is still missing.
 *
 * A condition is held against the members as one node sees them. It says in sentences what it has
 * found, so that whoever waits is told by name what keeps it: the command `wait`, `waitFor` of the
 * library, a service that is to start later than its node.
 *
 * @module
 */
import { firstOf } from "../base/text.ts";
import { localName } from "../base/name.ts";
import type { NodeName } from "../base/name.ts";
import { countsAsAlive } from "../members/member.ts";
import type { MemberStatus, MemberView } from "../members/member.ts";
import type { ServiceState } from "../members/service.ts";
import { statusWords } from "../members/change.ts";

/**
 * What members a cluster must have; all that is given must hold at the same time.
 *
 * `members` stands for itself. All else describes a member together, and at least `count` must be
 * like that: `{ service: "ready", tags: { role: "db" }, count: 2 }`.
 */
export interface Condition {
  /** At least so many members are alive, the node that is asked among them. */
  readonly members?: number | undefined;
  /** Name of the member, in full or only the part in front of the `@`. */
  readonly member?: string | undefined;
  /** Its status; without it the member must be alive, and may be a suspect. */
  readonly status?: MemberStatus | undefined;
  /** The state of its service. */
  readonly service?: ServiceState | undefined;
  /** Tags that it has, among others. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** At least so many are like that; 1 if left out. */
  readonly count?: number | undefined;
}

/** One demand of a condition, held against the members. */
export interface Finding {
  readonly holds: boolean;
  /** What is there and what is not, by name: `1 of 2 members is alive: n1@h; not n2@h (it is down)`. */
  readonly sentence: string;
}

/** A member as a condition describes it. */
type Description = Omit<Condition, "members" | "count">;

/** Most members that one sentence names as there, and as missing. */
const namesMax = 10;

/**
 * What of `condition` holds among `views`: one finding for each demand.
 *
 * `--after members=3` of a node that waits before it starts a service is `{ members: 3 }` among all
 * members; `--after tag:role=db` is `{ tags: { role: "db" } }` among all but the node itself:
 * `views.filter(({ self }) => !self)`.
 */
export function examine(condition: Condition, views: readonly MemberView[]): readonly Finding[] {
  const { members, member, count = 1, ...rest } = condition;
  const description = { member, ...rest };
  const found: Finding[] = [];
  if (members !== undefined) found.push(counted(members, {}, views));
  if (!describes(description)) return found;
  return [
    ...found,
    member === undefined ? counted(count, description, views) : named(member, description, views),
  ];
}

/** What is missing, a sentence for each demand that does not hold; empty once all of them do. */
export function missing(condition: Condition, views: readonly MemberView[]): readonly string[] {
  return examine(condition, views).filter(({ holds }) => !holds).map(({ sentence }) => sentence);
}

/** True if something is said of the member that is waited for. */
export function describes({ member, status, service, tags }: Description): boolean {
  return [member, status, service, tags].some((part) => part !== undefined);
}

function counted(
  wanted: number,
  description: Description,
  views: readonly MemberView[],
): Finding {
  const judged = views.map((view) => ({ view, faults: faults(description, view) }));
  const there = judged.filter(({ faults }) => faults.length === 0).map(({ view }) => view.name);
  const absent = judged.filter(({ faults }) => faults.length > 0)
    .map(({ view, faults }) => `${view.name} (${faults.join(", ")})`);
  const holds = there.length >= wanted;
  const verb = there.length === 1 || wanted === 1 ? "is" : "are";
  const noun = wanted === 1 ? "member" : "members";
  const sentence = [
    `${there.length} of ${wanted} ${noun} ${verb} ${words(description)}`,
    there.length > 0 ? `: ${firstOf(there, namesMax)}` : "",
    holds || absent.length === 0 ? "" : `; not ${firstOf(absent, namesMax)}`,
  ].join("");
  return { holds, sentence };
}

function named(name: string, description: Description, views: readonly MemberView[]): Finding {
  const called = views.filter((view) => view.name === name || localName(view.name) === name);
  const judged = called.map((view) => ({ view, faults: faults(description, view) }));
  const found = judged.find(({ faults }) => faults.length === 0);
  if (found !== undefined) {
    return { holds: true, sentence: `${found.view.name} is ${words(description)}` };
  }
  const absent = judged.map(({ view, faults }) => `${view.name} (${faults.join(", ")})`);
  const why = absent.length === 0 ? `${name} is no member` : `not ${firstOf(absent, namesMax)}`;
  return { holds: false, sentence: `${name} must be ${words(description)}: ${why}` };
}

/** The members as a condition describes them, as the end of a sentence: `alive with service ready`. */
function words({ status, service, tags = {} }: Description): string {
  const properties = [
    ...service === undefined ? [] : [`service ${service}`],
    ...Object.entries(tags).map(([key, value]) => `tag ${key}=${value}`),
  ];
  const last = properties.length > 0 ? ` with ${properties.join(", ")}` : "";
  return `${status ?? "alive"}${last}`;
}

/** Why a member is not as described, each as a clause. */
function faults({ status, service, tags = {} }: Description, view: MemberView): string[] {
  const isAsWanted = status === undefined ? countsAsAlive(view.status) : view.status === status;
  return [
    ...isAsWanted ? [] : [`it ${statusWords(view.status)}`],
    ...service === undefined || view.service?.state === service ? [] : [serviceFault(view)],
    ...Object.entries(tags).filter(([key, value]) => tagOf(view, key) !== value)
      .map(([key]) => `its tag ${key} is ${tagOf(view, key) ?? "not set"}`),
  ];
}

function serviceFault({ service }: MemberView): string {
  if (service === undefined) return "it carries no service";
  return `its service is ${service.state}${service.reason === "" ? "" : `: ${service.reason}`}`;
}

function tagOf({ tags }: MemberView, key: string): string | undefined {
  return Object.hasOwn(tags, key) ? tags[key] : undefined;
}

/** The members as one node sees them. */
export interface SeenBy {
  readonly node: NodeName;
  /** `undefined` if it gave no answer. */
  readonly members: readonly MemberView[] | undefined;
}

/**
 * Whether all see the same as the first does: the same members, instances and verdicts.
 *
 * BEAM nodes are left out, as each node judges them by itself.
 */
export function examineAgreement([first, ...others]: readonly SeenBy[]): Finding {
  if (first === undefined) return { holds: false, sentence: "no member is alive" };
  const faults = others.flatMap((other) => disagreement(first, other) ?? []);
  const holds = faults.length === 0;
  const all = others.length + 1;
  return holds ? { holds, sentence: `${all} of ${all} live members agree` } : {
    holds,
    sentence: `${all - faults.length} of ${all} live members agree; not ${
      firstOf(faults, namesMax)
    }`,
  };
}

/** `n2@h (it sees n3@h as down, n1@h as alive)`, or `undefined` if both see the same. */
function disagreement(first: SeenBy, other: SeenBy): string | undefined {
  if (other.members === undefined) return `${other.node} (it does not answer)`;
  const [mine, theirs] = [seen(first.members ?? []), seen(other.members)];
  for (const name of new Set([...mine.keys(), ...theirs.keys()])) {
    const [one, two] = [mine.get(name), theirs.get(name)];
    if (one?.status === two?.status && one?.instance === two?.instance) continue;
    const isOtherRun = one !== undefined && two !== undefined && one.status === two.status;
    const difference = isOtherRun
      ? `it knows another instance of ${name} than ${first.node}`
      : `it sees ${name} as ${two?.status ?? "no member"}, ${first.node} as ${
        one?.status ?? "no member"
      }`;
    return `${other.node} (${difference})`;
  }
  return undefined;
}

function seen(members: readonly MemberView[]): ReadonlyMap<NodeName, MemberView> {
  return new Map(members.filter(({ kind }) => kind === "node").map((view) => [view.name, view]));
}
