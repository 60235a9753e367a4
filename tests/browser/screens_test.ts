/**
 * The page in every state, on the largest screen in light and on the smallest in dark: nothing is hard
 * to reach or to read, and nothing is wider than the screen. With `CLUSTERNODE_SCREENSHOTS=folder` at
 * every width in both, with a picture of each.
 *
 * @module
 */
import assert from "node:assert/strict";
import axe from "axe-core";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import { permitted } from "../permissions.ts";
import { FixtureServer } from "../http/fixture_server.ts";
import { fixtureStates } from "../http/fixtures.ts";
import { needingBrowser, sharedBrowser } from "./chromium.ts";

const open = sharedBrowser();

/** A large screen, a small one, a telephone. */
const sizes = [[1440, 900], [1024, 768], [390, 844]] as const;

/** How the page is looked at with pictures; without, the first and the last of these. */
const looks = sizes.flatMap(([width, height]) => [
  { width, height, scheme: "light" } as const,
  { width, height, scheme: "dark" } as const,
]);

const folder = permitted("env") ? Deno.env.get("CLUSTERNODE_SCREENSHOTS") : undefined;

/** What people with a screen reader, or who see little, would stumble over. */
async function stumblingBlocks(page: Page): Promise<string[]> {
  // As a node has it: `addScriptTag` is what the content security policy forbids.
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate("axe.run()") as AxeResults;
  return violations.filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html}\n${failureSummary}`)
    );
}

for (const state of fixtureStates) {
  Deno.test({
    ...needingBrowser(
      `the page of a cluster that is ${state} can be read by all, on large and small`,
    ),
    async fn() {
      await using server = new FixtureServer(state, { isSimulated: state === "services" });
      for (const look of folder === undefined ? [looks.at(0), looks.at(-1)] : looks) {
        await using tab = await open(look);
        const page = await tab.show(server.url);
        await page.locator("main table").or(page.getByText("is starting.")).first().waitFor();
        const { width = 0, scheme = "" } = look ?? {};
        const where = `${state}, ${width} wide, ${scheme}`;
        if (folder !== undefined) {
          const path = `${folder}/${state}-${width}-${scheme}.png`;
          await page.screenshot({ path, fullPage: state !== "five-hundred" });
        }
        const scrolled = await page.evaluate("document.documentElement.scrollWidth");
        assert.ok(Number(scrolled) <= width, `${where}: ${scrolled} pixels`);
        // Of hundreds of rows each is like those of five.
        if (state === "five-hundred") continue;
        assert.deepEqual(await stumblingBlocks(page), [], where);
      }
    },
  });
}
