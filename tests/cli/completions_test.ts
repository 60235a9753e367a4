import { deepEqual, equal, ok } from "node:assert/strict";
import { completionModel } from "../../lib/cli/completions/completion_model.ts";
import { completionScript } from "../../lib/cli/completions/completions.ts";
import { commandEntries } from "../../lib/cli/parse/command_table.ts";
import { run } from "./fake_context.ts";

Deno.test("completionModel() holds every command and the choices of every value", () => {
  const model = completionModel();
  deepEqual(model.map(({ name }) => name), commandEntries.map(([name]) => name));
  const status = model[0]?.flags.find(({ flag }) => flag === "--status");
  deepEqual(status?.type?.choices, ["auto", "every", "change", "off"]);
  const config = model[0]?.flags.find(({ flag }) => flag === "--config");
  equal(config?.type?.completion, "file");
  const taking = model.filter(({ takesNodes }) => takesNodes).map(({ name }) => name);
  deepEqual(taking, ["ping", "explain", "forget"]);
});

Deno.test("completions prints the script of the shell that is asked for", async () => {
  for (const shell of ["bash", "zsh", "fish"] as const) {
    const { code, stdout } = await run(["completions", shell]);
    deepEqual([code, stdout], [0, completionScript(shell)]);
    ok(stdout.includes(`for ${shell}:`));
  }
});
