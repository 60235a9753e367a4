/**
 * A crowd at the page of a node, with five hundred streams and readers that do not read, takes no
 * more than it may, and the node's own work goes on as if nothing were.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Cluster, linesPass, statusOf } from "./cluster.ts";
import { Crowd, type Outcome } from "./http_crowd.ts";
import { memoryOf } from "./memory.ts";
import { eventually, isCompiled, processTest, type Program } from "./process.ts";
import { Ticker } from "./ticker.ts";

/** Status lines, of which each node writes one a second, while the crowd is there. */
const lines = 40;

/** If a process that does nothing was held up for longer, in milliseconds, the machine is to blame. */
const heldUpMax = 300;

/** Most crowds until one came while the machine was not held up by other work. */
const crowdsMax = 3;

/** Most by which a node may grow, in MiB; from source the runtime lets more garbage lie. */
const growthMaxMiB = (): number => isCompiled() ? 64 : 160;

/** Readers that do not read, and how often each asks for the page ahead of all answers. */
const slowCount = 64;
const askedAhead = 1_000;

const host = "Host: 127.0.0.1\r\n";

type Kind = "streams" | "slow" | "halves" | "garbage" | "strangers";

/** A crowd of all kinds. */
function crowdAt(port: number): { readonly crowd: Crowd } & Record<Kind, Outcome> {
  const crowd = new Crowd(port);
  const all = { addresses: 16, reads: true };
  return {
    crowd,
    streams: crowd.join({
      ...{ ...all, count: 500, network: 1 },
      words: `GET /v1/stream HTTP/1.1\r\n${host}\r\n`,
    }),
    slow: crowd.join({
      ...{ ...all, count: slowCount, network: 2, addresses: 4, reads: false },
      words: `GET / HTTP/1.1\r\n${host}\r\n`.repeat(askedAhead),
    }),
    halves: crowd.join({ ...all, count: 64, network: 4, words: `GET / HTTP/1.1\r\n${host}` }),
    garbage: crowd.join({ ...all, count: 32, network: 5, words: "\x16\x03\x01".repeat(1_000) }),
    strangers: crowd.join({
      ...{ ...all, count: 32, network: 6 },
      words: "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    }),
  };
}

processTest(
  "500 streams and slow readers at once disturb no pulse and take no memory",
  async () => {
    await using cluster = new Cluster();
    const nodes = await cluster.startMany(3, "--http", "127.0.0.1:0", "--status", "every");
    const urls = nodes.map(urlOf);
    await using ticker = new Ticker();
    for (let crowd = 1;; crowd++) {
      const since = performance.now();
      const faults = await endure(nodes, urls);
      const heldUpMs = ticker.heldUpMs(since);
      print(`a process that only ticks was held up for ${heldUpMs} ms`);
      if (faults.length === 0 || heldUpMs <= heldUpMax || crowd === crowdsMax) {
        return assert.deepEqual(faults, []);
      }
      print(`once more, as ${faults.join("\n")}`);
    }
  },
);

/** What should not have happened to the nodes while there was a crowd at the first of them. */
async function endure(nodes: readonly Program[], urls: readonly string[]): Promise<string[]> {
  const [{ pid }, url = ""] = [nodes[0] as Program, urls[0]];
  const since = performance.now();
  const pingsBefore = await Promise.all(urls.map(pingsOf));
  // Of two that watch each other one asks: a node that is asked by both others need not ask anybody.
  assert.ok(pingsBefore.some(({ answered }) => answered > 0), "somebody has asked somebody");
  const before = memoryOf(pid).residentBytes;
  let grown = 0;
  const { crowd, ...kinds } = crowdAt(Number(new URL(url).port));
  try {
    for (let line = 0; line < lines; line++) {
      await linesPass(nodes, 1);
      grown = Math.max(grown, (memoryOf(pid).residentBytes - before) / 2 ** 20);
      // One who keeps to the rules, and comes from another address, is served.
      const { memberCount } = await (await fetch(`${url}v1/members`)).json();
      assert.equal(memberCount, nodes.length);
    }
    print(`grown by ${grown.toFixed(0)} MiB at most; ${Deno.inspect(kinds)}`);
    assert.ok((kinds.streams.statuses.get("200") ?? 0) >= 128, "as many streams as there can be");
    // They ask more than the buffers of the system hold, so they have been given up.
    crowd.wake();
    await eventually(() => kinds.slow.ended >= slowCount, 10_000, "slow readers find an end");
    const askedBytes = slowCount * askedAhead * await pageBytes(url);
    assert.ok(kinds.slow.bytes < askedBytes / 2, `they got ${kinds.slow.bytes} bytes`);
  } finally {
    await crowd[Symbol.asyncDispose]();
  }
  const pings = await Promise.all(urls.map(pingsOf));
  return [
    ...grown > growthMaxMiB() ? [`it has grown by ${grown} MiB`] : [],
    ...pings.map(({ missed }, index) => missed - (pingsBefore[index]?.missed ?? 0))
      .flatMap((count, index) => count > 0 ? [`n${index + 1} missed ${count} pings`] : []),
    ...nodes.flatMap((node) => faultsOf(node, since)),
  ];
}

/** Where a node shows itself, as its first lines tell. */
function urlOf({ lines }: Program): string {
  const [, url] = /; page and API at (http:\S+)/.exec(lines.map(({ text }) => text).join("\n")) ??
    assert.fail("no line tells where the page is");
  return url as string;
}

/** Bytes of the page, as it is for those who take no compression. */
async function pageBytes(url: string): Promise<number> {
  const headers = { "Accept-Encoding": "identity" };
  return (await (await fetch(url, { headers })).arrayBuffer()).byteLength;
}

/** Pings of a node that were answered, and that have failed in whatever way. */
async function pingsOf(
  url: string,
): Promise<{ readonly answered: number; readonly missed: number }> {
  const text = await (await fetch(`${url}metrics`)).text();
  const samples = [...text.matchAll(/^clusternode_pings_total\{result="(.+)"\} (\d+)$/gm)];
  const answered = samples.filter(([, result]) => result === "pong");
  const sumOf = (some: typeof samples): number =>
    some.reduce((sum, [, , count]) => sum + Number(count), 0);
  return { answered: sumOf(answered), missed: sumOf(samples) - sumOf(answered) };
}

/**
 * What a node has written since then that is no status line with all true. It tells by itself when it
 * was held up, or a line came late, whatever held up this test.
 */
function faultsOf(node: Program, since: number): string[] {
  const texts = node.lines.filter(({ at }) => at >= since).map(({ text }) => text);
  return texts.filter((text) => {
    const status = statusOf(text);
    return status === undefined || [...status.values()].includes(false);
  });
}

function print(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text}\n`));
}
