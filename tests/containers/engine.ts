/**
 * A container engine, as a user has it: `docker` with Compose v2.
 *
 * The tests make containers, networks and volumes of their own, under names with this process's
 * number in them, and remove them. Some look at a container from the outside, or restart the whole
 * engine: these need root on the machine of the engine, and the word of its owner that nobody else
 * uses it (`CLUSTERNODE_OWN_ENGINE=1`).
 *
 * @module
 */
import assert from "node:assert/strict";
import { needing, permitted } from "../permissions.ts";

/** The image that all tests use; built by the Dockerfile. */
export const image = "clusternode";

/** The folder of the Dockerfile. */
export const projectFolder = new URL("../..", import.meta.url).pathname;

const decoder = new TextDecoder();

/** Runs a program to its end; what it printed. Fails if it does not end with 0. */
export async function output(command: string, args: readonly string[]): Promise<string> {
  const { code, text } = await attempt(command, args);
  assert.equal(code, 0, `${command} ${args.join(" ")}\n${text}`);
  return text;
}

/** Runs a program to its end, however that is; what it printed on both outputs. */
export async function attempt(
  command: string,
  args: readonly string[],
): Promise<{ readonly code: number; readonly text: string }> {
  const options = { args: [...args], cwd: projectFolder, env: { NO_COLOR: "1" } };
  const { code, stdout, stderr } = await new Deno.Command(command, options).output();
  const text = decoder.decode(stdout) + (code === 0 ? "" : decoder.decode(stderr));
  return { code, text: text.trimEnd() };
}

/** `docker …`; what it printed. */
export function docker(...args: string[]): Promise<string> {
  return output("docker", args);
}

/** One value of `docker inspect`, by a template such as `{{.State.Pid}}`. */
export function inspect(thing: string, template: string): Promise<string> {
  return docker("inspect", "--format", template, thing);
}

let numbers = 0;

/** A name that nobody else uses. */
export function freshName(): string {
  return `clusternode-test-${Deno.pid}-${++numbers}`;
}

function answers(...args: string[]): boolean {
  try {
    const options = { args, stdout: "null", stderr: "null" } as const;
    return new Deno.Command("docker", options).outputSync().success;
  } catch {
    return false;
  }
}

/** True if there is an image called `name`; it is never pulled. */
export function hasImage(name: string): boolean {
  return answers("image", "inspect", name);
}

/** Why there are no containers here, or `undefined` if there can be. */
function whyNone(): string | undefined {
  if (!answers("info")) return "no container engine answers";
  if (!answers("compose", "version")) return "docker has no Compose";
  return hasImage(image) ? undefined : `there is no image called ${image}`;
}

/**
 * A test with containers; skipped by name where there can be none, but never with `CI=true`.
 *
 * @param needsOwnEngine the test looks at containers from outside, or restarts the engine
 */
export function containersTest(
  name: string,
  fn: (test: Deno.TestContext) => Promise<void>,
  { needsOwnEngine = false }: { readonly needsOwnEngine?: boolean } = {},
): void {
  const options = needing(name, "read", "write", "run", "env", "net", "sys");
  if (options.ignore || !permitted("run")) return Deno.test({ ...options, fn });
  const isOwn = Deno.env.get("CLUSTERNODE_OWN_ENGINE") === "1" && Deno.uid() === 0;
  const reason = whyNone() ??
    (needsOwnEngine && !isOwn ? "needs root, and CLUSTERNODE_OWN_ENGINE=1" : undefined);
  if (reason === undefined) return Deno.test({ ...options, fn });
  assert.notEqual(Deno.env.get("CI"), "true", `${reason}, and with CI=true nothing is skipped`);
  Deno.test({ name: `${name} (skipped: ${reason})`, ignore: true, fn });
}
