/**
 * The nodes of this machine on a live screen: the table of all members as one of them sees it, and
 * below it what has changed.
 *
 * @module
 */
import { orAborted } from "../../abort.ts";
import { sleep, systemClock } from "../../clock.ts";
import { RegistryError } from "../../core/base/errors.ts";
import { escapeControls } from "../../core/base/escape.ts";
import type { NodeName } from "../../core/base/name.ts";
import type { MemberView } from "../../core/members/member.ts";
import { ClusterView } from "../cluster_view.ts";
import type { Look } from "../cluster_view.ts";
import type { ClientOptions } from "../client.ts";
import { tellingOnce } from "../context.ts";
import type { CliContext } from "../context.ts";
import { CommandError } from "../exit_codes.ts";
import { labelIn } from "../../report/words/member_label.ts";
import { sortMembers } from "../../report/words/member_order.ts";
import { memberScreen } from "../members/member_screen.ts";
import { LiveScreen } from "../terminal/live_screen.ts";
import type { Frame } from "../terminal/live_screen.ts";
import { paintFor } from "../terminal/paint.ts";
import { cutText } from "../terminal/text_width.ts";
import type { Paint } from "../terminal/paint.ts";
import { Happenings } from "./happenings.ts";
import { readLogLine } from "../../report/read_log_line.ts";
import { nameOf } from "./process_group.ts";
import type { LineTaker, ProcessGroup } from "./process_group.ts";

/** Time between two looks at the members, in milliseconds. */
const lookMs = 1000;

/** Least time between two pictures, in milliseconds. */
const drawMs = 100;

/** What is to be seen. */
export interface LocalPicture {
  readonly views: readonly MemberView[];
  /** Stands below the summary. */
  readonly caption: string;
  /** Why there is nothing newer to show. */
  readonly trouble?: string | undefined;
  readonly happenings: Happenings;
  readonly pidOf: (name: NodeName) => number | undefined;
  readonly paint: Paint;
}

/** The frame of such a picture. */
export function localFrame(picture: LocalPicture): Frame {
  const { views, happenings, pidOf, paint, ...told } = picture;
  const names = views.map(({ name }) => name);
  const [all, label] = [new Set(names), labelIn(names)];
  const pid = {
    header: "PID",
    cell: ({ name }: MemberView): string => `${pidOf(name) ?? ""}`,
    none: "-",
    alignsRight: true,
  };
  const below: Frame = ({ columns, rows }) => {
    const head = rows > 2 ? ["", paint("strong", "WHAT CHANGED")] : [];
    const shape = { width: columns, paint, names: all, label };
    const lines = happenings.lines(rows - head.length, shape);
    return lines.length === 0 ? [] : [...head, ...lines];
  };
  if (views.length === 0) {
    return ({ columns, rows }) => [
      cutText(told.caption, columns),
      ...below({ columns, rows: rows - 1 }),
    ];
  }
  return memberScreen({ ...told, views: sortMembers(views, "status"), paint, more: [pid], below });
}

/** The live screen of one group of processes; dispose it to get the usual one back. */
export class LocalScreen implements Disposable {
  readonly #options: ClientOptions;
  readonly #count: number;
  readonly #paint: Paint;
  readonly #screen: LiveScreen;
  readonly #happenings = new Happenings();
  readonly #errors = new Set<string>();
  #look: Look | undefined;
  #trouble: string | undefined;
  #url: string | undefined;
  #isStale = true;

  constructor(world: CliContext, options: ClientOptions, count: number) {
    this.#options = options;
    this.#count = count;
    this.#paint = paintFor(world);
    this.#screen = new LiveScreen(world);
  }

  /** For what works behind the screen. */
  get context(): CliContext {
    return this.#screen.context;
  }

  /** Takes a line that a node has printed, or that is about it. */
  readonly take: LineTaker = (number, line) => {
    const record = readLogLine(line);
    if (record !== undefined) {
      this.#url = record.url ?? this.#url;
      this.#happenings.addRecord(nameOf(number), record);
      if (record.level === "error") this.#tellLater(number, record.message);
    } else this.#happenings.addText(nameOf(number), line, systemClock.wallTime());
    this.#isStale = true;
  };

  /** On the screen an error is cut, and it may be why all have ended. Each is told once. */
  #tellLater(number: number, message: string): void {
    if (this.#errors.has(message)) return;
    this.#errors.add(message);
    this.context.writeStderr(`clusternode: ${nameOf(number)}: ${escapeControls(message)}\n`);
  }

  /** Looks again and again until `signal` is aborted. */
  async look(signal: AbortSignal): Promise<void> {
    await using cluster = new ClusterView(tellingOnce(this.context), this.#options);
    while (!signal.aborted) {
      try {
        this.#look = await orAborted(cluster.look(signal), signal);
        this.#trouble = undefined;
      } catch (error) {
        if (signal.aborted) return;
        if (!(error instanceof CommandError || error instanceof RegistryError)) throw error;
        // While they start, there is nobody to ask yet.
        if (this.#look !== undefined) this.#trouble = error.message;
      }
      this.#isStale = true;
      await sleep(systemClock, lookMs, signal).catch(() => {});
    }
  }

  /**
   * Draws what is new until `signal` is aborted.
   *
   * @throws {OutputError} if it cannot be written
   */
  async draw(group: ProcessGroup, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      if (this.#isStale) this.show(group);
      await sleep(systemClock, drawMs, signal).catch(() => {});
    }
  }

  /** Draws once. */
  show(group: ProcessGroup): void {
    this.#isStale = false;
    this.#screen.show(localFrame({
      views: this.#look?.members ?? [],
      caption: this.#caption(group),
      trouble: this.#trouble,
      happenings: this.#happenings,
      pidOf: (name) => group.pidOf(name),
      paint: this.#paint,
    }));
  }

  #caption(group: ProcessGroup): string {
    const running = group.runningCount;
    const count = this.#count;
    if (group.isEnding) {
      return running > 0 ? `leaving: ${running} of ${count} processes still run` : "all have ended";
    }
    const time = new Date(systemClock.wallTime()).toTimeString().slice(0, 8);
    const asked = this.#look === undefined ? "they start" : `as ${this.#look.asked} sees it`;
    const page = this.#url === undefined ? "" : `page at ${this.#url}; `;
    return `${running} of ${count} processes run; ${asked}, ${time}; ${page}Ctrl-C ends all`;
  }

  [Symbol.dispose](): void {
    this.#screen[Symbol.dispose]();
  }
}
