/**
 * How a node inside another program ends: by an abort, by a failed start, with its program.
 *
 * @module
 */
import assert from "node:assert/strict";
import { ClusternodeError, ListenError, NameTakenError } from "../lib/mod.ts";
import { RegistryError, startNode, StoppedError, UsageError } from "../lib/mod.ts";
import type { StartOptions } from "../lib/mod.ts";
import { openRegistry, parseNodeName } from "../lib/registry/mod.ts";
import type { Registry } from "../lib/registry/mod.ts";
import { deno } from "./docs/deno.ts";
import { projectRoot } from "./docs/source_files.ts";
import { needing } from "./permissions.ts";

let clusters = 0;

/** Options of a node that is alone in its registry. */
function loneOptions(): StartOptions & { readonly registry: string } {
  return {
    registry: `memory:mod-stop-test-${++clusters}`,
    name: "n1@127.0.0.1",
    listen: "127.0.0.1:0",
    interval: 100,
    profile: "local",
  };
}

async function rowsIn(url: string): Promise<readonly string[]> {
  await using registry = await openRegistry(url);
  const { rows } = await registry.list(AbortSignal.timeout(5000));
  return rows.map(({ row }) => row.name);
}

/** A registry with other answers to some calls. */
function changed(registry: Registry, changes: Partial<Registry>): Registry {
  return {
    url: registry.url,
    stalenessMs: 0,
    paceMs: 0,
    list: (...args) => registry.list(...args),
    read: (...args) => registry.read(...args),
    write: (...args) => registry.write(...args),
    remove: (...args) => registry.remove(...args),
    cookie: (...args) => registry.cookie(...args),
    getOrCreateCookie: (...args) => registry.getOrCreateCookie(...args),
    watch: (...args) => registry.watch(...args),
    [Symbol.asyncDispose]: () => registry[Symbol.asyncDispose](),
    ...changes,
  };
}

Deno.test({
  ...needing(
    "startNode() rejects with the reason of a signal that is aborted already",
    "net",
    "sys",
  ),
  async fn() {
    const reason = new RangeError("not today");
    const options = loneOptions();
    await assert.rejects(
      startNode({ ...options, signal: AbortSignal.abort(reason) }),
      (error) => error === reason,
    );
    assert.deepEqual(await rowsIn(options.registry), []);
  },
});

Deno.test({
  ...needing("startNode() leaves no row when it is aborted while it writes one", "net", "sys"),
  async fn() {
    const { registry: url, ...options } = loneOptions();
    const abort = new AbortController();
    const reason = new RangeError("not today");
    await using kept = await openRegistry(url);
    const registry = changed(kept, {
      async write(...args) {
        const result = await kept.write(...args);
        abort.abort(reason);
        return result;
      },
    });
    const starting = startNode({ ...options, registry, signal: abort.signal });
    await assert.rejects(starting, (error) => error === reason);
    assert.deepEqual(await rowsIn(url), []);
  },
});

Deno.test({
  ...needing("startNode() can be aborted while the registry does not answer", "net", "sys"),
  async fn() {
    const { registry: url, ...options } = loneOptions();
    const abort = new AbortController();
    await using kept = await openRegistry(url);
    const registry = changed(kept, {
      getOrCreateCookie() {
        queueMicrotask(() => abort.abort());
        return new Promise(() => {});
      },
    });
    const starting = startNode({ ...options, registry, signal: abort.signal });
    await assert.rejects(starting, { name: "AbortError" });
  },
});

Deno.test({
  ...needing("RunningNode leaves and ends when its signal is aborted", "net", "sys"),
  async fn() {
    const options = loneOptions();
    const abort = new AbortController();
    const node = await startNode({ ...options, signal: abort.signal });
    assert.deepEqual(await rowsIn(options.registry), ["n1@127.0.0.1"]);
    abort.abort();
    assert.deepEqual(await node.ended, { kind: "left" });
    assert.deepEqual(await rowsIn(options.registry), []);
  },
});

Deno.test({
  ...needing(
    "RunningNode.changes() ends with the reason of its signal, and the node goes on",
    "net",
    "sys",
  ),
  async fn() {
    await using node = await startNode(loneOptions());
    const abort = new AbortController();
    const next = node.changes({ signal: abort.signal })[Symbol.asyncIterator]().next();
    abort.abort(new RangeError("enough"));
    await assert.rejects(next, RangeError);
    assert.equal(node.members().length, 1);
  },
});

Deno.test({
  ...needing("startNode() uses a registry of the caller, and leaves it open", "net", "sys"),
  async fn() {
    const { registry: url, ...options } = loneOptions();
    await using registry = await openRegistry(url);
    await (await startNode({ ...options, registry: [registry, `${url}-too`] })).leave();
    const name = parseNodeName("n1@127.0.0.1");
    assert.ok(name !== undefined);
    assert.equal(await registry.read(name, AbortSignal.timeout(5000)), undefined);
    assert.equal(typeof await registry.cookie(AbortSignal.timeout(5000)), "string");
  },
});

Deno.test({
  ...needing("startNode() gives a registry up that never answers", "net", "sys"),
  async fn() {
    const { registry: url, ...options } = loneOptions();
    await using opened = await openRegistry(url);
    const registry = changed(opened, { getOrCreateCookie: () => new Promise(() => {}) });
    await assert.rejects(
      startNode({ ...options, registry, startTimeout: 50 }),
      /^RegistryError: The registry could not be used within the start timeout: it did not answer/,
    );
  },
});

Deno.test({
  ...needing("startNode() is of the cluster for which its registry was opened", "net", "sys"),
  async fn() {
    const { registry: url, ...options } = loneOptions();
    await using registry = await openRegistry(url, { cluster: "one" });
    const { signal } = new AbortController();
    await using node = await startNode({ ...options, registry });
    assert.deepEqual((await registry.list(signal)).rows.map(({ row }) => row.name), [node.name]);
    await assert.rejects(
      startNode({ ...options, registry, cluster: "two" }),
      /option "registry": it was opened for the cluster "one", and this node is one of "two"/,
    );
  },
});

Deno.test({
  ...needing(
    "RunningNode leaves though its log throws, and the program hears of that",
    "net",
    "sys",
  ),
  async fn() {
    const heard = Promise.withResolvers<unknown>();
    const onError = (event: ErrorEvent): void => {
      event.preventDefault();
      heard.resolve(event.error);
    };
    globalThis.addEventListener("error", onError);
    try {
      const fault = new RangeError("the disk of the log is full");
      const write = (): never => {
        throw fault;
      };
      const log = { debug: write, info: write, warning: write, error: write };
      const node = await startNode({ ...loneOptions(), log });
      await node.leave();
      assert.deepEqual(await node.ended, { kind: "left" });
      assert.equal(await heard.promise, fault);
    } finally {
      globalThis.removeEventListener("error", onError);
    }
  },
});

Deno.test({
  ...needing(
    "startNode() rejects with one class for each kind of fault, and its cause",
    "net",
    "sys",
  ),
  async fn() {
    const options = loneOptions();
    await using node = await startNode({ ...options, until: "listening" });
    assert.equal(await node.joined, "n1@127.0.0.1");
    await assert.rejects(startNode(options), NameTakenError);
    const listen = `127.0.0.1:${node.port}`;
    await assert.rejects(startNode({ ...loneOptions(), listen }), (error) => {
      assert.ok(error instanceof ListenError && error instanceof ClusternodeError);
      assert.ok(error.cause instanceof Deno.errors.AddrInUse);
      assert.equal(error.code, "listen");
      return true;
    });
    await assert.rejects(startNode({ ...loneOptions(), interval: -5 }), UsageError);
    await assert.rejects(startNode({ ...loneOptions(), beam: true }), /^UsageError: option "beamC/);
  },
});

Deno.test({
  ...needing("startNode() makes a RegistryError of whatever a registry throws", "net", "sys"),
  async fn() {
    const { registry: url, ...options } = loneOptions();
    const thrown = new RangeError("the shelf is empty");
    await using kept = await openRegistry(url);
    // Long enough for the first answer, however busy the machine is: it is told as the reason.
    const startTimeout = 1000;
    await Promise.all((["getOrCreateCookie", "list", "write"] as const).map((method) => {
      const registry = changed(kept, { [method]: () => Promise.reject(thrown) });
      return assert.rejects(startNode({ ...options, registry, startTimeout }), (error) => {
        assert.ok(error instanceof RegistryError, method);
        assert.match(error.message, /could not be used within the start timeout.*shelf is empty/);
        const causes = [error.cause, (error.cause as Error | undefined)?.cause];
        assert.ok(causes.includes(thrown), method);
        return true;
      });
    }));
  },
});

Deno.test({
  ...needing("RunningNode.joined rejects when the node leaves before", "net", "sys"),
  async fn() {
    const { registry: url, ...options } = loneOptions();
    await using kept = await openRegistry(url);
    const registry = changed(kept, { list: () => new Promise(() => {}) });
    const more: StartOptions = { registry, until: "listening", leaveTimeout: 0 };
    await using node = await startNode({ ...options, ...more });
    await node.leave();
    await assert.rejects(node.joined, StoppedError);
  },
});

/** Programs that forget to stop their node, and how they end. */
const forgetful: Readonly<Record<string, readonly [code: string, success: boolean]>> = {
  "whose start failed": [
    "await startNode({ ...options, cookie: '' }).catch(() => {}); " +
    "const node = await startNode(options); await startNode(options).catch(() => {}); " +
    "await node.leave();",
    true,
  ],
  "whose name is held by another": [
    "const holder = await startNode(options); await startNode({ ...options, until: 'listening' }); " +
    "setTimeout(() => holder.leave(), 300);",
    true,
  ],
  "whose node was told to leave": [
    "const registry = Deno.makeTempDirSync(); await startNode({ ...options, registry }); " +
    "const args = ['run', '-A', main, 'leave', '--name', options.name, '--registry', registry]; " +
    "await new Deno.Command(Deno.execPath(), { args }).output(); Deno.removeSync(registry, { recursive: true });",
    true,
  ],
  "that throws": ["await startNode(options); throw new Error('over');", false],
  "that exits": ["await startNode(options); Deno.exit(0);", true],
  "whose node is aborted": [
    "const abort = new AbortController(); await startNode({ ...options, signal: abort.signal }); " +
    "abort.abort();",
    true,
  ],
};

for (const [who, [code, success]] of Object.entries(forgetful)) {
  Deno.test({
    ...needing(`a program ${who} ends without await using`, "read", "write", "run", "net"),
    async fn() {
      const file = await Deno.makeTempFile({ suffix: ".ts" });
      try {
        const module = JSON.stringify(`${new URL("../lib/mod.ts", import.meta.url)}`);
        const options = `{ registry: "memory:", name: "n1@127.0.0.1", listen: "127.0.0.1:0" }`;
        const main = JSON.stringify(`${projectRoot}main.ts`);
        const head = `import { startNode } from ${module}; const main = ${main}; ` +
          `const options = ${options};`;
        await Deno.writeTextFile(file, `${head}\n${code}\n`);
        const args = ["run", "--no-check", "-A", `--config=${projectRoot}deno.json`, file];
        assert.equal((await deno(args, projectRoot)).success, success);
      } finally {
        await Deno.remove(file);
      }
    },
  });
}
