/**
 * The rows that one handle has written, and may move the heartbeats of without a lock.
 *
 * @module
 */
import type { Clock } from "../../clock.ts";
import { textVersion } from "../common/text_version.ts";
import type { Call } from "../common/timed_calls.ts";
import type { RowVersion } from "../registry.ts";
import { rowMaxBytes } from "../../core/members/row.ts";
import { infoOf, lookOf, readSmallFile, settlesAfterMs } from "./directory_files.ts";
import { heartbeatOf, takeHeartbeat, withHeartbeat } from "./directory_heartbeats.ts";
import type { Heartbeat } from "./directory_heartbeats.ts";

/** Most rows of which the last write is remembered. */
const rememberedMax = 100;

/** How old the file of a row may become before it is written anew, in milliseconds. */
const rewriteMs = 60 * 60_000;

interface HeldRow {
  readonly path: string;
  /** What the file under that path looks like. */
  readonly look: string;
  /** What stands in it. */
  readonly text: string;
  readonly writtenAt: number;
  /** Where heartbeats lie. */
  readonly folder: string;
  /** So long after it was written it cannot be anything else. */
  readonly settlesAfterMs: number;
  /** True once what lies there and looks like that cannot be anything else. */
  isSettled: boolean;
  /** What its heartbeat is now. */
  heartbeat: Heartbeat;
  version: RowVersion;
}

/** What was written, and where. */
export type WrittenRow = Pick<HeldRow, "path" | "text" | "folder">;

/** The last write of each row by one handle. */
export class HeldRows {
  readonly #clock: Clock;
  readonly #rows = new Map<string, HeldRow>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Puts `text` under `key` if that moves nothing but the heartbeat of a row that is still as this
   * handle has left it; false if it is not, or nothing is known of it.
   *
   * @throws what the system says
   */
  async moveHeartbeat(
    key: string,
    text: string,
    seen: RowVersion | undefined,
    call: Call,
  ): Promise<boolean> {
    const row = this.#rows.get(key);
    const next = heartbeatOf(key, text);
    if (row === undefined || row.version !== seen || next === undefined) return false;
    // A lower one would be read as the one in the row.
    if (next.heartbeat <= row.heartbeat.heartbeat) return false;
    if (withHeartbeat(row.text, next) !== text) return false;
    const ageMs = this.#clock.now() - row.writtenAt;
    if (ageMs >= rewriteMs || !await isAsLeft(row)) return false;
    row.isSettled ||= ageMs >= row.settlesAfterMs;
    call.checkpoint();
    if (!await takeHeartbeat(row.folder, row.heartbeat, next)) return false;
    row.heartbeat = next;
    row.version = textVersion(text);
    return true;
  }

  /** The row was written as a whole. */
  async remember(key: string, { path, text, folder }: WrittenRow): Promise<void> {
    if (this.#rows.size >= rememberedMax) this.#rows.clear();
    const heartbeat = heartbeatOf(key, text);
    const info = await infoOf(path);
    if (heartbeat === undefined || info === undefined) return this.forget(key);
    this.#rows.set(key, {
      ...{ path, text, folder },
      look: lookOf(info),
      writtenAt: this.#clock.now(),
      settlesAfterMs: settlesAfterMs(info),
      isSettled: false,
      heartbeat,
      version: textVersion(text),
    });
  }

  forget(key: string): void {
    this.#rows.delete(key);
  }
}

/** True if nobody has touched the file of the row. */
async function isAsLeft({ path, look, text, isSettled }: HeldRow): Promise<boolean> {
  if (lookOf(await infoOf(path)) !== look) return false;
  if (isSettled) return true;
  const content = await readSmallFile(path, rowMaxBytes);
  return content !== undefined && "text" in content && content.text === text;
}
