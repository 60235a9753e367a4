/**
 * What has happened in a cluster, as all of its nodes tell it: each thing once.
 *
 * Every node tells what it learns of. The first to tell something makes a line; the others are
 * counted there. What happens to many members at once is one line, too.
 *
 * @module
 */
import { escapeControls } from "../../core/base/escape.ts";
import type { NodeName } from "../../core/base/name.ts";
import { describeChanges } from "../../core/members/change.ts";
import type { Change } from "../../core/members/change.ts";
import { compareNames } from "../../core/members/status_line.ts";
import { withLabels } from "../../report/words/member_label.ts";
import type { Label } from "../../report/words/member_label.ts";
import { signOfStyle } from "../terminal/paint.ts";
import type { Paint, Style } from "../terminal/paint.ts";
import { cutText } from "../terminal/text_width.ts";
import type { LogLine } from "../../report/read_log_line.ts";

/** How long after the first one a node still tells of the same thing, in milliseconds. */
const sameMs = 15_000;

/** How soon one change follows the other if they have one line, in milliseconds. */
const togetherMs = 2000;

/** Lines that are kept; more fit on no screen. */
const keptMax = 200;

/** Nodes that told it, by what they told it of: a member, or the whole cluster (`""`). */
type Tellers = Map<string, Set<NodeName>>;

interface Happening {
  /** Wall-clock time, in milliseconds. */
  readonly at: number;
  /** When it was last added to. */
  latest: number;
  /** The same for what can stand in one line. */
  readonly kind: string;
  readonly style: Style | undefined;
  readonly changes: Change[];
  /** Of what is no change. */
  readonly text: string;
  readonly tellers: Tellers;
}

/** One thing that one node tells. */
interface Telling extends Pick<Happening, "at" | "kind" | "style" | "text"> {
  readonly change?: Change;
}

/** How lines are to be shown. */
export interface LineShape {
  /** Room, in characters. */
  readonly width: number;
  readonly paint: Paint;
  /** Names that are shown by their labels. */
  readonly names: ReadonlySet<string>;
  readonly label: Label;
}

/** All that happened, the newest last. */
export class Happenings {
  readonly #all: Happening[] = [];

  /** Takes a record of the node `teller`, unless it tells what the table shows, or details. */
  addRecord(teller: NodeName, record: LogLine): void {
    const { level, message, event, changes } = record;
    const isShown = event === "status" || event === "starting" || event === "stopped";
    if (level === "debug" || (level === "info" && isShown)) return;
    const at = Date.parse(record.time);
    if (changes.length === 0) {
      const text = message.startsWith(`${teller} `) ? message.slice(teller.length + 1) : message;
      const style = level === "error" ? "bad" : level === "warning" ? "doubtful" : undefined;
      return this.#add(teller, { at, kind: `${level} ${text}`, style, text });
    }
    for (const change of changes) {
      const { kind, status, service } = change;
      const style = level === "info" ? undefined : kind === "failed" ? "bad" : "doubtful";
      this.#add(teller, { at, kind: `${kind} ${status} ${service}`, style, text: "", change });
    }
  }

  /** Takes a sentence about the node `teller`, at a wall-clock time in milliseconds. */
  addText(teller: NodeName, text: string, at: number): void {
    this.#add(teller, { at, kind: text, style: undefined, text });
  }

  #add(teller: NodeName, { change, ...telling }: Telling): void {
    const { at, kind } = telling;
    const subject = change?.name ?? "";
    const same = this.#all.findLast((one) => one.kind === kind && one.tellers.has(subject));
    const tellers = same?.tellers.get(subject);
    if (same !== undefined && tellers?.has(teller) === false && at - same.latest < sameMs) {
      tellers.add(teller);
      return;
    }
    const last = this.#all.at(-1);
    if (
      change !== undefined && last?.kind === kind && !last.tellers.has(subject) &&
      at - last.latest < togetherMs
    ) {
      last.latest = at;
      last.changes.push(change);
      last.tellers.set(subject, new Set([teller]));
      return;
    }
    const changes = change === undefined ? [] : [change];
    const first: Tellers = new Map([[subject, new Set([teller])]]);
    this.#all.push({ ...telling, latest: at, changes, tellers: first });
    if (this.#all.length > keptMax) this.#all.shift();
  }

  /** The newest lines, at most `count`, the newest last. */
  lines(count: number, shape: LineShape): readonly string[] {
    return count <= 0 ? [] : this.#all.slice(-count).map((one) => line(one, shape));
  }
}

/** `20:15:01 ✗ n1 and 3 more: n3 is down: n2 cannot reach it: connection refused`. */
function line(happening: Happening, { width, paint, names, label }: LineShape): string {
  const { at, style, changes, text, tellers } = happening;
  const time = new Date(at).toTimeString().slice(0, 8);
  const sorted = changes.toSorted((one, other) => compareNames(one.name, other.name));
  const words = changes.length > 0 ? describeChanges(sorted) : text;
  // Of many members each is told by others.
  const who = tellers.size > 1
    ? ""
    : tellerWords(...[...tellers.values()].flatMap((all) => [...all]));
  const told = withLabels(escapeControls(`${who}${words}`), names, label);
  return paint(style, cutText(`${time} ${signOfStyle(style)} ${told}`, width));
}

function tellerWords(first = "", ...others: string[]): string {
  return others.length === 0 ? `${first}: ` : `${first} and ${others.length} more: `;
}
