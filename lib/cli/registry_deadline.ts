/**
 * How long a command waits for the registry, and what it says if that was not enough.
 *
 * @module
 */
import { RegistryError } from "../core/base/errors.ts";

/** How long a command waits for the registry, its own look or a node's, in milliseconds. */
export const registryTimeoutMs = 5000;

/** For `catch`: a deadline that has passed is a fault of the registry, and none of the program. */
export function late(url: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof DOMException && error.name === "TimeoutError")) throw error;
    throw new RegistryError(`${url} does not answer within ${registryTimeoutMs} ms`, {
      cause: error,
    });
  };
}
