/**
 * `events` of a cluster: who has seen what, and what goes on when those who were asked are gone.
 *
 * @module
 */
import assert from "node:assert/strict";
import { allTrue, Cluster, shown } from "../integration/cluster.ts";
import { processTest, Program } from "../integration/process.ts";

/** Who came and went by `events --follow`: `n2 +1: n3 joined`, without times and reasons. */
function eventsOf(follower: Program): string[] {
  return follower.lines.flatMap(({ text }) =>
    /^\S{10} \S{12} (n.* (joined|left|is down)): /.exec(text)?.[1]?.replaceAll("@127.0.0.1", "") ??
      []
  );
}

function countOf(follower: Program, pattern: RegExp): number {
  return eventsOf(follower).filter((event) => pattern.test(event)).length;
}

async function follow(cluster: Cluster, ...more: string[]): Promise<Program> {
  const follower = Program.run(["events", "--follow", ...more, ...cluster.options]);
  await follower.line((text) => text.includes("joined"), 10_000, "the history");
  return follower;
}

processTest("events tells what several nodes saw once, and who saw it", async () => {
  await using cluster = new Cluster();
  await cluster.startMany(3);
  for (let turn = 0; turn < 3; turn++) {
    const { stdout } = await cluster.command("events");
    const joined = stdout.match(/ n\d@127\.0\.0\.1 \+1: n\d@127\.0\.0\.1 joined: it answered$/gm);
    assert.deepEqual([joined?.length, stdout.trim().split("\n").length], [3, 3], stdout);
  }
  const json = (await cluster.command("events", "--json")).stdout.trim().split("\n");
  for (const { observer, name, seenBy } of json.map((line) => JSON.parse(line))) {
    const others = ["n1", "n2", "n3"].map((one) => `${one}@127.0.0.1`).filter((one) =>
      one !== name
    );
    assert.deepEqual(seenBy.toSorted(), others);
    assert.equal(observer, seenBy[0]);
  }
});

processTest(
  "events --follow goes on when all that it asked are gone, and tells their leaving",
  async () => {
    await using cluster = new Cluster();
    const [first, second] = await cluster.startMany(2);
    assert.ok(first && second);
    await using follower = await follow(cluster);
    first.kill("SIGTERM");
    await follower.line((text) => text.includes("n1@127.0.0.1 left"), 5000, "n1 left");
    second.kill("SIGKILL");
    await follower.line((text) => text.includes("waiting for a node"), 20_000, "nobody answers");
    const later = ["n3", "n4"].map((name) => cluster.start(`${name}@127.0.0.1`));
    await follower.line((text) => /n4@127\.0\.0\.1 joined/.test(text), 20_000, "n4 joined");
    later[0]?.kill("SIGKILL");
    await follower.line((text) => /n3@127\.0\.0\.1 is down/.test(text), 10_000, "n3 is down");
    // What the newcomers found, the dead n2, is news to nobody; what they saw is told once.
    for (
      const event of ["n1 joined", "n2 joined", "n1 left", "n3 joined", "n4 joined", "n3 is down"]
    ) {
      assert.equal(countOf(follower, new RegExp(`: ${event}$`)), 1, follower.text);
    }
    follower.kill("SIGINT");
    assert.equal(await follower.ended(), 130);
  },
);

processTest(
  "events --follow asks newcomers, and does not take what they find for news",
  async () => {
    await using cluster = new Cluster();
    const [first, second] = await cluster.startMany(2);
    await using follower = await follow(cluster);
    const tells = (text: string): Promise<unknown> =>
      follower.line((line) => line.includes(text), 20_000, text);
    for (const count of [3, 4]) {
      const newcomer = cluster.start(`n${count}@127.0.0.1`);
      await shown([newcomer], allTrue(count), performance.now(), 20_000);
      await tells(`n${count}@127.0.0.1 joined`);
    }
    first?.kill("SIGKILL");
    second?.kill("SIGKILL");
    for (const name of ["n1", "n2"]) await tells(`${name}@127.0.0.1 is down`);
    assert.deepEqual(
      eventsOf(follower).map((event) => event.replace(/^n\d( \+\d)?: /, "")).sort(),
      ["n1 is down", "n1 joined", "n2 is down", "n2 joined", "n3 joined", "n4 joined"],
      follower.text,
    );
  },
);

processTest(
  "events --follow --from waits for its node, and tells what that one knows",
  async () => {
    await using cluster = new Cluster();
    const [first] = await cluster.startMany(2);
    await using follower = await follow(cluster, "--from", "n1");
    first?.kill("SIGTERM");
    const waits = "n1@127.0.0.1 no longer answers; waiting for it";
    await follower.line((text) => text.endsWith(waits), 10_000, "it waits");
    cluster.start("n1@127.0.0.1");
    await follower.line((text) => text.endsWith("n1@127.0.0.1 answers"), 20_000, "it is back");
    cluster.start("n3@127.0.0.1");
    await follower.line((text) => text.includes("n3@127.0.0.1 joined"), 20_000, "what it saw");
    assert.ok(eventsOf(follower).every((event) => event.startsWith("n1: ")), follower.text);
  },
);
