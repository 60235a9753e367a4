/**
 * A JSON line of the log of a node, read again: by the process that has started the node.
 *
 * @module
 */
import * as v from "valibot";
import { parseNodeName } from "../core/base/name.ts";
import { changeKinds } from "../core/members/change.ts";
import type { Change } from "../core/members/change.ts";
import { logSchema } from "./log_report.ts";
import type { LogReport } from "./log_report.ts";

/** What a line says. */
export interface LogLine extends LogReport {
  /** The changes of members that it tells, all of one kind; none if it tells something else. */
  readonly changes: readonly Change[];
}

/** What stands in `line`, or `undefined` if it is none of the log, such as a word of the runtime. */
export function readLogLine(line: string): LogLine | undefined {
  const { success, output } = v.safeParse(logSchema, parsed(line));
  return success ? { ...output, changes: changesIn(output) } : undefined;
}

function changesIn(report: LogReport): Change[] {
  const { event, members = [], status, serviceState: service, reason = "" } = report;
  const kind = changeKinds.find((one) => one === event);
  if (kind === undefined) return [];
  return members.flatMap((member) => {
    const name = parseNodeName(member.name);
    return name === undefined ? [] : [{ kind, name, status, service, reason }];
  });
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
