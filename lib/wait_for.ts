/**
 * Waiting inside of a program until a cluster is as it should be.
 *
 * Each change wakes it. Tags and round trips change without being told of, so it also looks by itself
 * now and then.
 *
 * @module
 */
import { onAbort } from "./abort.ts";
import type { Clock } from "./clock.ts";
import { StoppedError, UsageError, WaitTimeoutError } from "./core/base/errors.ts";
import { formatDuration } from "./core/base/duration.ts";
import type { MemberView as Member } from "./core/members/member.ts";
import { missing } from "./core/explain/condition.ts";
import type { Condition } from "./core/explain/condition.ts";
import { conditionFaults, conditionTypes } from "./options/option_condition.ts";
import { duration, quote } from "./options/option_values.ts";
import type { ValueType } from "./options/option_values.ts";
import { durationText, readTags } from "./start_options.ts";
import type { Duration } from "./start_options.ts";

/** Time between two looks that no change has asked for, in milliseconds. */
const lookMs = 500;

/** What is waited for: a description, or a function that knows it when it sees the members. */
export type Awaited = Condition | ((members: readonly Member[]) => boolean);

/** How long is waited. */
export interface WaitOptions {
  /** Ends the wait with its reason as soon as it is aborted. */
  readonly signal?: AbortSignal | undefined;
  /** Ends the wait with a `WaitTimeoutError`; up to a day. Without it there is no end. */
  readonly timeout?: Duration | undefined;
}

/** What is watched: a node. */
export interface Watched {
  members(): readonly Member[];
  changes(signal: AbortSignal): AsyncIterable<{ readonly snapshot: boolean }>;
}

/** The members, as soon as they are as wanted; see `RunningNode.waitFor`. */
export async function waitFor(
  node: Watched,
  awaited: Awaited,
  { signal, timeout }: WaitOptions,
  clock: Clock,
): Promise<readonly Member[]> {
  const lacks = reader(awaited);
  const timeoutMs = timeout === undefined ? undefined : readTimeout(timeout);
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<readonly Member[]>();
  let missed: readonly string[] = [];
  const look = (): void => {
    try {
      const members = node.members();
      missed = lacks(members);
      if (missed.length === 0) resolve(members);
    } catch (error) {
      reject(error);
    }
  };
  const onTimeout = (): void => {
    look();
    reject(new WaitTimeoutError(`Not reached within ${formatDuration(timeoutMs ?? 0)}`, missed));
  };
  const over = new AbortController();
  using end = new DisposableStack();
  end.defer(() => over.abort());
  if (signal !== undefined) end.defer(onAbort(signal, () => reject(signal.reason)));
  if (timeoutMs !== undefined) end.defer(clock.after(timeoutMs, onTimeout));
  let cancelLook = (): void => {};
  const lookAgain = (): void => {
    cancelLook = clock.after(lookMs, lookAgain);
    look();
  };
  end.defer(() => cancelLook());
  lookAgain();
  lookAtChanges(node, over.signal, look).catch((error) => over.signal.aborted || reject(error));
  return await promise;
}

/** Looks at each change. @throws {StoppedError} once there can be none any more */
async function lookAtChanges(node: Watched, signal: AbortSignal, look: () => void): Promise<void> {
  for await (const { snapshot } of node.changes(signal)) if (!snapshot) look();
  throw new StoppedError("The node has ended, and what it waited for was not reached");
}

/** What members lack, in sentences. @throws {UsageError} if nothing can be waited for in this way */
function reader(awaited: Awaited): (members: readonly Member[]) => readonly string[] {
  if (typeof awaited === "function") {
    return (members) => awaited(members) ? [] : ["the function that was given returns false"];
  }
  const condition = readCondition(awaited);
  return (members) => missing(condition, members);
}

function readCondition({ tags, ...demands }: Condition): Condition {
  const types: Readonly<Record<string, ValueType<unknown>>> = conditionTypes;
  const faults: string[] = [];
  const read = Object.entries(demands).filter(([, value]) => value !== undefined)
    .map(([key, value]) => {
      const type = Object.hasOwn(types, key) ? types[key] : undefined;
      const reading = type?.read(`${value}`, { registryUrlFault: () => undefined }) ??
        { fault: `it is none of tags, ${Object.keys(types).join(", ")}` };
      if ("value" in reading) return [key, reading.value];
      faults.push(`condition "${key}" ${quote(`${value}`)}: ${reading.fault}`);
      return [key, undefined];
    });
  const wantedTags = readConditionTags(tags, faults);
  if (faults.length > 0) throw new UsageError(faults);
  const condition: Condition = {
    ...Object.fromEntries(read),
    ...wantedTags !== undefined && { tags: wantedTags },
  };
  const contradictions = conditionFaults(condition, (key) => `condition "${key}"`);
  if (contradictions.length > 0) throw new UsageError(contradictions);
  return condition;
}

/** Tags, if there are any and they are legal; what is wrong with them is added to `faults`. */
function readConditionTags(tags: Condition["tags"], faults: string[]): Condition["tags"] {
  try {
    return tags && readTags(tags);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    faults.push(...error.faults.map((fault) => fault.replace(/^option/, "condition")));
    return undefined;
  }
}

function readTimeout(timeout: Duration): number {
  const text = `${durationText("timeout", timeout)}`;
  const reading = duration("0", "24h").read(text, { registryUrlFault: () => undefined });
  if ("value" in reading) return reading.value;
  throw new UsageError([`option "timeout" ${quote(text)}: ${reading.fault}`]);
}
