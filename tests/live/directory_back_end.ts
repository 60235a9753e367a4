/**
 * A folder as nodes meet it; it goes away as a network drive does that is unmounted.
 *
 * @module
 */
import { openRegistry } from "../../lib/registry/open.ts";
import { removeFolder } from "../integration/process.ts";
import type { ServerNeeds } from "../servers/server.ts";
import { contextOf, misguided, registryIn } from "./back_end.ts";
import type { BackEnd, NodeServer } from "./back_end.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";

const needs: ServerNeeds = {
  permissions: ["read", "write", "net", "run", "env", "sys"],
  programs: [],
};

/** A folder, a new one each time. What disks can do to it is in `tests/integration`. */
export function directoryBackEnd(): BackEnd {
  const lend = (): Promise<NodeServer> => {
    const folder = new TemporaryFolder();
    const path = `${folder.path}/registry`;
    const url = `file://${path}`;
    return Promise.resolve({
      environment: registryIn(url),
      secrets: [],
      troubles: [
        misguided("a folder in a file", registryIn("file:///dev/null/x"), /Not a directory/),
      ],
      open: () => openRegistry(url, contextOf()),
      async stop() {
        await Deno.rename(path, `${path}.away`);
        await Deno.writeTextFile(path, "not a folder\n");
      },
      async start() {
        await Deno.remove(path);
        await Deno.rename(`${path}.away`, path);
      },
      async wipe() {
        await removeFolder(path).catch((error: unknown) => {
          if (!(error instanceof Deno.errors.NotFound)) throw error;
        });
      },
      [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
    });
  };
  return { title: "directory", needs, lend };
}
