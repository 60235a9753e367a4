/**
 * What the tab of the page shows: how the cluster is now, in few words and as a sign.
 *
 * @module
 */
import { effect } from "@preact/signals";
import { countsAsAlive } from "../../../core/members/member.ts";
import { favicon } from "../words/favicon.ts";
import type { Sign } from "../words/favicon.ts";
import type { Page } from "../state/page.ts";

/** Keeps title and sign of the tab up to date. */
export function showInTab(page: Page): void {
  const { store, sentence } = page;
  const icon = document.querySelector<HTMLLinkElement>("link[rel=icon]");
  let shown: Sign | undefined;
  effect(() => {
    const isLost = store.connection.value.kind === "lost";
    const sign = isLost ? "lost" : sentence.value.tone;
    const { value: node } = store.node;
    const members = store.list.value;
    const alive = members.filter(({ status }) => countsAsAlive(status)).length;
    const words = isLost
      ? "Connection lost"
      : node === undefined || node.phase === "starting"
      ? "Starting"
      : node.isolated
      ? "May be isolated"
      : `${alive} of ${members.length} alive`;
    document.title = [words, node?.cluster ?? "clusternode"].join(" · ");
    if (icon !== null && sign !== shown) icon.href = favicon(sign);
    shown = sign;
  });
}
