import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import { OutputError, writeText, writeTextOrNothing } from "../../lib/cli/terminal/output.ts";
import type { OutputStream } from "../../lib/cli/terminal/output.ts";
import { run } from "./fake_context.ts";

/** Takes three bytes at a time; throws each of `errors` once before that. */
class Narrow implements OutputStream {
  text = "";
  readonly #errors: Error[];

  constructor(...errors: Error[]) {
    this.#errors = errors;
  }

  writeSync(bytes: Uint8Array): number {
    const error = this.#errors.shift();
    if (error) throw error;
    const taken = bytes.subarray(0, 3);
    this.text += new TextDecoder().decode(taken);
    return taken.length;
  }
}

const full = Object.assign(new Error("No space left on device (os error 28)"), { code: "ENOSPC" });

Deno.test("writeText() writes on when only a part was taken, or nothing for now", () => {
  const narrow = new Narrow(new Deno.errors.WouldBlock("full"));
  writeText(narrow, "one line\n");
  equal(narrow.text, "one line\n");
});

Deno.test("writeText() tells a reader that has gone from a disk that is full", () => {
  const caught: OutputError[] = [];
  for (const error of [new Deno.errors.BrokenPipe("Broken pipe (os error 32)"), full]) {
    throws(() => writeText(new Narrow(error), "x"), (thrown) => {
      ok(thrown instanceof OutputError);
      return caught.push(thrown) > 0;
    });
  }
  deepEqual(caught.map(({ isClosed }) => isClosed), [true, false]);
  equal(caught[1]?.message, "Cannot write to standard output: No space left on device");
  equal(caught[1]?.cause, full);
});

Deno.test("writeTextOrNothing() never throws when nothing can be written", () => {
  for (const error of [new Deno.errors.BrokenPipe("gone"), full]) {
    const narrow = new Narrow(error);
    writeTextOrNothing(narrow, "x");
    equal(narrow.text, "");
  }
});

Deno.test("main() ends quietly with 141 when nobody reads, and with a sentence and 1 else", async () => {
  const closed = await run(["members"], { failure: new OutputError("closed", true) });
  deepEqual([closed.code, closed.stderr], [141, ""]);
  const failed = await run(["members"], { failure: new OutputError("Cannot write", false) });
  deepEqual([failed.code, failed.stderr], [1, "clusternode: Cannot write\n"]);
});

Deno.test("main() tells of words and variables that are no UTF-8, and does not show them", async () => {
  const word = await run(["members", "--cookie=secret\uFFFD"]);
  equal(word.code, 2);
  match(word.stderr, /^clusternode: word 2 of the command line: it is not UTF-8$/m);
  ok(!word.stderr.includes("secret"));
  const variable = await run(["members"], { environment: { CLUSTERNODE_CLUSTER: "\uFFFD" } });
  equal(variable.code, 2);
  match(variable.stderr, /^clusternode: CLUSTERNODE_CLUSTER .*: it is not UTF-8$/m);
});

Deno.test("main() tells of a misspelt variable, and runs all the same", async () => {
  const environment = { CLUSTERNODE_INTERVALL: "3s" };
  const told = await run(["members"], { environment });
  equal(told.code, 0);
  equal(
    told.stderr,
    "clusternode: The variable CLUSTERNODE_INTERVALL is no option, " +
      "did you mean CLUSTERNODE_INTERVAL?\n",
  );
  const watched = { ...environment, CLUSTERNODE_PARENT_WATCH: "0".repeat(32) };
  const ofLocal = await run([], { environment: watched });
  equal(ofLocal.stderr, "");
});
