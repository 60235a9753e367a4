/**
 * Hears of changes in a PostgreSQL registry: one more connection, on which the server says that
 * somebody has notified the cluster's channel.
 *
 * The connection is silent for hours, so now and then it is asked whether it still stands. Behind a
 * pooler that hands connections around, nothing is ever heard; that does no harm.
 *
 * @module
 */
import { sleep } from "../../clock.ts";
import type { Clock } from "../../clock.ts";
import type { Listener } from "../common/hint.ts";
import type { Rows, Session, Sessions, Statement } from "./postgres_session.ts";
import { StorageFault } from "../common/storage_fault.ts";

/** How often a listener makes sure that it still hears, in milliseconds. */
const checkMs = 15_000;

/** How long it stays with a server that takes no writes, in milliseconds. */
const readOnlyMs = 5_000;

/** How long any of its statements may take. */
const patienceMs = 5_000;

/** Tells of notifications of `channel` until `signal` is aborted or the session has ended. */
export async function listen(
  sessions: Sessions,
  channel: string,
  clock: Clock,
  { ready, changed }: Listener,
  signal: AbortSignal,
): Promise<void> {
  const session = sessions.listener(changed);
  try {
    await runBounded(session, (sql) => sql`listen ${sql(channel)}`, clock, signal);
    ready();
    await stayWith(session, clock, signal);
  } catch (error) {
    if (error instanceof StorageFault) sessions.learn(error, session);
    throw error;
  } finally {
    await session.close();
  }
}

/**
 * Waits until the session has ended, or `signal` is aborted, or for a while if the server takes no
 * writes: its name may lead to another one by then. Throws if it does not answer.
 */
async function stayWith(session: Session, clock: Clock, signal: AbortSignal): Promise<void> {
  const ended = new AbortController();
  session.closed.then(() => ended.abort());
  const either = AbortSignal.any([signal, ended.signal]);
  while (!either.aborted) {
    const ask: Statement = (sql) => sql`show transaction_read_only`;
    const [row] = await runBounded(session, ask, clock, signal);
    const isReadOnly = row?.["transaction_read_only"] === "on";
    await sleep(clock, isReadOnly ? readOnlyMs : checkMs, either).catch(() => {});
    if (isReadOnly) return;
  }
}

async function runBounded(
  session: Session,
  statement: Statement,
  clock: Clock,
  signal: AbortSignal,
): Promise<Rows> {
  const deadline = new AbortController();
  const cancel = clock.after(patienceMs, () => deadline.abort());
  try {
    return await session.run(statement, AbortSignal.any([signal, deadline.signal]));
  } finally {
    cancel();
  }
}
