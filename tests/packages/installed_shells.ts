/**
 * Shells that look for completions as they do on a machine with the package, whose files lie in a
 * folder in the place of `/`.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Shell } from "../../lib/cli/completions/completions.ts";
import {
  bashOffers,
  bashTerminal,
  fishOffers,
  offersIn,
  zshOffers,
  zshTerminal,
} from "../support/shell_offers.ts";
import { ended } from "./packages.ts";

type Lines = readonly (readonly string[])[];

/** Loaded on demand by bash-completion, which looks below `XDG_DATA_DIRS`. */
const bashScript = `. /usr/share/bash-completion/bash_completion
_completion_loader clusternode
${bashOffers}`;

/** Found by `compinit` in `fpath`. */
function zshScript(root: string, lines: Lines): string {
  return `fpath=(${root}/usr/share/zsh/vendor-completions $fpath)
autoload -Uz compinit; compinit -u -D
${zshOffers(lines)}`;
}

/** What the shell offers for each line, in the order of the alphabet. */
export async function offers(
  shell: Shell,
  root: string,
  home: string,
  lines: readonly string[],
): Promise<string[][]> {
  const words = lines.map((line) => line.split(" "));
  const script = `${home}/script`;
  const terminal = `${home}/terminal`;
  // Fish finds them below `XDG_DATA_DIRS`, at the first completion of the program.
  const texts = {
    bash: [bashScript, bashTerminal(script, words)],
    zsh: [zshScript(root, words), zshTerminal(script)],
    fish: ["", fishOffers(words)],
  } as const;
  const flags = { bash: ["--norc"], zsh: ["-f"], fish: [] };
  await Deno.writeTextFile(script, texts[shell][0]);
  await Deno.writeTextFile(terminal, texts[shell][1]);
  const { stdout, stderr } = await ended(shell, [...flags[shell], terminal], {
    cwd: home,
    env: {
      ...{ TERM: "dumb", HOME: home, XDG_CONFIG_HOME: home, XDG_DATA_HOME: home },
      XDG_DATA_DIRS: `${root}/usr/share:/usr/share`,
      PATH: `${root}/usr/bin:${Deno.env.get("PATH")}`,
    },
    signal: AbortSignal.timeout(60_000),
  });
  assert.equal(stderr, "");
  return offersIn(stdout, lines.length);
}
