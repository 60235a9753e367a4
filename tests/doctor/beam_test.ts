import { deepEqual, match } from "node:assert/strict";
import { parseNodeName } from "../../lib/core/base/name.ts";
import type { NodeName } from "../../lib/core/base/name.ts";
import { askEpmd } from "../../lib/beam/epmd/lookup.ts";
import type { EpmdAnswer } from "../../lib/beam/epmd/lookup.ts";
import { judgeBeam } from "../../lib/doctor/beam.ts";

const name = parseNodeName("e1@127.0.0.1") as NodeName;
const address = { host: "127.0.0.1", port: 4369 };
const options = {
  beamListen: { host: "127.0.0.1", port: 4370 },
  cluster: "default",
  registries: ["/mnt/sync"],
};

function judged(
  epmd: EpmdAnswer,
  { runsHere = false, closed, serves = true, ...more }: {
    readonly runsHere?: boolean;
    readonly closed?: string;
    readonly serves?: boolean;
    readonly name?: string;
    readonly cluster?: string;
  } = {},
): string[] {
  const serve = serves ? address : undefined;
  const own = parseNodeName(more.name ?? name) as NodeName;
  const facts = { closed, epmd: { ...epmd, address, serve } };
  const wanted = { ...options, cluster: more.cluster ?? options.cluster };
  return judgeBeam(facts, wanted, own, runsHere).map(({ level, text }) => `${level}: ${text}`);
}

Deno.test("judgeBeam() finds nothing wrong with an EPMD that answers, or that the node will serve", () => {
  const door = "ok: A node can listen for BEAM nodes on 127.0.0.1:4370 (given with --beam-listen)";
  deepEqual(judged({ kind: "unknown" }), [door, "ok: The EPMD on 127.0.0.1:4369 answers"]);
  deepEqual(judged({ kind: "refused" }), [
    door,
    "ok: EPMD does not run on 127.0.0.1:4369, so the node serves it",
  ]);
  const own = { runsHere: true, closed: "Address already in use" };
  deepEqual(judged({ kind: "known" }, own), [
    door,
    "ok: The EPMD on 127.0.0.1:4369 knows e1@127.0.0.1",
  ]);
});

Deno.test("judgeBeam() tells what keeps BEAM nodes from this one", () => {
  const faults = (...[epmd, more]: Parameters<typeof judged>): string =>
    judged(epmd, more).filter((text) => !text.startsWith("ok")).join("\n");
  match(faults({ kind: "known" }), /^fault: .* knows another node of the name e1@127\.0\.0\.1/);
  match(faults({ kind: "refused" }, { serves: false }), /^fault: EPMD does not run on /);
  match(faults({ kind: "useless", detail: "it is mute" }), /^fault: .* of no use.*: it is mute$/);
  match(
    faults({ kind: "unknown" }, { closed: "Address already in use" }),
    /^fault: The node cannot listen for BEAM nodes on 127\.0\.0\.1:4370: Address already in use$/,
  );
  match(faults({ kind: "unknown" }, { name: "e.1@127.0.0.1" }), /^fault: .* cannot be the name/);
  match(faults({ kind: "unknown" }, { name: "e1@here" }), /^warning: Only BEAM nodes with short/);
  match(faults({ kind: "unknown" }, { cluster: "other" }), /^warning: No BEAM node is seen in /);
});

Deno.test("askEpmd() tells an EPMD from what is none, and does not wait for the mute", async () => {
  const ask = async (answer: Uint8Array | undefined): Promise<EpmdAnswer> => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const serving = listener.accept().then(async (socket) => {
      const asked = new Uint8Array(64);
      await socket.read(asked);
      if (answer === undefined) { while (await socket.read(asked).catch(() => null) !== null); }
      else await socket.write(answer);
      socket.close();
    });
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(), answer === undefined ? 100 : 10_000);
    const told = await askEpmd(
      "e1",
      { host: "127.0.0.1", port: listener.addr.port },
      timeout.signal,
    );
    clearTimeout(timer);
    await serving;
    return told;
  };
  deepEqual(await ask(new Uint8Array([119, 1])), { kind: "unknown" });
  const port = [119, 0, 16, 0, 77, 0, 0, 6, 0, 5, 0, 2, 101, 49, 0, 0];
  deepEqual(await ask(new Uint8Array(port)), { kind: "known" });
  const none = { kind: "useless", detail: "what answers there is no EPMD" };
  deepEqual(await ask(new Uint8Array([72, 84, 84, 80])), none);
  deepEqual(await ask(new Uint8Array()), {
    kind: "useless",
    detail: "it closed the connection",
  });
  deepEqual(await ask(undefined), { kind: "useless", detail: "it does not answer in time" });
});
