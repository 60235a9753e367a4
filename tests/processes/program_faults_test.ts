/** Faults of the program in real processes: a node tells of them and goes on, and no test passes. */
import assert from "node:assert/strict";
import { allTrue, Cluster, linesPass, shown } from "../integration/cluster.ts";
import { processTest, Program } from "../integration/process.ts";

const faultyMain = new URL("faulty_main.ts", import.meta.url).pathname;

processTest(
  "a node tells of faults of the program, each once with its stack, and goes on",
  async () => {
    await using cluster = new Cluster();
    const args = ["start", "--name", "n1@127.0.0.1", "--log-file", "none", ...cluster.options];
    await using faulty = new Program(Deno.execPath(), [
      "run",
      "-A",
      "--no-prompt",
      faultyMain,
      ...args,
    ]);
    faulty.hasPlantedFault = true;
    const other = cluster.start("n2@127.0.0.1");
    await shown([faulty, other], allTrue(2), performance.now(), 20_000);
    await linesPass([faulty, other], 3);
    for (
      const [where, what] of [
        ["a callback", "planted in a callback"],
        ["a promise that nobody awaits", "planted in a promise"],
      ]
    ) {
      const told = faulty.faults.filter((text) => text.includes(`fault in ${where}`));
      const [first = "", second = ""] = told;
      assert.match(
        first,
        /^\d\d:\d\d:\d\d\.\d{3} \[error\] (?:n1@127\.0\.0\.1: )?Program fault in /,
      );
      assert.ok(first.includes(`: TypeError: ${what} (at `), first);
      assert.match(second, new RegExp(`for the 10th time: TypeError: ${what}$`));
      assert.ok(told.length <= 4, `${told.length} lines of it`);
    }
    faulty.kill("SIGTERM");
    assert.equal(await faulty.ended(), 143);
  },
);

for (
  const line of [
    "12:00:00.000 [error] Program fault in a timer: x",
    "error: Uncaught (in promise) x",
  ]
) {
  processTest(`Program passes no test in which it says ${line}`, async () => {
    const script = `console.log(${JSON.stringify(line)})`;
    const program = new Program(Deno.execPath(), ["eval", script]);
    assert.equal(await program.ended(), 0);
    await assert.rejects(async () => await program[Symbol.asyncDispose](), { message: line });
  });
}
