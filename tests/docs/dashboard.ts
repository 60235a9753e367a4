/**
 * The dashboard in docs/deploy/prometheus/grafana.json, as far as Prometheus is concerned.
 *
 * @module
 */
import { readSource } from "./source_files.ts";

/** A query of a panel, and the title of the panel. */
export interface DashboardQuery {
  readonly title: string;
  /** With something in the place of the dashboard's variables. */
  readonly query: string;
}

interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly targets: readonly { readonly expr: string }[];
  }[];
}

/** All queries, in the order of the panels. */
export function dashboardQueries(): DashboardQuery[] {
  const { panels }: Dashboard = JSON.parse(readSource("docs/deploy/prometheus/grafana.json"));
  return panels.flatMap(({ title, targets }) =>
    targets.map(({ expr }) => ({
      title,
      query: expr.replaceAll("$__rate_interval", "5m").replaceAll(/\$(job|cluster|node)\b/g, ".*"),
    }))
  );
}
