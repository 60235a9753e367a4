/**
 * The page about three servers works as it is written: a real PostgreSQL, and three addresses of this
 * machine in the place of three machines.
 *
 * @module
 */
import assert from "node:assert/strict";
import { markedRuns } from "../docs/markdown.ts";
import { readSource } from "../docs/source_files.ts";
import { allTrue, shown } from "../integration/cluster.ts";
import { Program, programCommand } from "../integration/process.ts";
import { freePort } from "../support/ports.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";
import { postgresNeeds, postgresPassword, PostgresServer } from "./postgres_server.ts";
import { needingServer } from "./server.ts";
import type { ServerNeeds } from "./server.ts";

const needs: ServerNeeds = {
  ...postgresNeeds,
  programs: [...postgresNeeds.programs, "psql", "bash"],
};

/** A reader's account: a home, the program on the path, and a host name that gives `ADDRESS`. */
async function home(folder: TemporaryFolder): Promise<Record<string, string>> {
  const { command, args } = programCommand();
  const bin = `${folder.path}/bin`;
  await Deno.mkdir(bin);
  const programs = {
    clusternode: `exec '${[command, ...args].join("' '")}' "$@"`,
    hostname: 'echo "$ADDRESS"',
  };
  for (const [name, text] of Object.entries(programs)) {
    await Deno.writeTextFile(`${bin}/${name}`, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  }
  return {
    HOME: folder.path,
    PATH: `${bin}:${Deno.env.get("PATH")}`,
    CLUSTERNODE_LOG_FILE: "none",
    PGPASSWORD: postgresPassword,
  };
}

Deno.test({
  ...needingServer("three servers meet in PostgreSQL as docs/deploying/servers.md has it", needs),
  async fn() {
    const runs = markedRuns(readSource("docs/deploying/servers.md"));
    await using server = await PostgresServer.create();
    await using folder = new TemporaryFolder();
    const port = `${freePort()}`;
    const env = { ...await home(folder), PGPORT: `${server.port}` };
    /** The block behind that comment, with what is elsewhere here. */
    const blockOf = (wanted: string): string => {
      const block = runs.find(({ expected }) => expected === wanted)?.block ?? assert.fail(wanted);
      return `set -euo pipefail\n${block}`
        .replaceAll("@db.internal/", `@127.0.0.1:${server.port}/`)
        .replaceAll("db.internal", "127.0.0.1")
        .replaceAll(":4000", `:${port}`)
        // A shell between would not pass signals on.
        .replace(/^clusternode start/m, "exec $&");
    };
    const follow = async (wanted: string): Promise<Program> => {
      const program = new Program("bash", ["-c", blockOf(wanted)], {
        ...env,
        ADDRESS: "127.0.0.1",
      });
      assert.equal(await program.ended(60_000), 0, program.text);
      return program;
    };
    await (await follow("the database is there"))[Symbol.asyncDispose]();
    await (await follow("the settings are there"))[Symbol.asyncDispose]();
    await using nodes = new AsyncDisposableStack();
    const started = [1, 2, 3].map((number) => {
      const block = blockOf("a node on each server").replaceAll("n1@", `n${number}@`);
      const own = { ...env, ADDRESS: `127.0.0.${number}` };
      return nodes.use(new Program("bash", ["-c", block], own));
    });
    await shown(started, allTrue(3), performance.now(), 60_000);
    await using look = await follow("all three see each other");
    const text = look.printed("stdout");
    assert.match(text, /^3 of 3 live members agree$/m);
    for (const number of [1, 2, 3]) {
      assert.ok(text.includes(`n${number}@127.0.0.${number}`), text);
    }
    assert.equal(runs.length, 4, "each block that is marked was run");
  },
});
