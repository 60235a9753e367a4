/**
 * Opens a registry by its URL, loading only the back end that it names.
 *
 * @module
 */
import { UsageError } from "../core/base/errors.ts";
import type { RegistryContext } from "./context.ts";
import type { Registry } from "./registry.ts";
import { parseRegistryUrl, withoutSecrets } from "./url.ts";
import type { BackEnd, RegistryLocation } from "./url.ts";

type Opener = (
  location: string,
  context: RegistryContext,
  parsed: RegistryLocation,
) => Promise<Registry>;

const openers: Readonly<Record<BackEnd, Opener>> = {
  directory: async (path, context, { sharing }) => {
    const { openDirectoryRegistry } = await import("./directory/directory.ts");
    return openDirectoryRegistry({ path, ...context, ...sharing && { sharing } });
  },
  etcd: async (url, context) => {
    const { openEtcdRegistry } = await import("./etcd/etcd.ts");
    return openEtcdRegistry(url, context);
  },
  memory: async (name, context) => {
    const { memoryStorage, openMemoryRegistry } = await import("./memory/memory.ts");
    const url = `memory:${name}`;
    return openMemoryRegistry({ storage: memoryStorage(name), url, ...context });
  },
  postgres: async (url, context) => {
    const { openPostgresRegistry } = await import("./postgres/postgres.ts");
    return openPostgresRegistry(url, context);
  },
  redis: async (url, context) => {
    const { openRedisRegistry } = await import("./redis/redis.ts");
    return openRedisRegistry(url, context);
  },
  s3: async (url, context) => {
    const { openS3Registry } = await import("./s3/s3.ts");
    return openS3Registry(url, context);
  },
};

/**
 * A handle on the registry at `url`; whether it can be reached shows with the first call.
 *
 * @param url a URL, or the path of a folder; see `registryUrlFault`
 * @throws {UsageError} if it is not legal
 */
export async function openRegistry(url: string, context: RegistryContext): Promise<Registry> {
  const parsed = parseRegistryUrl(url);
  if ("fault" in parsed) {
    throw new UsageError([`Cannot open registry "${withoutSecrets(url)}": ${parsed.fault}`]);
  }
  return await openers[parsed.backEnd](parsed.location, context, parsed);
}
