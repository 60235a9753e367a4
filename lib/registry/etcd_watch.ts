/**
 * Hears from etcd of changes of rows.
 *
 * Every node writes its row again and again, so what moves nothing but the beat is not told. The
 * watch begins with what happens from now on, whatever was compacted away; what happened while there
 * was no connection is made up for by one hint.
 *
 * @module
 */
import { sleep } from "../clock.ts";
import type { Clock } from "../clock.ts";
import type { EtcdClient } from "./etcd_client.ts";
import { jsonList, jsonObject, keyValueOf } from "./etcd_json.ts";
import type { Json } from "./etcd_json.ts";
import { Hint } from "./hint.ts";
import { lastingOfText } from "./news.ts";
import { StorageFault } from "./storage_fault.ts";

/** Shortest and longest pause before the next try to connect, in milliseconds. */
const pauseLeastMs = 100;
const pauseMostMs = 1_000;

/** What to watch, and whom to tell. */
export interface EtcdWatchOptions {
  readonly client: EtcdClient;
  readonly clock: Clock;
  /** `key` and `range_end`. */
  readonly range: Json;
  readonly onChange: () => void;
}

/** Tells of changes until `signal` is aborted; connects again by itself. */
export async function watchEtcd(options: EtcdWatchOptions, signal: AbortSignal): Promise<void> {
  const { client, clock, range, onChange } = options;
  using hint = new Hint(clock, onChange);
  let pauseMs = pauseLeastMs;
  for (let isFirst = true; !signal.aborted; isFirst = false) {
    try {
      for await (const message of client.watch({ ...range, prev_kv: true }, signal)) {
        pauseMs = pauseLeastMs;
        const hasMissed = message["created"] === true && !isFirst;
        if (hasMissed || jsonList(message["events"]).some(isNews)) hint.give();
      }
    } catch (error) {
      if (!(error instanceof StorageFault) && !signal.aborted) throw error;
    }
    await sleep(clock, pauseMs, signal).catch(() => {});
    pauseMs = Math.min(2 * pauseMs, pauseMostMs);
  }
}

/** True unless the event moves nothing but a beat. */
function isNews(event: Json): boolean {
  // The type of a put is the zero that is left out.
  if (event["type"] !== undefined && event["type"] !== "PUT") return true;
  if (event["prev_kv"] === undefined) return true;
  const before = keyValueOf(jsonObject(event["prev_kv"])).text;
  return lastingOfText(before) !== lastingOfText(keyValueOf(jsonObject(event["kv"])).text);
}
