/**
 * etcd as nodes meet it.
 *
 * @module
 */
import { openRegistry } from "../../lib/registry/open.ts";
import { etcdNeeds, EtcdServer, sharedEtcd } from "../servers/etcd_server.ts";
import {
  common,
  contextOf,
  elsewhere,
  misguided,
  password,
  passwordInUrl,
  registryIn,
} from "./back_end.ts";
import type { BackEnd, NodeServer, Trouble, Variables } from "./back_end.ts";

const root = ["--user", "root:root"];

/** etcd, with one server for all tests of a file; to be called outside of them. */
export function etcdBackEnd(): BackEnd {
  const shared = sharedEtcd();
  let isSetUp = false;
  const lend = async (): Promise<NodeServer> => {
    const server = shared();
    if (!isSetUp) await askForUsers(server);
    isSetUp = true;
    const environment = environmentOf(server, "node");
    return {
      environment,
      secrets: [password, passwordInUrl],
      troubles: troublesOf(server, environment),
      open: () => openRegistry(environment["CLUSTERNODE_REGISTRY"] ?? "", contextOf()),
      stop: () => server.stop(),
      start: () => server.start(),
      wipe: async () => void await server.control(...root, "del", "--prefix", "nodes/"),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  };
  return { title: "etcd", needs: etcdNeeds, lend };
}

function environmentOf({ host }: EtcdServer, user: string, its = passwordInUrl): Variables {
  return registryIn(`etcd://${user}:${its}@${host}/nodes`);
}

async function askForUsers(server: EtcdServer): Promise<void> {
  await server.control("user", "add", "root:root");
  await server.control("user", "grant-role", "root", "root");
  for (const [user, right] of [["node", "readwrite"], ["reader", "read"]] as const) {
    await server.control("role", "add", user);
    await server.control("role", "grant-permission", user, right, "nodes/", "nodes0");
    await server.control("user", "add", `${user}:${password}`);
    await server.control("user", "grant-role", user, user);
  }
  await server.control("auth", "enable");
}

function troublesOf(server: EtcdServer, environment: Variables): readonly Trouble[] {
  const control = (...words: string[]) => (): Promise<unknown> => server.control(...root, ...words);
  const range = ["nodes/", "nodes0"];
  return [
    misguided(
      "a wrong password",
      environmentOf(server, "node", `${passwordInUrl}x`),
      /the password is wrong for user "node", or there is no such user/,
    ),
    misguided(
      "a user who only reads",
      environmentOf(server, "reader"),
      /user "reader" has no permission to change these keys/,
    ),
    elsewhere(
      "an unknown authority",
      /comes from an authority that is not known here/,
      async (resources) => {
        const { host } = resources.use(await EtcdServer.create({ isSecure: true }));
        return registryIn(`etcds://node:${passwordInUrl}@${host}/nodes`);
      },
    ),
    common("a permission that was taken away", environment, /user "node" has no permission to/, [
      control("role", "revoke-permission", "node", ...range),
      control("role", "grant-permission", "node", "readwrite", ...range),
    ]),
    common("a full database", environment, /its database is full \(alarm NOSPACE\)/, [
      () => raiseAlarm(server),
      control("alarm", "disarm"),
    ]),
  ];
}

/** As etcd does it by itself when its quota is used up. */
async function raiseAlarm({ host }: EtcdServer): Promise<void> {
  const ask = async (path: string, body: object, token = ""): Promise<Record<string, unknown>> => {
    const headers: Record<string, string> = token === "" ? {} : { authorization: token };
    const request = { method: "POST", body: JSON.stringify(body), headers };
    return await (await fetch(`http://${host}/v3/${path}`, request)).json();
  };
  const { token } = await ask("auth/authenticate", { name: "root", password: "root" });
  const alarm = { action: "ACTIVATE", alarm: "NOSPACE" };
  await ask("maintenance/alarm", alarm, String(token));
}
