/**
 * `clusternode wait`: ends as soon as the cluster is as it should be, or when time is up.
 *
 * One node is asked again and again. That no node is there yet, and that the registry is away, is
 * something to wait for as well.
 *
 * @module
 */
import { orAborted } from "../../abort.ts";
import { sleep, systemClock } from "../../clock.ts";
import { formatDuration } from "../../core/base/duration.ts";
import { RegistryError, UsageError } from "../../core/base/errors.ts";
import { escapeControls } from "../../core/base/escape.ts";
import { countsAsAlive } from "../../core/members/member.ts";
import { examine, examineAgreement } from "../../core/explain/condition.ts";
import type { Condition, Finding } from "../../core/explain/condition.ts";
import { conditionFaults } from "../../options/option_condition.ts";
import { collectTags } from "../../options/option_identity.ts";
import { isoTime } from "../../report/iso_time.ts";
import { jsonText } from "../../report/json_text.ts";
import { membersReport } from "../../report/member_report.ts";
import { ClusterView } from "../cluster_view.ts";
import type { Look } from "../cluster_view.ts";
import { tellingOnce } from "../context.ts";
import type { CliContext } from "../context.ts";
import { CommandError, exitCode } from "../exit_codes.ts";
import type { Call } from "../parse/call.ts";
import { waitFlags } from "../parse/wait_flags.ts";
import { untilInterrupted } from "../terminal/interrupt.ts";

/** How long is waited unless the user says so, in milliseconds. */
const standardTimeoutMs = 60_000;

/** Shortest and longest pause between two looks, in milliseconds. */
const pauseMinMs = 250;
const pauseMaxMs = 5000;

/** The pause after a look that found no node, in milliseconds: the registry is read anew. */
const troublePauseMs = 1000;

/** A look at the cluster, and what it has shown; without a node, what kept it from being found. */
interface Outcome {
  readonly look?: Look;
  readonly findings: readonly Finding[];
}

/** Waits; the exit code says whether the condition was reached. */
export async function wait(
  context: CliContext,
  { options, flags }: Call<"wait">,
): Promise<number> {
  const condition = conditionOf(flags);
  const { timeoutMs = standardTimeoutMs, quiet } = flags;
  const world = quiet ? silent(context) : tellingOnce(context);
  const begun = systemClock.now();
  using interrupted = untilInterrupted();
  const over = AbortSignal.any([interrupted.signal, AbortSignal.timeout(timeoutMs)]);
  await using cluster = new ClusterView(world, options);
  let outcome: Outcome = { findings: [{ holds: false, sentence: "no node has answered" }] };
  let isReached = false;
  for (let pauseMs = 0; !over.aborted;) {
    const lookedAt = systemClock.now();
    const looking = lookFor(condition, flags.agree, cluster, over);
    const found = await orAborted(looking, over).catch((error) => troubled(error, over));
    if (found === undefined) break;
    // Each obstacle in the way to a node is told when it comes up, and not in other words again.
    if (found.look === undefined && pauseMs !== troublePauseMs) tell(world, found.findings);
    outcome = found;
    isReached = found.look !== undefined && found.findings.every(({ holds }) => holds);
    if (isReached) break;
    pauseMs = found.look === undefined ? troublePauseMs : pauseAfter(systemClock.now() - lookedAt);
    await sleep(systemClock, pauseMs, over).catch(() => {});
  }
  if (interrupted.signal.aborted) return interrupted.exitCode;
  const waitedMs = systemClock.now() - begun;
  if (flags.json) {
    world.writeStdout(`${outcomeJson(outcome, isReached, waitedMs, options.cluster)}\n`);
  } else if (isReached) world.writeStdout(reachedText(outcome, waitedMs));
  else tellMissing(world, outcome, timeoutMs);
  return isReached ? exitCode.fine : exitCode.failed;
}

/**
 * What the user waits for.
 *
 * @throws {UsageError} if that is nothing, or contradicts itself
 */
function conditionOf({ members, member, status, service, tags, count, agree }: Flags): Condition {
  const collected = collectTags(tags);
  if ("fault" in collected) throw new UsageError([`${waitFlags.tags.flag}: ${collected.fault}`]);
  const hasTags = tags.length > 0;
  const condition: Condition = {
    ...{ members, member, status, service, count },
    tags: hasTags ? collected.value : undefined,
  };
  const isEmpty = Object.values(condition).every((demand) => demand === undefined);
  const faults = agree && isEmpty ? [] : conditionFaults(condition, (key) => waitFlags[key].flag);
  if (faults.length > 0) throw new UsageError(faults);
  return condition;
}

type Flags = Call<"wait">["flags"];

async function lookFor(
  condition: Condition,
  agree: boolean,
  cluster: ClusterView,
  signal: AbortSignal,
): Promise<Outcome> {
  const look = await cluster.look(signal);
  const findings = examine(condition, look.members);
  // All others are asked only when nothing else is missing.
  if (!agree || findings.some(({ holds }) => !holds)) return { look, findings };
  const others = look.members.filter(({ kind, status, name }) =>
    kind === "node" && countsAsAlive(status) && name !== look.asked
  );
  const seen = await cluster.seenBy(others);
  const agreement = examineAgreement([
    { node: look.asked, members: look.members },
    ...others.map(({ name }, index) => ({ node: name, members: seen[index] })),
  ]);
  return { look, findings: [...findings, agreement] };
}

/** What has kept a look from being taken, or nothing if time is up. */
function troubled(error: unknown, over: AbortSignal): Outcome | undefined {
  if (over.aborted) return undefined;
  if (!(error instanceof CommandError || error instanceof RegistryError)) throw error;
  return { findings: [{ holds: false, sentence: error.message }] };
}

/** Looking takes at most a fifth of the time, also where many are to be asked. */
function pauseAfter(tookMs: number): number {
  return Math.min(Math.max(4 * tookMs, pauseMinMs), pauseMaxMs);
}

function reachedText({ look, findings }: Outcome, waitedMs: number): string {
  const end = `Reached after ${formatDuration(waitedMs)}, as ${look?.asked} sees it`;
  return [...findings.map(({ sentence }) => sentence), end, ""].join("\n");
}

function tellMissing(world: CliContext, { look, findings }: Outcome, timeoutMs: number): void {
  const by = look === undefined ? "" : `, as ${look.asked} sees it`;
  world.writeStderr(`clusternode: Not reached within ${formatDuration(timeoutMs)}${by}:\n`);
  tell(world, findings.filter(({ holds }) => !holds), "  ");
}

function tell(world: CliContext, findings: readonly Finding[], before = "clusternode: "): void {
  for (const { sentence } of findings) {
    world.writeStderr(`${before}${escapeControls(sentence)}\n`);
  }
}

function outcomeJson(
  { look, findings }: Outcome,
  reached: boolean,
  waitedMs: number,
  cluster: string,
): string {
  const now = systemClock.wallTime();
  const seen = look === undefined ? {} : membersReport({ ...look, cluster, now });
  return jsonText({
    ...seen,
    schema: "wait.v1",
    time: isoTime(now),
    cluster,
    reached,
    tookMs: Math.round(waitedMs),
    missing: findings.filter(({ holds }) => !holds).map(({ sentence }) => sentence),
  });
}

function silent(context: CliContext): CliContext {
  return { ...context, writeStdout: () => {}, writeStderr: () => {} };
}
