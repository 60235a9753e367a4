/**
 * A ping of a connected Elixir node by this program, beside `Node.ping` between two Elixir nodes.
 *
 * Both ping the same node, in turns; where there is no Elixir, nothing is measured.
 *
 * @module
 */
import type { Beam } from "../../lib/beam/beam.ts";
import { openBeam } from "../../lib/beam/open.ts";
import { systemClock } from "../../lib/clock.ts";
import type { NodeName } from "../../lib/core/base/name.ts";
import { type Effort, type Figure, figure, median, type Round } from "./figure.ts";
import { Barrier } from "../../lib/barrier.ts";

const host = "127.0.0.1";
const asker = `asker@${host}`;
const answerer = `answerer@${host}` as NodeName;
const cookie = "cookie_of_the_benchmark";
const patient = { connectTimeoutMs: 10_000, answerTimeoutMs: 10_000 } as const;

/** Pings as often as a line says, and prints how long each of them took, in microseconds. */
const askerScript = `
  loop = fn loop ->
    case IO.gets("") do
      line when is_binary(line) ->
        for _ <- 1..String.to_integer(String.trim(line)) do
          {us, :pong} = :timer.tc(Node, :ping, [:"${answerer}"])
          us
        end
        |> Enum.join(" ")
        |> IO.puts()
        loop.(loop)
      _ -> System.halt(0)
    end
  end
  loop.(loop)
`;

/** Round trips of both, over open connections. */
export async function measureBeam({ quick }: Effort): Promise<Figure[]> {
  const epmdPort = freePort();
  await using beam = await openBeam({
    name: `us@${host}` as NodeName,
    cookie,
    listen: { host, port: 0 },
    epmd: { host, port: epmdPort },
    epmdPort,
    tickMs: 15_000,
    clock: systemClock,
    barrier: new Barrier(({ error }) => reportError(error)),
    randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
    handler: { onPing: (_from, answer) => answer(), onLost() {}, onRejected() {}, onNote() {} },
  });
  await using one = ElixirChild.start(answerer, epmdPort, 'IO.gets("")');
  if (one === undefined) return [];
  await using other = ElixirChild.start(asker, epmdPort, askerScript);
  if (other === undefined) return [];
  await answered(beam);
  // Until both are compiled by then.
  await ours(beam, 3_000);
  await other.ask(3_000);
  const pings = quick ? 300 : 1_000;
  const rounds: Round[] = [];
  for (let round = 0; round < (quick ? 5 : 11); round++) {
    const first = round % 2 === 0 ? await ours(beam, pings) : undefined;
    const theirs = await other.ask(pings);
    rounds.push([median(first ?? await ours(beam, pings)), median(theirs)]);
  }
  const name = "ping of an Elixir node: round trip";
  const reference = "Node.ping of the same node by another";
  return [figure({ name, reference, unit: "µs" }, rounds, { ratioMax: 1.5 })];
}

/** Waits until the node has started. */
async function answered(beam: Beam): Promise<void> {
  const deadline = systemClock.now() + patient.connectTimeoutMs;
  for (;;) {
    const { kind } = await beam.ping(answerer, patient);
    if (kind === "pong") return;
    if (systemClock.now() > deadline) throw new Error(`No answer of an Elixir node: ${kind}`);
    await new Promise((resolve) => systemClock.after(50, () => resolve(undefined)));
  }
}

/**
 * How long each of `count` pings took, one after the other, in microseconds, as its caller sees it.
 */
async function ours(beam: Beam, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < count; index++) {
    const begun = performance.now();
    const { kind } = await beam.ping(answerer, patient);
    times.push(1_000 * (performance.now() - begun));
    if (kind !== "pong") throw new Error(`No answer to a ping: ${kind}`);
  }
  return times;
}

function freePort(): number {
  using listener = Deno.listen({ hostname: host, port: 0 });
  return listener.addr.port;
}

/** An Elixir node that reads and writes lines; disposing kills it. */
class ElixirChild implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reader: ReadableStreamDefaultReader<string>;

  private constructor(process: Deno.ChildProcess) {
    this.#process = process;
    this.#writer = process.stdin.getWriter();
    this.#reader = process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  /** Starts a node, if there is an Elixir. */
  static start(name: string, epmdPort: number, code: string): ElixirChild | undefined {
    const command = new Deno.Command("elixir", {
      args: ["--name", name, "--cookie", cookie, "--erl", "-start_epmd false", "-e", code],
      env: { ERL_EPMD_PORT: `${epmdPort}` },
      stdin: "piped",
      stdout: "piped",
    });
    try {
      return new ElixirChild(command.spawn());
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }

  /** Lets it ping so often; how long each took, in microseconds. */
  async ask(count: number): Promise<number[]> {
    await this.#writer.write(new TextEncoder().encode(`${count}\n`));
    let text = "";
    while (!text.endsWith("\n")) {
      const { value } = await this.#reader.read();
      if (value === undefined) throw new Error("An Elixir node ended while it was measured");
      text += value;
    }
    return text.trim().split(" ").map(Number);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#process.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      // It has ended already.
    }
    await this.#writer.close().catch(() => {});
    await this.#process.status;
    await this.#reader.cancel();
  }
}
