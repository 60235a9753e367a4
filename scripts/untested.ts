/**
 * Prints the files of `lib/` that no test imports directly: `deno run --allow-read scripts/untested.ts`.
 *
 * They may well be tested through the files that use them; a mistake in them is found further away.
 *
 * @module
 */
import { filesBelow, readSource } from "../tests/docs/source_files.ts";

const imported = new Set(
  filesBelow("tests").filter((path) => path.endsWith(".ts")).flatMap((path) =>
    [...readSource(path).matchAll(/"((?:\.\.\/)+lib\/[^"]+\.ts)"/g)].map(([, to = ""]) =>
      new URL(to, `file:///${path}`).pathname.slice(1)
    )
  ),
);

for (const path of filesBelow("lib")) {
  // deno-lint-ignore no-console
  if (path.endsWith(".ts") && !imported.has(path)) console.log(path);
}
