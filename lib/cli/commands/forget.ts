/**
 * `clusternode forget`: takes dead nodes out, by a living one or, where none is left, by itself.
 *
 * Without a living node nobody has judged who is dead. So what the nodes would go by is looked at
 * here: a node that does not answer is dead once its heartbeat has stood still for as many intervals
 * as its row declares them long. Its row is removed in the version that was seen.
 *
 * @module
 */
import { sleep, systemClock } from "../../clock.ts";
import { formatDuration } from "../../core/base/duration.ts";
import { UsageError } from "../../core/base/errors.ts";
import { escapeControls } from "../../core/base/escape.ts";
import type { NodeName } from "../../core/base/name.ts";
import { heartbeatsMissedMax } from "../../core/members/row.ts";
import type { Row, StoredRow } from "../../core/members/row.ts";
import type { Registry } from "../../registry/registry.ts";
import { isoTime } from "../../report/iso_time.ts";
import { jsonText } from "../../report/json_text.ts";
import { openRegistryOf } from "../../start.ts";
import { Client, unanswered } from "../client.ts";
import type { ClientOptions } from "../client.ts";
import type { CliContext } from "../context.ts";
import { exitCode } from "../exit_codes.ts";
import type { Call } from "../parse/call.ts";
import { late, registryTimeoutMs } from "../registry_deadline.ts";

/** What became of one name; `refusal` says why it was not forgotten. */
interface Outcome {
  readonly name: NodeName;
  readonly refusal: string | undefined;
}

/** Takes dead nodes out; 0 if all that were meant are, or with `--dry-run` could be. */
export async function forget(world: CliContext, call: Call<"forget">): Promise<number> {
  const { argument: given, options, flags: { dead, dryRun } } = call;
  if (given.length === 0 && !dead) {
    throw new UsageError(["forget: give the names of dead nodes, or --dead for all of them"]);
  }
  await using client = await Client.begin(world, options);
  const named = given.map((name) => client.findName(name));
  const others = client.rows.filter(({ name }) => !named.includes(name));
  const asked = await client.anyNode(others).catch(unanswered);
  const found = !dead
    ? []
    : asked === undefined
    ? client.rows.map(({ name }) => name)
    : (await client.members(asked)).filter(({ status }) => status === "down")
      .map(({ name }) => name);
  const names = [...new Set([...named, ...found])];
  const outcomes = asked === undefined
    ? await forgetAlone(world, options, names, dryRun)
    : await forgetBy(client, asked, names, dryRun);
  for (const outcome of outcomes) tell(world, call, asked, outcome);
  if (names.length === 0 && !call.flags.json) {
    world.writeStdout(`No member is down, as ${asked?.name} sees it\n`);
  }
  return outcomes.every(({ refusal }) => refusal === undefined) ? exitCode.fine : exitCode.failed;
}

async function forgetBy(
  client: Client,
  asked: Row,
  names: readonly NodeName[],
  dryRun: boolean,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const name of names) {
    const answer = await client.askFor(asked, { kind: "forget", name, dryRun });
    outcomes.push({ name, refusal: answer.kind === "refused" ? answer.reason : undefined });
  }
  return outcomes;
}

/** Watches the heartbeats of those nodes, and removes the rows of those that are dead. */
async function forgetAlone(
  world: CliContext,
  options: ClientOptions,
  names: readonly NodeName[],
  dryRun: boolean,
): Promise<Outcome[]> {
  const say = (text: string): void => world.writeStderr(`clusternode: ${escapeControls(text)}\n`);
  await using registry = await openRegistryOf(options, { info: say, warning: say });
  const before = await rowsOf(registry, names);
  const intervals = [...before.values()].map(({ row }) => row.heartbeatIntervalMs);
  const watchMs = Math.max(0, ...intervals) * heartbeatsMissedMax + registry.stalenessMs;
  say(`No node answers; watching heartbeats for ${formatDuration(watchMs)}`);
  await sleep(systemClock, watchMs);
  const after = await rowsOf(registry, names);
  const outcomes: Outcome[] = [];
  for (const name of names) {
    const stored = after.get(name);
    let refusal = signOfLife(name, before.get(name), stored);
    if (refusal === undefined && stored !== undefined && !dryRun) {
      const timeout = AbortSignal.timeout(registryTimeoutMs);
      const result = await registry.remove(name, stored.version, timeout)
        .catch(late(registry.url));
      if (result === "conflict") refusal = `The row of ${name} has just changed: try again`;
    }
    outcomes.push({ name, refusal });
  }
  return outcomes;
}

async function rowsOf(
  registry: Registry,
  names: readonly NodeName[],
): Promise<Map<NodeName, StoredRow>> {
  const { rows } = await registry.list(AbortSignal.timeout(registryTimeoutMs))
    .catch(late(registry.url));
  return new Map(
    rows.filter(({ row }) => names.includes(row.name)).map((stored) => [stored.row.name, stored]),
  );
}

/** Why a node must not be forgotten by what its row was before the watch, and is behind it. */
export function signOfLife(
  name: NodeName,
  before: StoredRow | undefined,
  after: StoredRow | undefined,
): string | undefined {
  if (before === undefined) return `Nothing is known of ${name} but a name: ask a running node`;
  if (after === undefined) return undefined;
  if (before.row.instance !== after.row.instance) return `${name} has just started anew`;
  if (before.row.heartbeat === after.row.heartbeat) return undefined;
  return `${name} is alive: it does not answer here, but its heartbeat moves`;
}

function tell(
  world: CliContext,
  { options: { cluster }, flags: { dryRun, json } }: Call<"forget">,
  asked: Row | undefined,
  { name, refusal }: Outcome,
): void {
  if (json) {
    const time = isoTime(systemClock.wallTime());
    const report = { schema: "forget.v1", time, asked: asked?.name, cluster, name } as const;
    const forgotten = refusal === undefined;
    world.writeStdout(`${jsonText({ ...report, forgotten, dryRun, reason: refusal })}\n`);
  } else if (refusal !== undefined) {
    world.writeStderr(`clusternode: ${escapeControls(refusal)}\n`);
  } else if (dryRun) {
    const why = asked === undefined
      ? "it neither answers nor writes its heartbeat"
      : "it has failed";
    world.writeStdout(`${name} would be forgotten: ${why}, and its row would be removed\n`);
  } else world.writeStdout(`${name} is forgotten\n`);
}
