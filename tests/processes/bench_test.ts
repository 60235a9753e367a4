/** The benchmark of what a node costs: it can be repeated anywhere, and says what it has left out. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { processTest, Program } from "../integration/process.ts";

const script = fileURLToPath(new URL("../../scripts/bench.ts", import.meta.url));

/** A line of its output, as far as it is looked at. */
interface Line {
  readonly name: string;
  readonly value?: number;
  readonly reference?: string;
  readonly referenceValue?: number;
  readonly skipped?: string;
}

processTest("deno task bench tells what a node costs, and names what it skips", async () => {
  const args = ["--only", "cost", "--nodes", "2", "--seconds", "1", "--json"];
  // Neither Serf nor strace can be found.
  const env = { PATH: "/nowhere" };
  await using bench = new Program(Deno.execPath(), ["run", "-A", script, ...args], env);
  assert.equal(await bench.ended(60_000), 0, bench.text);
  const lines: Line[] = JSON.parse(bench.printed("stdout"));
  const skipped = lines.filter((line) => line.skipped !== undefined);
  assert.deepEqual(skipped.map(({ name }) => name).sort(), ["beside Serf", "system calls"]);
  const measured = lines.filter(({ reference }) => reference?.startsWith("a bare program"));
  for (const what of ["wake-ups", "RSS", "PSS", "anonymous memory"]) {
    const line = measured.find(({ name }) => name.endsWith(`: ${what}`));
    const [value = NaN, reference = NaN] = [line?.value, line?.referenceValue];
    // Pages that several share are divided among them: nodes of other tests beside these make it less.
    const least = what === "PSS" ? 0 : reference;
    assert.ok(value > least && reference > 0, `${what}: ${JSON.stringify(line)}`);
  }
  const pings = lines.find(({ name }) => name.endsWith(": pings"));
  assert.ok(pings?.value !== undefined && pings.value > 0, JSON.stringify(pings));
});
