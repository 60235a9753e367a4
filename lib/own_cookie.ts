/**
 * The cookies of a node that starts: those that it was given, or the one that its registry keeps.
 *
 * @module
 */
import { sleep } from "./clock.ts";
import type { Clock } from "./clock.ts";
import { getOrCreateCookie, stretchedCookies } from "./cookie.ts";
import { cookieWeakness } from "./core/base/cookie_strength.ts";
import { RegistryError } from "./core/base/errors.ts";
import { exposureOf } from "./files/secret_file.ts";
import type { Log } from "./log/log.ts";
import type { NodeOptions } from "./options/options.ts";
import { randomBytes } from "./random_bytes.ts";
import { UntrustedStorage } from "./registry/common/storage_fault.ts";
import type { Registry } from "./registry/registry.ts";

/** Pauses between tries to get the cookie, in milliseconds. */
const retryMs = 500;

/** What is needed to agree on a cookie. */
export interface CookieParts {
  readonly options: Pick<NodeOptions, "cookies" | "startTimeoutMs">;
  readonly registry: Registry;
  readonly log: Pick<Log, "warning">;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * The cookies that were given, or the one that the registry holds, which is made if there is none.
 *
 * @throws {RegistryError} if the registry gave none within the start timeout, or other users can
 * change it
 * @throws the abort reason once the signal is aborted
 */
export async function ownCookies(
  { options: { cookies, startTimeoutMs }, registry, log, clock, signal }: CookieParts,
): Promise<readonly string[]> {
  if (cookies.length > 0) {
    await requireTrusted(registry, signal);
    return cookies;
  }
  const timeout = new AbortController();
  const cancel = clock.after(startTimeoutMs, () => timeout.abort());
  try {
    return [await keptCookie({ registry, log, clock, signal }, timeout.signal)];
  } finally {
    cancel();
  }
}

/** The cookie that the registry holds; asks for it again and again until `timeout` is aborted. */
async function keptCookie(
  { registry, log, clock, signal }: Omit<CookieParts, "options">,
  timeout: AbortSignal,
): Promise<string> {
  const over = AbortSignal.any([signal, timeout]);
  let cause: RegistryError | undefined;
  while (!timeout.aborted) {
    try {
      return await registry.getOrCreateCookie(getOrCreateCookie(randomBytes), over);
    } catch (error) {
      signal.throwIfAborted();
      if (timeout.aborted) break;
      if (!(error instanceof RegistryError) || isUntrusted(error)) throw error;
      const isFirst = cause === undefined;
      if (isFirst) log.warning(`The registry cannot be used yet, trying again: ${error.message}`);
      cause = error;
    }
    await sleep(clock, retryMs, over).catch(() => signal.throwIfAborted());
  }
  const reason = cause?.message ?? "it did not answer";
  const words = `The registry could not be used within the start timeout: ${reason}`;
  throw new RegistryError(words, { cause });
}

/** What the secrets are made with. */
export interface SecretParts extends Pick<NodeOptions, "cluster" | "cookieFiles"> {
  readonly log: Pick<Log, "warning">;
  /** What to do about a cookie that is easy to guess, as the end of a sentence. */
  readonly cookieAdvice?: string;
}

/** What the transport needs of the cookies; warns of those that others can guess or read. */
export async function secretsOf(
  cookies: readonly string[],
  { cluster, cookieFiles, log, cookieAdvice = "take a long random one" }: SecretParts,
): Promise<readonly string[]> {
  for (const weakness of cookies.map(cookieWeakness)) {
    if (weakness === undefined) continue;
    log.warning(`The cookie is easy to guess: ${weakness}; ${cookieAdvice}`);
  }
  for (const path of cookieFiles) {
    const exposure = await exposureOf(path);
    if (exposure === undefined) continue;
    const advice = "close it with chmod, or the secret's mode";
    log.warning(`The cookie file ${exposure.path} ${exposure.reason}; ${advice}`);
  }
  return await stretchedCookies(cookies, cluster);
}

/** A folder that other users can change is refused at once, and not after the start timeout. */
async function requireTrusted(registry: Registry, signal: AbortSignal): Promise<void> {
  if (!registry.url.startsWith("file:")) return;
  try {
    await registry.cookie(signal);
  } catch (error) {
    if (isUntrusted(error)) throw error;
  }
}

function isUntrusted(error: unknown): boolean {
  return error instanceof RegistryError && error.cause instanceof UntrustedStorage;
}
