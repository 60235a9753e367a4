/**
 * The table of the API: who answers which path.
 *
 * @module
 */
import type { Clock } from "../../clock.ts";
import { localName } from "../../core/base/name.ts";
import type { NodeName } from "../../core/base/name.ts";
import type { LinkReport } from "../../core/explain/link_matrix.ts";
import { explainReport } from "../../report/explain_report.ts";
import { historyReport } from "../../report/history_report.ts";
import { jsonText } from "../../report/json_text.ts";
import { matrixReport } from "../../report/matrix_report.ts";
import type { Route } from "../route.ts";
import { sentence } from "../server/http.ts";
import type { HttpAnswer } from "../server/http.ts";
import { SharedBody } from "../server/shared_body.ts";
import type { ClusterSource } from "../source.ts";
import { healthRoutes } from "./health_routes.ts";
import { Hub } from "./hub.ts";
import { jsonDocument, jsonType, ndjsonType } from "./json.ts";
import { membersRoute, streamRoute } from "./live_routes.ts";
import { durationMs, wholeNumber } from "./query.ts";
import { eventOf, nodeOf } from "./reports.ts";

/** What the API shows. */
export interface ApiParts {
  readonly source: ClusterSource;
  /** True if the cluster exists in a simulation alone. */
  readonly isSimulated: boolean;
  readonly clock: Clock;
}

/** How far back a history may be asked for, by default and at most. */
const historyReach = { usualMs: 3_600_000, longest: "744h" };

/** All paths of the API. */
export function apiRoutes({ source, isSimulated, clock }: ApiParts): readonly Route[] {
  const hub = new Hub(source, isSimulated, clock);
  return [
    {
      path: "/v1/node",
      summary: "the node that was asked",
      schemas: ["node.v1"],
      answer: () => jsonDocument(nodeOf(source, isSimulated)),
    },
    membersRoute(hub),
    streamRoute(hub),
    eventsRoute(source),
    historyRoute(source, clock),
    matrixRoute(source),
    {
      path: "/v1/explain/{name}",
      summary: "why a member is seen as it is; its name in full, or what stands before the @",
      schemas: ["explain.v1"],
      answer: (_request, name) => explain(source, name),
    },
    ...healthRoutes(source),
  ];
}

function eventsRoute(source: ClusterSource): Route {
  return {
    path: "/v1/events",
    summary: "what the node saw happen, one to a line",
    query: { since: "the number of the first event that is wanted" },
    headers: {
      "X-Clusternode-First": "the number of the first event that the node keeps",
      "X-Clusternode-Next": "the number of the event that comes next",
    },
    types: [ndjsonType],
    schemas: ["event.v1"],
    answer: ({ query }) => {
      const { changes, next, first } = source.changes(wholeNumber(query, "since") ?? 0);
      const headers = { "X-Clusternode-Next": String(next), "X-Clusternode-First": String(first) };
      return jsonDocument(changes.map((change) => eventOf(source, change)), headers);
    },
  };
}

/** How long all who ask for the same get the same, unless something has changed, in milliseconds. */
const historySharedMs = 2000;

/** Put into words once for all who ask within a moment: after a restart every page asks at once. */
function historyRoute(source: ClusterSource, clock: Clock): Route {
  let last: { key: string; goodUntil: number; body: SharedBody } | undefined;
  return {
    path: "/v1/history",
    summary: "what the node remembers",
    query: { since: "how far back, such as 2h; by default 1h" },
    schemas: ["history.v1"],
    answer: (request) => {
      const sinceMs = durationMs(request.query, "since", historyReach.longest) ??
        historyReach.usualMs;
      const key = `${sinceMs} ${source.changes(Number.MAX_SAFE_INTEGER).next}`;
      if (last?.key !== key || clock.now() >= last.goodUntil) {
        const { name: asked, cluster } = source;
        const shown = { asked, cluster, now: source.now() };
        const history = historyReport(source.history(sinceMs), shown);
        const body = SharedBody.ofText(`${jsonText(history)}\n`);
        last = { key, goodUntil: clock.now() + historySharedMs, body };
      }
      return last.body.answer(request, { "Content-Type": jsonType });
    },
  };
}

/** The links of all members: asked for and put into words once for all who ask within a moment. */
function matrixRoute(source: ClusterSource): Route {
  let last: { readonly reports: readonly LinkReport[]; readonly body: SharedBody } | undefined;
  return {
    path: "/v1/matrix",
    summary: "who reaches whom, and what that means; of a large cluster 64 members are asked",
    schemas: ["matrix.v1"],
    answer: async (request) => {
      const reports = await source.links(request.signal);
      if (last?.reports !== reports) {
        const report = matrixReport(reports, { cluster: source.cluster, now: source.now() });
        last = { reports, body: SharedBody.ofText(`${jsonText(report)}\n`) };
      }
      return await last.body.answer(request, { "Content-Type": jsonType });
    },
  };
}

/** Why the member `name` is seen as it is. */
function explain(source: ClusterSource, name: string): HttpAnswer {
  const names = source.members().map((member) => member.name)
    .filter((full) => full === name || localName(full) === name);
  if (names.length > 1) {
    return sentence(404, `${name} may be any of ${names.join(", ")}: give the full name`);
  }
  const explanation = source.explain(names[0] ?? name as NodeName);
  if (explanation === undefined) return sentence(404, `Nothing is known of ${name}`);
  const { name: asked, cluster } = source;
  return jsonDocument(explainReport(explanation, { asked, cluster, now: source.now() }));
}
