/**
 * Moments for people, in the time zone of their browser.
 *
 * @module
 */
import { localTime } from "../../../core/base/duration.ts";

/** `2026-11-27 18:51:29`. */
export function timeText(wallTime: number): string {
  return localTime(wallTime).replace(/\.\d+$/, "");
}

/** `18:51:29`. */
export function clockText(wallTime: number): string {
  return timeText(wallTime).slice(-8);
}
