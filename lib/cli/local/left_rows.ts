/**
 * The rows that nodes have left in the registry whose processes have ended: killed ones, and those
 * that had no time to leave. Their parent has seen each process end, so nothing has to be waited for.
 *
 * @module
 */
import type { InstanceId } from "../../core/members/row.ts";
import type { NodeName } from "../../core/base/name.ts";
import { openRegistryOf } from "../../start.ts";
import type { RegistryOptions, RegistryTeller } from "../../start.ts";

/** How long the registry may take in all, in milliseconds. */
const timeoutMs = 10_000;

/**
 * Removes the rows of `instances`, which must have ended.
 *
 * @returns their names
 * @throws {RegistryError} if the registry does not answer
 */
export async function removeLeftRows(
  options: RegistryOptions,
  instances: ReadonlySet<InstanceId>,
  tell: RegistryTeller,
): Promise<readonly NodeName[]> {
  await using registry = await openRegistryOf(options, tell);
  const signal = AbortSignal.timeout(timeoutMs);
  const { rows } = await registry.list(signal);
  const left = rows.filter(({ row }) => instances.has(row.instance));
  const results = await Promise.all(
    left.map(({ row, version }) => registry.remove(row.name, version, signal)),
  );
  return left.filter((_, index) => results[index] === "removed").map(({ row }) => row.name);
}
