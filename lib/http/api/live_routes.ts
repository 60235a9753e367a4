/**
 * Members as they change: for those who wait for one answer, and for those who follow a stream.
 *
 * @module
 */
import { unlessKnown } from "../etag.ts";
import type { Route } from "../route.ts";
import type { Hub } from "./hub.ts";
import { jsonType } from "./json.ts";
import { durationMs, wholeNumber } from "./query.ts";

/** How long a change is waited for, by default and at most. */
const waits = { usualMs: 30_000, longest: "5m" };

/** All members, at once or as soon as they are other than before. */
export function membersRoute(hub: Hub): Route {
  return {
    path: "/v1/members",
    summary: "all members as the node sees them, at once or as soon as something is other",
    query: {
      index: "answer when X-Clusternode-Index is no longer this",
      wait: "but at the latest after this time, such as 30s, at most 5m",
    },
    headers: {
      "X-Clusternode-Index": "grows whenever a member, or the node, is other than before",
    },
    hasEtag: true,
    schemas: ["members.v1"],
    answer: async (request) => {
      const { query, signal } = request;
      const known = wholeNumber(query, "index");
      const longest = durationMs(query, "wait", waits.longest) ?? waits.usualMs;
      if (known !== undefined) await hub.otherThan(known, longest, signal);
      const { index, body } = hub.members();
      const headers = { "Content-Type": jsonType, "X-Clusternode-Index": String(index) };
      // Weak, as it says nothing of ages.
      return await unlessKnown(body, `W/"${index}"`, request, headers);
    },
  };
}

/** All that changes, as server-sent events. */
export function streamRoute(hub: Hub): Route {
  return {
    path: "/v1/stream",
    summary: "all members, and then what changes, as server-sent events",
    requestHeaders: { "Last-Event-ID": "the id of the last event seen: brings what was missed" },
    types: ["text/event-stream"],
    schemas: ["node.v1", "members.v1", "member.v1", "gone.v1", "event.v1", "gap.v1"],
    answer: (request) => {
      const lastId = request.header("last-event-id");
      return { stream: (client) => hub.follow(client, client.signal, lastId) };
    },
  };
}
