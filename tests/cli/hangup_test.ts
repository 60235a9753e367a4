import { equal } from "node:assert/strict";
import { Hangup } from "../../lib/cli/terminal/hangup.ts";

/** Something that is a terminal for now, or is none. */
class FakeStream {
  is: boolean;

  constructor(is: boolean) {
    this.is = is;
  }

  isTerminal(): boolean {
    return this.is;
  }
}

Deno.test("Hangup tells that the terminal is gone once one of the start is none any more", () => {
  const [input, output] = [new FakeStream(true), new FakeStream(false)];
  const hangup = new Hangup([input, output]);
  equal(hangup.terminalIsGone, false);
  input.is = false;
  equal(hangup.terminalIsGone, true);
});

Deno.test("Hangup misses no terminal when there was none at the start", () => {
  equal(new Hangup([new FakeStream(false), new FakeStream(false)]).terminalIsGone, false);
});
