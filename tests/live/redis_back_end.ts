/**
 * Redis as nodes meet it.
 *
 * @module
 */
import { openRegistry } from "../../lib/registry/open.ts";
import { makeCertificates } from "../servers/program.ts";
import { redisNeeds, RedisServer } from "../servers/redis_server.ts";
import { sharedServer } from "../servers/server.ts";
import {
  common,
  contextOf,
  elsewhere,
  misguided,
  password,
  passwordInUrl,
  registryIn,
} from "./back_end.ts";
import type { BackEnd, NodeServer, Trouble } from "./back_end.ts";
import { freePort } from "../support/ports.ts";
import { until } from "../support/waiting.ts";

/** Redis, with one server for all tests of a file; to be called outside of them. */
export function redisBackEnd(): BackEnd {
  const user = (name: string, rights: string): string[] => {
    return ["--user", name, "on", `>${password}`, "~*", "&*", rights];
  };
  const shared = sharedServer(() =>
    RedisServer.create(...user("node", "+@all"), ...user("reader", "+@read"))
  );
  const lend = async (): Promise<NodeServer> => {
    const server = await shared();
    const url = server.url("/1", `node:${passwordInUrl}@`);
    return {
      environment: registryIn(url),
      secrets: [password, passwordInUrl],
      troubles: [...wrongUrls(server), ...serverTroubles(server, url)],
      open: () => openRegistry(url, contextOf()),
      stop: () => server.stop(),
      start: () => server.start(),
      wipe: () => server.wipe(),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  };
  return { title: "redis", needs: redisNeeds, lend };
}

function wrongUrls(server: RedisServer): readonly Trouble[] {
  const at = (user: string, rest = "/1", its = passwordInUrl): Readonly<Record<string, string>> =>
    registryIn(server.url(rest, `${user}:${its}@`));
  return [
    misguided(
      "a wrong password",
      at("node", "/1", `${passwordInUrl}x`),
      /the password is wrong for user node, or there is no such user/,
    ),
    misguided("a missing database", at("node", "/99"), /the server has no database 99/),
    misguided("a user who only reads", at("reader"), /user reader may not run the command/),
    elsewhere(
      "an unknown authority",
      /comes from an authority that is not known here/,
      async (resources) => {
        const secure = resources.use(await RedisServer.create());
        await secure.stop();
        await makeCertificates(secure.folder);
        const port = freePort();
        const file = (name: string): string => `${secure.folder}/${name}`;
        await secure.start(
          ...["--tls-port", `${port}`, "--tls-cert-file", file("server.crt")],
          ...["--tls-key-file", file("server.key"), "--tls-ca-cert-file", file("ca.crt")],
        );
        return registryIn(`rediss://node:${passwordInUrl}@127.0.0.1:${port}`);
      },
    ),
  ];
}

function serverTroubles(server: RedisServer, url: string): readonly Trouble[] {
  const environment = registryIn(url);
  const command = (...words: string[]) => (): Promise<unknown> => server.command(...words);
  const dump = `${server.folder}/dump.rdb`;
  const saved = async (status: string): Promise<void> => {
    await server.command("BGSAVE");
    await until(`saving is ${status}`, async () => {
      const text = await server.command("INFO", "persistence");
      return text.includes(`rdb_last_bgsave_status:${status}`);
    });
  };
  return [
    common("a password that was changed", environment, /the password is wrong for user node/, [
      async () => {
        await server.command("ACL", "SETUSER", "node", "resetpass", ">another");
        await server.command("CLIENT", "KILL", "USER", "node");
      },
      command("ACL", "SETUSER", "node", "resetpass", `>${password}`),
    ]),
    common("a right that was taken away", environment, /user node may not run the command eval/, [
      command("ACL", "SETUSER", "node", "-evalsha", "-eval"),
      command("ACL", "SETUSER", "node", "+@all"),
    ]),
    common("a full memory", environment, /the memory of the server is full/, [
      command("CONFIG", "SET", "maxmemory", "1mb"),
      command("CONFIG", "SET", "maxmemory", "0"),
    ]),
    common("a disk that cannot be written", environment, /it cannot save to its disk/, [
      async () => {
        await Deno.remove(dump).catch(() => {});
        await Deno.mkdir(dump);
        await saved("err");
      },
      async () => {
        await Deno.remove(dump);
        await saved("ok");
      },
    ]),
    {
      ...common("rows of another version", registryIn(`${url}?prefix=old`), /another program or/, [
        command("-n", "1", "SET", "old:default", "something"),
        command("-n", "1", "DEL", "old:default"),
      ]),
      isForAll: false,
    },
  ];
}
