/**
 * A `Beam` whose nodes are scripted, for tests of what stands above it.
 *
 * @module
 */
import type { Beam, BeamDeadlines, BeamHandler, BeamOutcome } from "../../lib/beam/beam.ts";
import type { NodeName } from "../../lib/core/base/name.ts";

/** Answers as it is told to. */
export class FakeBeam implements Beam {
  readonly port = 4711;
  readonly name: NodeName;
  readonly handler: BeamHandler;
  readonly pings: { readonly to: NodeName; readonly deadlines: BeamDeadlines }[] = [];
  outcome: BeamOutcome = {
    kind: "pong",
    roundTripUs: 300,
    address: { host: "127.0.0.1", port: 5000 },
    creation: 4,
  };
  isClosed = false;

  constructor(name: NodeName, handler: BeamHandler) {
    this.name = name;
    this.handler = handler;
  }

  ping(to: NodeName, deadlines: BeamDeadlines): Promise<BeamOutcome> {
    this.pings.push({ to, deadlines });
    return Promise.resolve(this.outcome);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.isClosed = true;
    return Promise.resolve();
  }
}
