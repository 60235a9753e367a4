/** The README on the page of a package leads to the documents of its version. */
import assert from "node:assert/strict";
import { readmeForPackage } from "../../scripts/release/readme.ts";

const text = "![five](docs/five.svg) and [a `page`](docs/a.md#b), [here](#try-it) " +
  "or [there](https://deno.com); `[x](y z)` is none.";

Deno.test("readmeForPackage() leads relative links to the version, and pictures to their bytes", () => {
  assert.equal(
    readmeForPackage(text, "https://github.com/o/r", "v0.2.0"),
    "![five](https://github.com/o/r/raw/v0.2.0/docs/five.svg) and " +
      "[a `page`](https://github.com/o/r/blob/v0.2.0/docs/a.md#b), [here](#try-it) " +
      "or [there](https://deno.com); `[x](y z)` is none.",
  );
});

Deno.test("readmeForPackage() changes nothing where no repository is known", () => {
  assert.equal(readmeForPackage(text, undefined, "v0.2.0"), text);
});
