/**
 * What a test does to containers from the machine of their engine: cut their network, fill their
 * memory, restart the engine. All of it needs root there.
 *
 * @module
 */
import assert from "node:assert/strict";
import { eventually, Program } from "../integration/process.ts";
import type { Container } from "./container.ts";
import { attempt, output } from "./engine.ts";

/** Drops every packet from `address` that arrives at a container, in its own network namespace. */
export async function cutFrom(container: Container, address: string): Promise<void> {
  const inside = ["--target", String(await container.pid()), "--net"];
  await output("nsenter", [...inside, "iptables", "-A", "INPUT", "-s", address, "-j", "DROP"]);
}

/** The control group of a container's memory: a folder of the system. */
export async function memoryGroup(container: Container): Promise<string> {
  const lines = (await Deno.readTextFile(`/proc/${await container.pid()}/cgroup`)).split("\n");
  const memory = lines.map((line) => /^\d+:memory:(.*)$/.exec(line)?.[1]).find(Boolean);
  if (memory !== undefined) return `/sys/fs/cgroup/memory${memory}`;
  return `/sys/fs/cgroup${/^0::(.*)$/m.exec(lines.join("\n"))?.[1]}`;
}

/** The control group of a container's processor time. */
export async function processorGroup(container: Container): Promise<string> {
  const lines = (await Deno.readTextFile(`/proc/${await container.pid()}/cgroup`)).split("\n");
  const [, controllers, path] =
    lines.map((line) => /^\d+:(cpu|cpuacct|cpu,cpuacct):(.*)$/.exec(line))
      .find((match) => match?.[1]?.includes("cpuacct")) ?? [];
  if (path !== undefined) return `/sys/fs/cgroup/${controllers}${path}`;
  return `/sys/fs/cgroup${/^0::(.*)$/m.exec(lines.join("\n"))?.[1]}`;
}

/** Takes all memory that a container may have, until the system kills its process for that. */
export async function exhaustMemory(container: Container): Promise<Program> {
  const group = await memoryGroup(container);
  // Of those in the group the node is the one to be killed, and not the one that takes it all.
  await Deno.writeTextFile(`/proc/${await container.pid()}/oom_score_adj`, "1000");
  return new Program("sh", ["-c", `echo $$ > ${group}/cgroup.procs && exec tail /dev/zero`]);
}

/** The engine's own process. */
async function enginePid(): Promise<number> {
  const socket = (Deno.env.get("DOCKER_HOST") ?? "unix:///var/run/docker.sock").replace(
    "unix://",
    "",
  );
  const beside = socket.replace(/[^/]*$/, "pid");
  for (const path of [beside, "/var/run/docker.pid"]) {
    const found = await attempt("cat", [path]);
    if (found.code === 0) return Number(found.text);
  }
  return assert.fail("the engine has left its process id nowhere");
}

/**
 * Ends the engine as a shutdown of its machine does, and starts it again as it was started before.
 *
 * @returns the new engine, which is no child of this process
 */
export async function restartEngine(): Promise<void> {
  const pid = await enginePid();
  const words = (await Deno.readTextFile(`/proc/${pid}/cmdline`)).split("\0").filter(Boolean);
  const log = await Deno.makeTempFile({ prefix: "clusternode-test-engine-" });
  // Enters the engine's network while that is still there, and waits for its end.
  const script = `while kill -0 ${pid} 2>/dev/null; do sleep 0.05; done; ` +
    'exec setsid "$@" >"$LOG" 2>&1 </dev/null';
  const inBackground = `(LOG=${log}; ${script}) >/dev/null 2>&1 &`;
  await output("nsenter", [
    ...["--target", String(pid), "--net", "sh", "-c", inBackground, "sh"],
    ...words,
  ]);
  Deno.kill(pid, "SIGTERM");
  const isBack = async (): Promise<boolean> =>
    await isOver(pid) && (await attempt("docker", ["info"])).code === 0;
  await eventually(isBack, 60_000, "the engine is back");
}

async function isOver(pid: number): Promise<boolean> {
  return (await attempt("kill", ["-0", String(pid)])).code !== 0;
}
