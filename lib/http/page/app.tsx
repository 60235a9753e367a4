/**
 * What stands where.
 *
 * @module
 */
import type { JSX } from "preact";
import { Map } from "./draw/map.tsx";
import { Matrix } from "./draw/matrix.tsx";
import { Banners } from "./parts/banners.tsx";
import { Drawer } from "./parts/drawer.tsx";
import { Header } from "./parts/header.tsx";
import { Headline } from "./parts/headline.tsx";
import { MemberTable } from "./parts/member_table.tsx";
import { Past } from "./parts/past.tsx";
import { SimulationPanel } from "./parts/simulation_panel.tsx";
import { SkipLink } from "./parts/skip_link.tsx";
import type { Page } from "./state/page.ts";

/** The whole page. */
export function App({ page }: { readonly page: Page }): JSX.Element {
  return (
    <>
      <SkipLink to="members-title">Skip to the members</SkipLink>
      <Header page={page} />
      <main>
        <Banners page={page} />
        <Headline page={page} />
        {page.store.members.value.size > 0 && (
          <>
            <SimulationPanel page={page} />
            {page.shown.value.length > 1 && <Links page={page} />}
            <Past page={page} />
            <MemberTable page={page} />
          </>
        )}
      </main>
      <Drawer page={page} />
    </>
  );
}

/** Who reaches whom, twice: where a fault lies, and how good the links are. */
function Links({ page }: { readonly page: Page }): JSX.Element {
  const props = {
    members: page.shown.value,
    index: page.shownIndex.value,
    findings: page.shownLinks.value.findings,
    at: page.at.value,
    selected: page.selected.value,
    onSelect: page.select,
    theme: page.theme.current.value,
  };
  return (
    <div class="links">
      <section class="card" aria-labelledby="map-title">
        <h2 id="map-title">Map</h2>
        <Map {...props} />
      </section>
      <section class="card" aria-labelledby="matrix-title">
        <h2 id="matrix-title">Round trips</h2>
        <Matrix {...props} />
      </section>
    </div>
  );
}
