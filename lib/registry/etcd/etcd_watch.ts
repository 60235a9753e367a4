/**
 * Hears from etcd that there is news.
 *
 * One key is watched that is written only with news. The watch begins with what happens from now on,
 * whatever was compacted away; what happened while there was no connection is made up for by one
 * hint. Whoever wipes the cluster's keys takes that one along, which is a change of it like any other.
 *
 * @module
 */
import { sleep } from "../../clock.ts";
import type { Clock } from "../../clock.ts";
import type { EtcdClient } from "./etcd_client.ts";
import { jsonList } from "./etcd_json.ts";
import { Hint } from "../common/hint.ts";
import { StorageFault } from "../common/storage_fault.ts";

/** Shortest and longest pause before the next try to connect, in milliseconds. */
const pauseMinMs = 100;
const pauseMaxMs = 1_000;

/** What to watch, and whom to tell. */
export interface EtcdWatchOptions {
  readonly client: EtcdClient;
  readonly clock: Clock;
  /** In base64. */
  readonly key64: string;
  readonly onChange: () => void;
}

/** Tells of changes until `signal` is aborted; connects again by itself. */
export async function watchEtcd(options: EtcdWatchOptions, signal: AbortSignal): Promise<void> {
  const { client, clock, key64, onChange } = options;
  using hint = new Hint(clock, onChange);
  let pauseMs = pauseMinMs;
  for (let isFirst = true; !signal.aborted; isFirst = false) {
    try {
      for await (const message of client.watch({ key: key64 }, signal)) {
        pauseMs = pauseMinMs;
        const hasMissed = message["created"] === true && !isFirst;
        if (hasMissed || jsonList(message["events"]).length > 0) hint.give();
      }
    } catch (error) {
      if (!(error instanceof StorageFault) && !signal.aborted) throw error;
    }
    await sleep(clock, pauseMs, signal).catch(() => {});
    pauseMs = Math.min(2 * pauseMs, pauseMaxMs);
  }
}
