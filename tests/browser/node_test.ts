/**
 * The page of real nodes, one of which is killed.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Cluster } from "../integration/cluster.ts";
import { needingBrowser, sharedBrowser } from "./chromium.ts";

const open = sharedBrowser();

/** How long after a kill the sentence may still be the old one, in milliseconds. */
const rightWithinMs = 1000;

Deno.test({
  ...needingBrowser("the sentence on real nodes is right within a second after a kill"),
  async fn() {
    await using cluster = new Cluster();
    const names = [1, 2, 3, 4, 5];
    const [first, ...others] = names.map((number) =>
      cluster.start(`n${number}@127.0.0.1`, ...number === 1 ? ["--http", "0"] : [])
    );
    assert.ok(first !== undefined);
    const line = await first.line((text) => text.includes("page and API at"), 20_000, "its URL");
    const url = /page and API at (\S+)$/.exec(line.text)?.[1] ?? "";
    await using tab = await open();
    const page = await tab.show(url);
    await tab.sentence(/^All 5 members are alive\.$/);
    const times: number[] = [];
    for (const [index, victim] of others.slice(0, 3).entries()) {
      await page.evaluate(`globalThis.rightAt = new Promise((resolve) => {
        const look = () => {
          const { textContent } = document.querySelector("h1");
          if (textContent.startsWith("${4 - index} of 5 alive.")) resolve(Date.now());
        };
        const options = { childList: true, subtree: true, characterData: true };
        new MutationObserver(look).observe(document.body, options);
      });
      undefined`);
      const killedAt = Date.now();
      victim.kill("SIGKILL");
      await tab.sentence(new RegExp(`^${4 - index} of 5 alive\\.`));
      times.push(Number(await page.evaluate("globalThis.rightAt")) - killedAt);
    }
    // A busy machine may hold up any of them for a moment.
    assert.ok(Math.min(...times) <= rightWithinMs, `${times.join(", ")} ms`);
  },
});
