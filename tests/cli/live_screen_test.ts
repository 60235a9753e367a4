/** What a live screen writes. */
import { deepEqual, equal, ok } from "node:assert/strict";
import { LiveScreen } from "../../lib/cli/terminal/live_screen.ts";
import { OutputError } from "../../lib/cli/terminal/output.ts";
import { fakeWorld } from "./fake_context.ts";

const size = { columns: 20, rows: 3 };

Deno.test("LiveScreen draws the lines that there is room for, and no line feed behind the last", () => {
  const written: string[] = [];
  const context = { ...fakeWorld({}, (text) => written.push(text)), terminalSize: () => size };
  using screen = new LiveScreen(context);
  screen.show(({ columns }) => [`${columns}`, "b"]);
  screen.show(() => ["a", "b", "c", "d"]);
  deepEqual(written.slice(1), [
    "\x1b[H\x1b[2K20\r\n\x1b[2Kb\r\n\x1b[J",
    "\x1b[H\x1b[2Ka\r\n\x1b[2Kb\r\n\x1b[2Kc",
  ]);
});

Deno.test("LiveScreen leaves its last picture, and then what was told meanwhile", () => {
  const written: string[] = [];
  const write = (text: string): void => void written.push(text);
  const screen = new LiveScreen(fakeWorld({}, write, write));
  screen.show(() => ["seen"]);
  screen.context.writeStderr("told\n");
  equal(written.length, 2);
  screen[Symbol.dispose]();
  ok(written[2]?.endsWith("\x1b[?1049lseen\n"), written[2]);
  deepEqual(written.slice(3), ["told\n"]);
});

Deno.test("LiveScreen ends without a word when its terminal has gone", () => {
  let isGone = false;
  const screen = new LiveScreen(fakeWorld({}, () => {
    if (isGone) throw new OutputError("gone", true);
  }));
  isGone = true;
  screen[Symbol.dispose]();
});
