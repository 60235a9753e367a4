/**
 * A pulse with BEAM nodes under test, and who plays the other side of it.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { BeamDeadlines, BeamHandler, BeamOutcome } from "../../lib/beam/beam.ts";
import { openBeam, type OpenBeamOptions, type OpenedBeam } from "../../lib/beam/open.ts";
import { systemClock } from "../../lib/clock.ts";
import type { NodeName } from "../../lib/core/base/name.ts";
import { randomBytes, Story } from "../transport/fixtures.ts";
import { loudBarrier } from "../loud_barrier.ts";
import { freePort } from "../support/ports.ts";

export const cookie = "the_cookie_of_the_tests";

/** Long enough for a machine that does other things too; no test waits for it to pass. */
export const patient: BeamDeadlines = { connectTimeoutMs: 20_000, answerTimeoutMs: 20_000 };

export const nameOf = (local: string, host = "127.0.0.1"): NodeName =>
  `${local}@${host}` as NodeName;

/** A pulse under test, with the story of what it was told. */
export interface TestBeam extends AsyncDisposable {
  readonly beam: OpenedBeam;
  readonly name: NodeName;
  /** `ping n1@h`, `lost n1@h`, `stranger 127.0.0.1 why`, `info …`, `warning …`. */
  readonly story: Story;
  readonly epmdPort: number;
  ping(name: NodeName, deadlines?: BeamDeadlines): Promise<BeamOutcome>;
}

export interface TestBeamOptions extends Partial<Omit<OpenBeamOptions, "handler" | "name">> {
  readonly name?: string;
  /** True to serve EPMD itself. */
  readonly servesEpmd?: boolean;
  readonly onPing?: BeamHandler["onPing"];
}

export async function openTestBeam(options: TestBeamOptions = {}): Promise<TestBeam> {
  const { servesEpmd = true, onPing = (_from, answer) => answer(), ...rest } = options;
  const story = new Story();
  const name = nameOf(rest.name ?? "ts");
  const epmdPort = rest.epmdPort ?? freePort();
  const beam = await openBeam({
    cookie,
    listen: { host: "127.0.0.1", port: 0 },
    epmd: servesEpmd ? { host: "127.0.0.1", port: epmdPort } : undefined,
    tickMs: 15_000,
    clock: systemClock,
    barrier: loudBarrier,
    randomBytes,
    ...rest,
    epmdPort,
    name,
    handler: {
      onPing(from, answer, drop) {
        story.add(`ping ${from}`);
        onPing(from, answer, drop);
      },
      onLost: (from) => story.add(`lost ${from}`),
      onRejected: (address, reason) => story.add(`stranger ${address} ${reason}`),
      onNote: (level, message) => story.add(`${level} ${message}`),
    },
  });
  return {
    beam,
    name,
    story,
    epmdPort,
    ping: (to, deadlines = patient) => beam.ping(to, deadlines),
    [Symbol.asyncDispose]: () => beam[Symbol.asyncDispose](),
  };
}

/** Fails unless `outcome` is of `kind`; returns its detail. */
export function assertOutcome(outcome: BeamOutcome, kind: BeamOutcome["kind"]): string {
  assert.equal(outcome.kind, kind, JSON.stringify(outcome));
  return outcome.kind === "pong" ? "" : outcome.detail;
}
