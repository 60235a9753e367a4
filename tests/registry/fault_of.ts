/**
 * What a registry says when something goes wrong: one sentence, and no secret anywhere in it or
 * behind it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { RegistryError } from "../../lib/core/base/errors.ts";

/** The message with which `call` fails. */
export async function faultOf(
  call: Promise<unknown>,
  ...secrets: readonly string[]
): Promise<string> {
  const error = await call.then(() => assert.fail("it did not reject"), (error: unknown) => error);
  return messageOf(error, secrets);
}

/** The same without "Cannot … of …: ". */
export async function reasonOf(
  call: Promise<unknown>,
  ...secrets: readonly string[]
): Promise<string> {
  return reasonIn(await faultOf(call, ...secrets));
}

/** The message of `error`; fails if it is no fault of the registry, or gives away a secret. */
export function messageOf(error: unknown, secrets: readonly string[]): string {
  assert.ok(error instanceof RegistryError, Deno.inspect(error));
  const shown = [Deno.inspect(error, { depth: 20, showHidden: true })];
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    shown.push(`${cause.message} ${cause.stack}`);
  }
  const all = shown.join("\n");
  for (const secret of secrets) assert.ok(!all.includes(secret), all);
  assert.doesNotMatch(all, /Signature=/);
  assert.match(error.message, /^Cannot .*: ./);
  assert.doesNotMatch(error.message, /\n/);
  return error.message;
}

/** What stands behind "Cannot … of scheme://…: ". */
export function reasonIn(message: string): string {
  return /^Cannot .*? [\w+]+:\/\/\S*: (.*)$/.exec(message)?.[1] ?? assert.fail(message);
}
