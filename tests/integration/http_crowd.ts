/**
 * Clients of a node's page who come in a crowd, from several addresses, and do what no browser does.
 *
 * @module
 */
import { connect, type Socket } from "node:net";
import { sleep, systemClock } from "../../lib/clock.ts";

/** What clients of one kind do, each of them again as soon as its connection has ended. */
export interface Habit {
  /** How many there are. */
  readonly count: number;
  /** They come from `127.0.<network>.1` and as many addresses behind it. */
  readonly network: number;
  readonly addresses: number;
  /** What each says when it is connected. */
  readonly words: string;
  /** False if they take what they are sent only once they are told to. */
  readonly reads: boolean;
}

/** What has come of one kind of clients. */
export interface Outcome {
  /** Connections that were made. */
  connected: number;
  /** The first answers of connections, by status. */
  readonly statuses: Map<string, number>;
  /** Bytes that were taken. */
  bytes: number;
  /** Connections that have ended, as far as one knows who does not read. */
  ended: number;
}

/** Pause of a client before it comes again, in milliseconds. */
const pauseMs = 1_000;

/** A crowd at one port, until it is disposed. */
export class Crowd implements AsyncDisposable {
  readonly #port: number;
  readonly #over = new AbortController();
  readonly #sockets = new Set<Socket>();
  #isAwake = false;
  readonly #tasks: Promise<void>[] = [];

  constructor(port: number) {
    this.#port = port;
  }

  /** Lets clients come. */
  join(habit: Habit): Outcome {
    const outcome = { connected: 0, statuses: new Map<string, number>(), bytes: 0, ended: 0 };
    for (let index = 0; index < habit.count; index++) {
      const localAddress = `127.0.${habit.network}.${1 + index % habit.addresses}`;
      this.#tasks.push(this.#comeAgain(localAddress, habit, outcome));
    }
    return outcome;
  }

  /** From now on all read what they are sent. */
  wake(): void {
    this.#isAwake = true;
    for (const socket of this.#sockets) socket.resume();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(this.#tasks);
  }

  async #comeAgain(localAddress: string, habit: Habit, outcome: Outcome): Promise<void> {
    const { signal } = this.#over;
    while (!signal.aborted) {
      await this.#come(localAddress, habit, outcome);
      await sleep(systemClock, pauseMs, signal).catch(() => {});
    }
  }

  /** One connection, from its beginning to its end. */
  async #come(localAddress: string, { words, reads }: Habit, outcome: Outcome): Promise<void> {
    const socket = connect({ host: "127.0.0.1", port: this.#port, localAddress });
    this.#sockets.add(socket);
    const ended = Promise.withResolvers<void>();
    let isFirst = true;
    socket.on("connect", () => {
      outcome.connected++;
      socket.once("close", () => outcome.ended++);
      socket.write(words);
    });
    socket.on("data", (bytes) => {
      outcome.bytes += bytes.length;
      if (!isFirst) return;
      isFirst = false;
      const status = bytes.toString("latin1", 9, 12);
      outcome.statuses.set(status, (outcome.statuses.get(status) ?? 0) + 1);
    });
    // An error is followed by the end of the connection, like everything else here.
    socket.on("error", () => {});
    socket.on("end", () => socket.destroy());
    socket.on("close", () => ended.resolve());
    if (!reads && !this.#isAwake) socket.pause();
    await ended.promise;
    this.#sockets.delete(socket);
  }
}
