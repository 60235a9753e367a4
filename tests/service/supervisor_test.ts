import { deepEqual, equal, notEqual } from "node:assert/strict";
import fc from "fast-check";
import { killTimeoutMs, restartMaxMs, restartResetMs } from "../../lib/service/supervisor.ts";
import { Supervisor, type SupervisorInput } from "../../lib/service/supervisor.ts";
import type { SupervisorEffect, SupervisorOptions } from "../../lib/service/supervisor.ts";

const plain: SupervisorOptions = {
  restart: { kind: "no" },
  successCodes: new Set(),
  isProbed: false,
  drainMs: 1000,
  stopTimeoutMs: 8000,
};

const always = { kind: "always" } as const;
const onFailure = { kind: "on-failure", restartsMax: Infinity } as const;

/** A supervisor with a clock, whose effects are short words. */
class Story {
  readonly supervisor: Supervisor;
  now = 0;

  constructor(options: Partial<SupervisorOptions> = {}) {
    this.supervisor = new Supervisor({ ...plain, ...options });
  }

  /** Feeds one input; gives `spawn`, `SIGTERM`, `state`, `end 7`. */
  step(input: SupervisorInput): string[] {
    return this.supervisor.step(input, this.now).map(word);
  }

  /** Runs to the next time that matters; gives how long that took, and what was done. */
  wake(): [waitedMs: number, ...words: string[]] {
    const waitedMs = this.supervisor.wakeAt - this.now;
    this.now = this.supervisor.wakeAt;
    return [waitedMs, ...this.step({ kind: "tick" })];
  }

  started(): string[] {
    return [...this.step({ kind: "admit" }), ...this.step({ kind: "started" })];
  }

  exited(exitCode: number, hasRest = false): string[] {
    return this.step({ kind: "exited", exitCode, reason: `exit code ${exitCode}`, hasRest });
  }
}

function word(effect: SupervisorEffect): string {
  if (effect.kind === "state") return effect.state;
  if (effect.kind === "signal") return effect.signal;
  return effect.kind === "end" ? `end ${effect.exitCode}` : effect.kind;
}

Deno.test("Supervisor starts nothing before it is admitted, and then once", () => {
  const story = new Story();
  deepEqual(story.step({ kind: "tick" }), []);
  equal(story.supervisor.wakeAt, Infinity);
  deepEqual(story.step({ kind: "admit" }), ["starting", "spawn"]);
  deepEqual(story.step({ kind: "admit" }), []);
  deepEqual(story.step({ kind: "started" }), ["ready"]);
});

Deno.test("Supervisor ends with the exit code of the service, and with 0 for a success code", () => {
  for (const [code, shown] of [[0, 0], [1, 1], [7, 7], [137, 137], [143, 0]] as const) {
    const story = new Story({ successCodes: new Set([143]) });
    story.started();
    deepEqual(story.exited(code), ["stopped", `end ${shown}`]);
    equal(story.supervisor.wakeAt, Infinity);
  }
});

Deno.test("Supervisor ends with 126 or 127 if the service never ran, whatever the policy", () => {
  const story = new Story({ restart: always });
  story.step({ kind: "admit" });
  const input = { kind: "not-started", exitCode: 127, reason: "it is not found" } as const;
  deepEqual(story.step(input), ["stopped", "end 127"]);
});

Deno.test("Supervisor tries on if a service that ran cannot be executed for a while", () => {
  const story = new Story({ restart: onFailure });
  story.started();
  story.exited(1);
  deepEqual(story.wake(), [100, "starting", "spawn"]);
  const input = { kind: "not-started", exitCode: 127, reason: "it is not found" } as const;
  deepEqual(story.step(input), ["failing"]);
  deepEqual(story.wake(), [200, "starting", "spawn"]);
});

Deno.test("Supervisor waits 100 ms before a restart, twice as long each time, a minute at most", () => {
  const story = new Story({ restart: always });
  story.started();
  const pausesMs: number[] = [];
  for (let run = 0; run < 12; run++) {
    deepEqual(story.exited(1), ["failing"]);
    pausesMs.push(story.wake()[0]);
    story.step({ kind: "started" });
  }
  deepEqual(pausesMs.slice(0, 4), [100, 200, 400, 800]);
  deepEqual(pausesMs.slice(-2), [restartMaxMs, restartMaxMs]);
  story.now += restartResetMs - 1;
  story.exited(1);
  equal(story.wake()[0], restartMaxMs, "it ran too short to be forgiven");
  story.step({ kind: "started" });
  story.now += restartResetMs;
  story.exited(1);
  equal(story.wake()[0], 100);
});

Deno.test("Supervisor restarts on failure at most as often as it is told, and not after success", () => {
  const story = new Story({ restart: { kind: "on-failure", restartsMax: 2 } });
  story.started();
  for (let restart = 1; restart <= 2; restart++) {
    deepEqual(story.exited(7), ["failing"]);
    deepEqual(story.wake().slice(1), ["starting", "spawn"]);
    deepEqual(story.step({ kind: "started" }), ["ready"]);
    equal(story.supervisor.restarts, restart);
  }
  deepEqual(story.exited(7), ["stopped", "end 7"]);

  const fine = new Story({ restart: onFailure, successCodes: new Set([3]) });
  fine.started();
  deepEqual(fine.exited(3), ["stopped", "end 0"]);
});

Deno.test("Supervisor has failed once it ends without success, and was not told to", () => {
  const hasFailed = (
    how: (story: Story) => void,
    options?: Partial<SupervisorOptions>,
  ): boolean => {
    const story = new Story({ successCodes: new Set([3]), ...options });
    story.started();
    how(story);
    return story.supervisor.hasFailed;
  };
  equal(hasFailed((story) => story.exited(7)), true);
  equal(hasFailed((story) => story.exited(0)), false);
  equal(hasFailed((story) => story.exited(3)), false, "it calls that success");
  equal(hasFailed((story) => story.exited(7), { restart: onFailure }), false, "it is restarted");
  const pausing = (story: Story): void => {
    story.exited(7);
    story.step({ kind: "stop" });
  };
  equal(hasFailed(pausing, { restart: onFailure }), false, "it was told not to start again");
  const asked = (story: Story): void => {
    story.step({ kind: "stop" });
    story.exited(143);
  };
  equal(hasFailed(asked), false);
  const missing = new Story();
  missing.step({ kind: "admit" });
  missing.step({ kind: "not-started", exitCode: 127, reason: "it is not found" });
  equal(missing.supervisor.hasFailed, true);
});

Deno.test("Supervisor calls a restart after success a start, and no failure", () => {
  const story = new Story({ restart: always });
  story.started();
  deepEqual(story.exited(0), ["starting"]);
});

Deno.test("Supervisor says ready and failing as the probes say, but not failing before ready", () => {
  const story = new Story({ isProbed: true, restart: always });
  deepEqual(story.started(), ["starting", "spawn", "start-probes"]);
  const fails = { kind: "probed", fault: "connection refused" } as const;
  const succeeds = { kind: "probed", fault: undefined } as const;
  deepEqual(story.step(fails), []);
  deepEqual(story.step(succeeds), ["ready"]);
  deepEqual(story.step(succeeds), []);
  deepEqual(story.step(fails), ["failing"]);
  deepEqual(story.step(fails), []);
  deepEqual(story.step(succeeds), ["ready"]);
  deepEqual(story.exited(1), ["stop-probes", "failing"]);
  deepEqual(story.step(succeeds), [], "a late answer of the run before");
});

Deno.test("Supervisor drains, then SIGTERM, then SIGKILL, then waits no longer", () => {
  const story = new Story({ isProbed: true, restart: always });
  story.started();
  deepEqual(story.step({ kind: "stop" }), ["stop-probes", "draining"]);
  deepEqual(story.wake(), [1000, "SIGTERM"]);
  deepEqual(story.wake(), [8000, "SIGKILL"]);
  deepEqual(story.wake(), [killTimeoutMs, "stopped", "end 137"]);
});

Deno.test("Supervisor sends SIGTERM at once where there is nothing to drain", () => {
  const story = new Story({ drainMs: 0 });
  story.started();
  deepEqual(story.step({ kind: "stop" }), ["draining", "SIGTERM"]);
  deepEqual(story.exited(143), ["stopped", "end 143"]);
});

Deno.test("Supervisor does not drain when nobody is there to turn to others", () => {
  const story = new Story({ drainMs: 60_000 });
  story.started();
  deepEqual(story.step({ kind: "stop", undrained: true }), ["draining", "SIGTERM"]);
});

Deno.test("Supervisor goes on to the next phase with each further stop", () => {
  const story = new Story();
  story.started();
  deepEqual(story.step({ kind: "stop" }), ["draining"]);
  deepEqual(story.step({ kind: "stop" }), ["SIGTERM"]);
  deepEqual(story.step({ kind: "stop" }), ["SIGKILL"]);
  deepEqual(story.step({ kind: "stop" }), []);
  deepEqual(story.exited(137), ["stopped", "end 137"]);
});

Deno.test("Supervisor sends no SIGTERM on Ctrl-C unless SIGINT does not help", () => {
  const story = new Story();
  story.started();
  deepEqual(story.step({ kind: "stop", interrupted: true }), ["draining"]);
  deepEqual(story.wake(), [8000, "SIGTERM"], "the stop timeout, not the time to drain");
  const obedient = new Story();
  obedient.started();
  obedient.step({ kind: "stop", interrupted: true });
  deepEqual(obedient.exited(130), ["stopped", "end 130"]);
});

Deno.test("Supervisor ends at once if it is stopped before the start or between two runs", () => {
  deepEqual(new Story().step({ kind: "stop" }), ["stopped", "end undefined"]);
  const story = new Story({ restart: always });
  story.started();
  story.exited(7);
  deepEqual(story.step({ kind: "stop" }), ["stopped", "end 7"]);
  deepEqual(story.step({ kind: "admit" }), []);
});

Deno.test("Supervisor drains what was being started when it is stopped", () => {
  const story = new Story();
  story.step({ kind: "admit" });
  deepEqual(story.step({ kind: "stop" }), []);
  deepEqual(story.step({ kind: "started" }), ["draining"]);
});

Deno.test("Supervisor ends the rest of a group before it restarts", () => {
  const story = new Story({ restart: always });
  story.started();
  deepEqual(story.exited(1, true), ["failing", "SIGTERM"]);
  deepEqual(story.step({ kind: "cleared" }), []);
  deepEqual(story.wake(), [100, "starting", "spawn"]);
  story.step({ kind: "started" });
  deepEqual(story.exited(1, true), ["failing", "SIGTERM"]);
  deepEqual(story.exited(2), [], "it has ended already");
  deepEqual(story.step({ kind: "stop" }), [], "the rest got SIGTERM a moment ago");
  deepEqual(story.wake(), [8000, "SIGKILL"]);
  deepEqual(story.step({ kind: "cleared" }), ["stopped", "end 1"]);
});

Deno.test("Supervisor takes a group that goes late, after SIGKILL, for none of the next process", () => {
  const story = new Story({ restart: always });
  story.started();
  story.exited(1, true);
  deepEqual(story.wake(), [8000, "SIGKILL"]);
  deepEqual(story.wake(), [killTimeoutMs]);
  deepEqual(story.wake(), [100, "starting", "spawn"]);
  deepEqual(story.step({ kind: "started" }), ["ready"]);
  deepEqual(story.step({ kind: "cleared" }), []);
  equal(story.supervisor.state, "ready");
});

Deno.test("Supervisor gives the rest of a group its time when it stops, and one SIGTERM", () => {
  const story = new Story({ drainMs: 0 });
  story.started();
  story.step({ kind: "stop" });
  deepEqual(story.exited(143, true), []);
  equal(story.supervisor.state, "draining");
  deepEqual(story.step({ kind: "cleared" }), ["stopped", "end 143"]);
});

Deno.test("Supervisor never has two processes, and nothing follows the end, whatever comes", () => {
  const inputs: fc.Arbitrary<SupervisorInput> = fc.oneof(
    fc.constantFrom<SupervisorInput>(
      { kind: "admit" },
      { kind: "tick" },
      { kind: "started" },
      { kind: "cleared" },
      { kind: "stop" },
      { kind: "stop", interrupted: true },
      { kind: "probed", fault: undefined },
      { kind: "probed", fault: "no answer" },
      { kind: "not-started", exitCode: 126, reason: "it is not executable" },
    ),
    fc.record({
      kind: fc.constant("exited" as const),
      exitCode: fc.constantFrom(0, 1, 143),
      reason: fc.constant("exit"),
      hasRest: fc.boolean(),
    }),
  );
  const policies = fc.constantFrom<SupervisorOptions["restart"]>(always, onFailure, { kind: "no" });
  // Short enough that nothing outlives SIGKILL: that is given up, though it is there.
  const steps = fc.array(fc.tuple(inputs, fc.nat(1500)), { maxLength: 80 });
  fc.assert(
    fc.property(policies, fc.boolean(), steps, (restart, isProbed, steps) => {
      const story = new Story({ restart, isProbed });
      let there: Processes = "none", isProbing = false, hasEnded = false;
      for (const [input, waitMs] of steps) {
        const after = truth(there, input);
        if (after === undefined) continue;
        there = after;
        story.now += waitMs;
        const words = story.step(input);
        equal(hasEnded && words.length > 0, false, "something follows the end");
        for (const word of words) {
          if (word === "spawn") equal(there, "none", "a second one is started");
          if (word.startsWith("SIG")) notEqual(there, "none", "a signal to nobody");
          if (word.endsWith("-probes")) equal(isProbing, word === "stop-probes", word);
          if (word === "spawn") there = "spawned";
          if (word === "start-probes") isProbing = true;
          if (word === "stop-probes") isProbing = false;
          if (word.startsWith("end")) hasEnded = true;
        }
        if (hasEnded) equal(isProbing, false, "probed after the end");
      }
    }),
    { numRuns: 1000 },
  );
});

/** What there really is. */
type Processes = "none" | "spawned" | "process" | "rest";

/** What there is after an input, or `undefined` if the shell cannot say that now. */
function truth(there: Processes, input: SupervisorInput): Processes | undefined {
  switch (input.kind) {
    case "started":
      return there === "spawned" ? "process" : undefined;
    case "not-started":
      return there === "spawned" ? "none" : undefined;
    case "exited":
      return there !== "process" ? undefined : input.hasRest ? "rest" : "none";
    case "cleared":
      return there === "rest" ? "none" : undefined;
    default:
      return there;
  }
}

Deno.test("Supervisor tells why a service is not ready yet, not at once and not again and again", () => {
  const story = new Story({ isProbed: true });
  story.started();
  const probe = (fault: string): (string | undefined)[] => {
    const effects = story.supervisor.step({ kind: "probed", fault }, story.now);
    return effects.map((effect) => effect.kind === "state" ? effect.reason : effect.kind);
  };
  story.now = 9999;
  deepEqual(probe("connection refused"), []);
  story.now = 10_000;
  deepEqual(probe("connection refused"), ["connection refused"]);
  equal(story.supervisor.isSlow, true);
  story.now = 30_000;
  deepEqual(probe("connection refused"), [], "it has been told");
  deepEqual(probe("no answer"), ["no answer"]);
  deepEqual(probe("connection refused"), [], "too soon");
  deepEqual(story.step({ kind: "probed", fault: undefined }), ["ready"]);
  equal(story.supervisor.isSlow, false);
});
