/**
 * A service in the places that are not like others: a terminal, and a container, where its carrier
 * is PID 1.
 *
 * @module
 */
import assert from "node:assert/strict";
import { eventually, Program, succeeds } from "../integration/process.ts";
import { needing, permitted } from "../permissions.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";
import { carrierCommand, childrenOf } from "./service_program.ts";
import { hasTmux, Terminal } from "./terminal.ts";

const terminalTest = needing(
  "Ctrl-C comes to a service in a terminal once",
  "read",
  "run",
  "write",
);

Deno.test({
  name: terminalTest.name + (hasTmux || terminalTest.ignore ? "" : " (needs tmux)"),
  ignore: terminalTest.ignore || !hasTmux,
  async fn() {
    await using folder = new TemporaryFolder();
    await using terminal = new Terminal(`${folder.path}/tmux`);
    // It says how many signals came, once the last of them is long enough ago.
    const service = `n=0; quiet=0; trap 'n=$((n+1)); quiet=0' INT; trap 'echo TERM; exit' TERM
      test -t 0 && echo up
      while [ $n = 0 ] || [ $quiet -lt 15 ]; do sleep 0.1; quiet=$((quiet+1)); done
      echo "signals: $n"; echo; exit 3`;
    const { program, args } = carrierCommand("--status", "off");
    const shell = `trap : INT; "$@"; echo "code: $?"; read -r _end`;
    await terminal.run("sh", "-c", shell, "sh", program, ...args, "sh", "-c", service);
    const shows = async (text: string): Promise<boolean> =>
      (await terminal.screen()).includes(text);
    await eventually(() => shows("up"), 20_000, "the service has the terminal");
    await terminal.press("C-c");
    await eventually(() => shows("code:"), 20_000, "it ends");
    const screen = await terminal.screen();
    assert.match(screen, /^signals: 1$/m);
    assert.match(screen, /^code: 3$/m);
    assert.doesNotMatch(screen, /TERM/);
  },
});

const inNamespace = ["--pid", "--fork", "--mount-proc"];
const hasNamespaces = permitted("run") && await succeeds("unshare", ...inNamespace, "true");

Deno.test({
  name: `PID 1 reaps orphans, and ends its service on SIGTERM${
    hasNamespaces ? "" : " (needs root, for a pid namespace)"
  }`,
  ignore: !hasNamespaces || !permitted("read"),
  async fn() {
    const orphans = 200;
    // What is a zombie has its folder in /proc as well: in the end three processes are left.
    const service = `trap 'exit 9' TERM
      i=0; while [ $i -lt ${orphans} ]; do i=$((i+1)); (sleep 0.1 &); done
      while set -- /proc/[0-9]*; [ $# -gt 3 ]; do sleep 0.1; done
      echo alone; while :; do sleep 0.1; done`;
    const { program, args } = carrierCommand();
    const command = [program, ...args, "sh", "-c", service];
    await using outside = new Program("unshare", [...inNamespace, "--kill-child", ...command]);
    await outside.line((text) => text === "alone", 60_000, "no orphan and no zombie is left");
    const [first] = await childrenOf(outside.pid);
    assert.ok(first);
    Deno.kill(first.pid, "SIGTERM");
    assert.equal(await outside.ended(), 9);
  },
});
