/**
 * The history that the options of a node describe.
 *
 * Loaded only where one is wished.
 *
 * @module
 */
import { dirname } from "node:path";
import type { Clock } from "../clock.ts";
import { localName } from "../core/base/name.ts";
import type { NodeName } from "../core/base/name.ts";
import type { History } from "./history.ts";
import { NodeHistory } from "./node_history.ts";

/** What the options say. */
export interface HistoryOptions {
  /** How long what happened is told, in milliseconds; `undefined`: in memory, for as long as it fits. */
  readonly keepMs: number | undefined;
  /** Path of the file, or the word `none`; `undefined`: beside the log. */
  readonly file: string | undefined;
  /** Path of the log file, if there is one. */
  readonly logFile: string | undefined;
}

/**
 * Opens it; its file is read once the node has its name.
 *
 * @param onTrouble told what is wrong with the file
 */
export function openHistory(
  { keepMs = Infinity, file, logFile }: HistoryOptions,
  { clock, onTrouble }: { readonly clock: Clock; onTrouble(message: string): void },
): History {
  const hasFile = keepMs !== Infinity && file !== "none";
  if (hasFile && file === undefined && logFile === undefined) {
    onTrouble("The history is in memory only: without a log file, say where with historyFile");
  }
  const beside = (name: NodeName): string | undefined =>
    logFile && `${dirname(logFile)}/${localName(name)}.history.jsonl`;
  const path = (name: NodeName): string | undefined => hasFile ? file ?? beside(name) : undefined;
  return new NodeHistory({ clock, keepMs, path, onTrouble });
}
