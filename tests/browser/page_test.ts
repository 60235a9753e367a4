/**
 * The page in a real browser: what it says, how it goes on, and that the keyboard is enough.
 *
 * @module
 */
import assert from "node:assert/strict";
import { FixtureServer } from "../http/fixture_server.ts";
import { node } from "../http/fixtures.ts";
import { needingBrowser, sharedBrowser } from "./chromium.ts";

const open = sharedBrowser();

Deno.test({
  ...needingBrowser("the page says how the cluster is, and changes with it"),
  async fn() {
    await using server = new FixtureServer("five");
    await using tab = await open();
    const page = await tab.show(server.url);
    await tab.sentence(/^All 5 members are alive\.$/);
    assert.match(await page.title(), /5/);
    server.change((five) => five.cluster.kill(node(five, 3)), 10_000);
    await tab.sentence(/^4 of 5 alive\. n3 is down/);
    await page.locator("tbody tr", { hasText: "n3" }).filter({ hasText: "down" }).waitFor();
    server.change(({ cluster }) => void cluster.add(), 5000);
    await tab.sentence(/^5 of 6 alive\./);
  },
});

Deno.test({
  ...needingBrowser("the page says that the connection is lost, and goes on when the node is back"),
  async fn() {
    await using tab = await open({ expected: /^Failed to load resource: net::ERR_/ });
    const first = new FixtureServer("five");
    const page = await tab.show(first.url);
    await tab.sentence(/^All 5 members are alive\.$/);
    await first[Symbol.asyncDispose]();
    await page.getByRole("alert").filter({ hasText: "Connection lost" }).waitFor();
    first.change((five) => five.cluster.kill(node(five, 2)), 10_000);
    await using _again = new FixtureServer(first.fixture, { port: first.port });
    await tab.sentence(/^4 of 5 alive\. n2 is down/);
    await page.getByRole("alert").waitFor({ state: "detached" });
  },
});

/** All that wants to be reached, and by the tab key can be, each with a few words. */
const stops = `[...document.querySelectorAll("a[href], button, input, select, summary, [tabindex]")]
  .filter((one) => one.tabIndex >= 0 && !one.disabled && one.checkVisibility())`;

const inWords = `((one) => one.tagName + " " + one.className + " " +
  (one.getAttribute("aria-label") ?? one.textContent ?? "").trim().slice(0, 30))`;

Deno.test({
  ...needingBrowser("the tab key reaches all that a mouse does, and what it reaches is seen"),
  async fn() {
    await using server = new FixtureServer("one-dead", { isSimulated: true });
    await using tab = await open();
    const page = await tab.show(server.url);
    await page.locator("tbody tr").nth(5).waitFor();
    const wanted = await page.evaluate(`${stops}.map(${inWords})`) as string[];
    assert.ok(wanted.length > 5, `${wanted}`);
    const reached = new Set<string>();
    for (let press = 0; press < wanted.length + 2; press++) {
      await page.keyboard.press("Tab");
      reached.add(String(await page.evaluate(`${inWords}(document.activeElement)`)));
    }
    assert.deepEqual(wanted.filter((one) => !reached.has(one)), []);
  },
});

Deno.test({
  ...needingBrowser("the keyboard alone opens why a member is seen as it is, and closes it"),
  async fn() {
    await using server = new FixtureServer("one-dead");
    await using tab = await open();
    const page = await tab.show(server.url);
    await page.locator("tbody tr").nth(5).waitFor();
    await page.locator("tbody th a").first().focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    const drawer = page.getByRole("dialog");
    await drawer.getByText("connection refused").first().waitFor();
    assert.match(page.url(), /#\/node\/n3/);
    await page.keyboard.press("Escape");
    await drawer.waitFor({ state: "detached" });
    assert.equal(await page.evaluate("document.activeElement.textContent"), "n3");
    // The address alone opens it again.
    await page.goto(`${server.url}#/node/n3`);
    await drawer.getByText("connection refused").first().waitFor();
  },
});
