/**
 * Hears of changes in a Redis registry without asking, by publish and subscribe.
 *
 * On a connection of its own, because one that listens takes no other commands. Messages are lost
 * while it is away, so a new connection counts as a message.
 *
 * @module
 */
import type { Clock } from "../../clock.ts";
import { Hint } from "../common/hint.ts";
import { elapsed, RedisConnection } from "./redis_connection.ts";
import type { RedisSettings } from "./redis_url.ts";
import { StorageFault } from "../common/storage_fault.ts";

/** How long to wait before the next attempt to connect, in milliseconds. */
const retryAfterMs = 500;

/** How to listen. */
export interface RedisWatchOptions {
  readonly settings: RedisSettings;
  readonly clock: Clock;
  readonly channel: string;
  readonly onChange: () => void;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** Calls `onChange` soon after something was published, until `signal` is aborted. */
export async function watchRedis(options: RedisWatchOptions): Promise<void> {
  const { clock, onChange, signal } = options;
  using hint = new Hint(clock, onChange);
  for (let isFirst = true; !signal.aborted; isFirst = false) {
    await listen(options, hint, isFirst);
    await elapsed(clock, retryAfterMs, signal);
  }
}

/** Listens for as long as one connection lasts. */
async function listen(
  { settings, clock, channel, signal }: RedisWatchOptions,
  hint: Hint,
  isFirst: boolean,
): Promise<void> {
  try {
    await using connection = await RedisConnection.open(settings, clock, signal);
    await connection.subscribe(channel, () => hint.give(), signal);
    if (!isFirst) hint.give();
    await connection.untilLost(signal);
  } catch (error) {
    if (!(error instanceof StorageFault) && !signal.aborted) throw error;
  }
}
