/**
 * What has to be asked for again and again: links, which are told by all members, and the history.
 * Only while the page is seen and the node is there.
 *
 * @module
 */
import { effect } from "@preact/signals";
import { sleep } from "../../../clock.ts";
import { ask } from "./api.ts";
import type { Page } from "./page.ts";
import { ranges } from "./page.ts";

const linksPauseMs = 2000;
/** In a large cluster, that tells more of itself at a time. */
const linksPauseLongMs = 5000;
const largeFrom = 65;
const historyPauseMs = 60_000;

/** Keeps links and history up to date until `signal` is aborted. */
export function poll(page: Page, signal: AbortSignal): void {
  void keep(page, signal, {
    everyMs: () => page.store.members.peek().size < largeFrom ? linksPauseMs : linksPauseLongMs,
    refresh: async () => {
      page.store.matrix.value = await ask("/v1/matrix", signal);
    },
    hint: () => page.store.changeCount.value,
  });
  const hours = Math.max(...ranges) / 3_600_000;
  void keep(page, signal, {
    everyMs: () => historyPauseMs,
    refresh: async () => {
      page.store.setHistory(await ask(`/v1/history?since=${hours}h`, signal));
    },
    hint: () => page.store.historyBreaks.value,
  });
}

interface Kept {
  readonly everyMs: () => number;
  readonly refresh: () => Promise<void>;
  /** Another value of it means that it should be asked for at once. */
  readonly hint: () => unknown;
}

async function keep(page: Page, signal: AbortSignal, kept: Kept): Promise<void> {
  const { clock, store } = page;
  while (!signal.aborted) {
    if (store.connection.peek().kind === "open" && !document.hidden) {
      // What cannot be had now is had the next time; that the node is away is said elsewhere.
      await kept.refresh().catch(() => {});
    }
    const woken = new AbortController();
    let isFirst = true;
    const stop = effect(() => {
      kept.hint();
      const isOpen = store.connection.value.kind === "open";
      if (!isFirst && isOpen) woken.abort();
      isFirst = false;
    });
    await sleep(clock, kept.everyMs(), AbortSignal.any([signal, woken.signal])).catch(() => {});
    stop();
  }
}
