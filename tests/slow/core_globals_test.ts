/** The compiler keeps the core pure. */
import assert from "node:assert/strict";
import manifest from "../../deno.json" with { type: "json" };
import coreManifest from "../../lib/core/deno.json" with { type: "json" };
import { deno } from "../docs/deno.ts";
import { needing } from "../permissions.ts";

Deno.test({
  ...needing("the core cannot touch clock, network, console and files", "read", "write", "run"),
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      await Deno.mkdir(`${folder}/lib/core`, { recursive: true });
      const { imports: _imports, lint: _lint, ...rest } = manifest;
      await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify({ ...rest, lock: false }));
      await Deno.writeTextFile(`${folder}/lib/core/deno.json`, JSON.stringify(coreManifest));
      await Deno.writeTextFile(`${folder}/lib/core/mod.ts`, "export const fine: number = 1;\n");
      assert.ok((await deno(["check"], folder)).success, "plain code is accepted");
      const globals = ["Deno", "console", "setTimeout", "fetch", "crypto", "performance"];
      const wrong = globals.map((name) => `export const ${name}_: unknown = ${name};\n`).join("");
      await Deno.writeTextFile(`${folder}/lib/core/mod.ts`, wrong);
      const { success, stderr } = await deno(["check"], folder);
      assert.equal(success, false);
      for (const name of globals) assert.match(stderr, new RegExp(`Cannot find name '${name}'`));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
