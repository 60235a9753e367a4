/**
 * Round trips over an open connection, and the first contact over a new one, both beside bare TCP
 * between the same two processes.
 *
 * @module
 */
import type { Transport } from "../../lib/transport/transport.ts";
import { type Effort, type Figure, figure, median, type Round } from "./figure.ts";
import { Child, script } from "./process.ts";
import { EchoClient, openTransport, pingOnce, targetOf } from "./transport.ts";

/** Ping and echo: round trip, rate, first contact. */
export async function measurePings({ quick }: Effort): Promise<Figure[]> {
  await using peer = new Child(script("peer.ts"));
  const ports = JSON.parse(await peer.line()) as { echo: number; transport: number };
  await using transport = await openTransport("asker", false);
  const target = targetOf("answerer", ports.transport);
  const echo = await EchoClient.connect(ports.echo);
  const pings = quick ? 500 : 2_000;
  const ping = (): Promise<void> => pingOnce(transport, target);
  // Until both are compiled by then.
  await timesOf(ping, 3_000);
  await timesOf(() => echo.echo(), 3_000);
  const roundTrips: Round[] = [];
  const rates: Round[] = [];
  for (let round = 0; round < (quick ? 5 : 11); round++) {
    const [ours, theirs] = await inTurns(
      round,
      () => timesOf(ping, pings),
      () => timesOf(() => echo.echo(), pings),
    );
    roundTrips.push([median(ours), median(theirs)]);
    rates.push([perSecond(ours), perSecond(theirs)]);
  }
  echo.close();
  const reference = "bare TCP echo of as many bytes";
  const contact = await firstContact(transport, ports, quick);
  return [
    figure({ name: "ping: round trip", reference, unit: "ms" }, roundTrips),
    figure({ name: "ping: pings per second", reference, unit: "/s" }, rates, { ratioMin: 0.5 }),
    contact,
  ];
}

async function firstContact(
  transport: Transport,
  ports: { readonly echo: number; readonly transport: number },
  quick: boolean,
): Promise<Figure> {
  const target = targetOf("answerer", ports.transport);
  const meet = (): Promise<void> => pingOnce(transport, target, true);
  const connect = async (): Promise<void> => {
    const client = await EchoClient.connect(ports.echo);
    await client.echo();
    client.close();
  };
  const times = quick ? 20 : 50;
  await timesOf(meet, 100);
  await timesOf(connect, 100);
  const rounds: Round[] = [];
  for (let round = 0; round < (quick ? 5 : 11); round++) {
    const [ours, theirs] = await inTurns(
      round,
      () => timesOf(meet, times),
      () => timesOf(connect, times),
    );
    rounds.push([median(ours), median(theirs)]);
  }
  const name = "first contact: dial, handshake, ping";
  return figure({ name, reference: "bare TCP connect and echo", unit: "ms" }, rounds);
}

/** Both, the other one first in every second round. */
async function inTurns<T>(
  round: number,
  ours: () => Promise<T>,
  theirs: () => Promise<T>,
): Promise<[T, T]> {
  if (round % 2 === 0) return [await ours(), await theirs()];
  const second = await theirs();
  return [await ours(), second];
}

/** How long each of `count` calls took, one after the other, in milliseconds. */
async function timesOf(call: () => Promise<void>, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < count; index++) {
    const begun = performance.now();
    await call();
    times.push(performance.now() - begun);
  }
  return times;
}

function perSecond(timesMs: readonly number[]): number {
  return 1000 * timesMs.length / timesMs.reduce((sum, time) => sum + time, 0);
}
