/**
 * PostgreSQL as nodes meet it.
 *
 * @module
 */
import { openRegistry } from "../../lib/registry/open.ts";
import { postgresNeeds, PostgresServer } from "../servers/postgres_server.ts";
import { sharedServer } from "../servers/server.ts";
import { common, contextOf, misguided, password, passwordInUrl, registryIn } from "./back_end.ts";
import type { BackEnd, NodeServer, Trouble } from "./back_end.ts";

/** The schema of the nodes. */
const schema = "nodes";

/** PostgreSQL, with one server for all tests of a file; to be called outside of them. */
export function postgresBackEnd(): BackEnd {
  const shared = sharedServer(async () => {
    const server = await PostgresServer.create();
    const role = (user: string): string => `create role ${user} login password '${password}'`;
    await server.query(`${role("node")}; grant create on database postgres to node`);
    await server.query(`${role("reader")}; grant pg_read_all_data to reader`);
    return server;
  });
  const lend = async (): Promise<NodeServer> => {
    const server = await shared();
    const url = server.url({ user: "node", password: passwordInUrl, query: `schema=${schema}` });
    return {
      environment: registryIn(url),
      secrets: [password, passwordInUrl],
      troubles: troublesOf(server, url),
      open: () => openRegistry(url, contextOf()),
      stop: () => server.stop(),
      start: () => server.start(),
      wipe: () => server.wipe(schema),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    };
  };
  return { title: "postgres", needs: postgresNeeds, lend };
}

function troublesOf(server: PostgresServer, url: string): readonly Trouble[] {
  const good = { user: "node", password: passwordInUrl, query: `schema=${schema}` };
  const wrong = (what: string, parts: object, sentence: RegExp): Trouble =>
    misguided(what, registryIn(server.url({ ...good, ...parts })), sentence);
  const verifying = { host: "localhost", query: `${good.query}&sslmode=verify-full` };
  // One after the other: several in one text would take effect together, at the end.
  const query = (...texts: string[]) => async (): Promise<void> => {
    for (const text of texts) await server.query(text);
  };
  const alter = `alter table ${schema}.entries`;
  const rights = `insert, update, delete on ${schema}.entries`;
  const disconnect =
    "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'node'";
  return [
    wrong("a wrong password", { password: `${passwordInUrl}x` }, /the password is wrong for user/),
    wrong("a missing database", { database: "nowhere" }, /there is no database "nowhere"/),
    wrong("a role that only reads", { user: "reader" }, /user "reader" lacks a right/),
    wrong("an unknown authority", verifying, /comes from an authority that is not known here/),
    common(
      "a password that was changed",
      registryIn(url),
      /the password is wrong for user "node"/,
      [
        query("alter role node password 'another'", disconnect),
        query(`alter role node password '${password}'`),
      ],
    ),
    common("rights that were revoked", registryIn(url), /user "node" lacks a right: permission/, [
      query(`revoke ${rights} from node`),
      query(`grant ${rights} to node`),
    ]),
    common("a table of another version", registryIn(url), /has another layout than this program/, [
      query(`${alter} rename column text to content`),
      query(`${alter} rename column content to text`),
    ]),
    common("a server set to be read-only", registryIn(url), /user "node" may only read at/, [
      query("alter role node set default_transaction_read_only = on", disconnect),
      query("alter role node reset default_transaction_read_only", disconnect),
    ]),
  ];
}
