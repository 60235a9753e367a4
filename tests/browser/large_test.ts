/**
 * Hundreds of members in a page: what changes is drawn at once.
 *
 * @module
 */
import assert from "node:assert/strict";
import { FixtureServer } from "../http/fixture_server.ts";
import { node } from "../http/fixtures.ts";
import { needingBrowser, patienceMs, sharedBrowser } from "./chromium.ts";

const open = sharedBrowser();

/**
 * How long a change may take from its arrival until it is drawn, in milliseconds; on a slow or busy
 * machine as long as a plain table of as many rows.
 */
const drawnWithinMs = 100;

/** Resolves in the page with the time that it takes to draw a plain table, in milliseconds. */
const plainTable = `new Promise((resolve) => {
  const begun = performance.now();
  const table = document.createElement("table");
  table.innerHTML = ("<tr>" + "<td>member</td>".repeat(7) + "</tr>").repeat(500);
  document.body.prepend(table);
  requestAnimationFrame(() =>
    setTimeout(() => {
      const tookMs = performance.now() - begun;
      table.remove();
      requestAnimationFrame(() => setTimeout(() => resolve(tookMs)));
    })
  );
})`;

/** Notes in the page when what a stream brings has arrived. */
const noteArrivals = `{
  const { read } = ReadableStreamDefaultReader.prototype;
  ReadableStreamDefaultReader.prototype.read = async function (...args) {
    const result = await read.apply(this, args);
    if (/^event: member$/m.test(String(result.value))) globalThis.arrivedAt = performance.now();
    return result;
  };
}`;

/** Resolves in the page with the time from arrival to drawing, once the sentence says \`words\`. */
const drawn = (words: string): string =>
  `globalThis.drawn = new Promise((resolve) => {
  const look = () => {
    if (!document.querySelector("h1").textContent.includes(${JSON.stringify(words)})) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - arrivedAt)));
  };
  const observer = new MutationObserver(look);
  observer.observe(document.body, { childList: true, subtree: true, characterData: true });
  // It never was: no number passes for that.
  setTimeout(() => resolve(NaN), ${patienceMs});
});
undefined`;

Deno.test({
  ...needingBrowser("the page of five hundred members draws a change at once"),
  async fn() {
    await using server = new FixtureServer("five-hundred");
    await using tab = await open();
    await tab.page.addInitScript(noteArrivals);
    const page = await tab.show(server.url);
    await page.locator("tbody tr").nth(499).waitFor();
    await tab.sentence(/^497 of 500 alive\./);
    const times: number[] = [];
    const plainTimes: number[] = [];
    for (const [number, alive] of [[100, 496], [200, 495], [300, 494]] as const) {
      plainTimes.push(Number(await page.evaluate(plainTable)));
      await page.evaluate(drawn(`${alive} of 500`));
      server.change((fixture) => fixture.cluster.kill(node(fixture, number)), 4000);
      times.push(Number(await page.evaluate("globalThis.drawn")));
    }
    const [fastest, plain] = [Math.min(...times), Math.min(...plainTimes)];
    const told = `${times.map(Math.round)} ms, plain tables ${plainTimes.map(Math.round)} ms`;
    assert.ok(fastest > 0 && fastest <= Math.max(drawnWithinMs, plain), told);
  },
});
