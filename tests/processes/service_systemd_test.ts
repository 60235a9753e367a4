/**
 * What a real process says to a socket as systemd has one, and the unit that starts it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { codeBlocks } from "../docs/markdown.ts";
import { readSource } from "../docs/source_files.ts";
import {
  eventually,
  processTest,
  Program,
  programCommand,
  succeeds,
} from "../integration/process.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";
import { permitted } from "../permissions.ts";
import { aloneOptions, carryShell } from "./service_program.ts";

const symbols = {
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  recv: { parameters: ["i32", "buffer", "usize", "i32"], result: "isize" },
  close: { parameters: ["i32"], result: "i32" },
} as const;

/** A datagram socket that systemd could listen at. */
class NotifySocket implements Disposable {
  readonly #library = Deno.dlopen("libc.so.6", symbols);
  readonly #descriptor = this.#library.symbols.socket(1, 2, 0);
  /** All lines so far. */
  readonly lines: string[] = [];

  /** @param path with an `@` in front its name is abstract */
  constructor(path: string) {
    const name = path.startsWith("@") ? `\0${path.slice(1)}` : `${path}\0`;
    const address = new Uint8Array([1, 0, ...new TextEncoder().encode(name)]);
    assert.equal(this.#library.symbols.bind(this.#descriptor, address, address.length), 0, path);
  }

  /** Takes what has come; true if a line of it, or an earlier one, is that one. */
  has(line: string): boolean {
    const buffer = new Uint8Array(4096);
    for (;;) {
      // MSG_DONTWAIT
      const length = Number(this.#library.symbols.recv(this.#descriptor, buffer, 4096n, 0x40));
      if (length <= 0) return this.lines.includes(line);
      const text = new TextDecoder().decode(buffer.subarray(0, length));
      this.lines.push(...text.split("\n").filter((each) => each !== ""));
    }
  }

  async until(line: string): Promise<void> {
    await eventually(() => this.has(line), 20_000, `${line} comes`);
  }

  [Symbol.dispose](): void {
    this.#library.symbols.close(this.#descriptor);
    this.#library.close();
  }
}

for (const kind of ["a path", "an abstract name"]) {
  processTest(`systemd is told at ${kind}: ready, status, watchdog, stopping`, async () => {
    await using folder = new TemporaryFolder();
    const path = kind === "a path" ? `${folder.path}/notify` : `@${folder.path}`;
    using socket = new NotifySocket(path);
    await using service = carryShell(
      ["--ready", `exec:test -e ${folder.path}/go`],
      `test -z "$NOTIFY_SOCKET$WATCHDOG_USEC" && echo hidden; exec sleep 60`,
      { NOTIFY_SOCKET: path, WATCHDOG_USEC: "200000" },
    );
    await service.line((text) => text === "hidden", 20_000, "the service does not see the socket");
    await socket.until("WATCHDOG=1");
    assert.equal(socket.has("READY=1"), false, "it is not ready yet");
    await Deno.writeTextFile(`${folder.path}/go`, "");
    await socket.until("READY=1");
    await socket.until(
      "STATUS=1 of 1 members are alive; the service is ready: the check succeeds",
    );
    service.kill("SIGTERM");
    await socket.until("STOPPING=1");
    assert.equal(await service.ended(), 143);
  });
}

processTest("systemd is told of a node without a service once it is registered", async () => {
  await using folder = new TemporaryFolder();
  const path = `${folder.path}/notify`;
  using socket = new NotifySocket(path);
  // The watchdog hears from the loop more often than the pulse turns it.
  const pulse = ["--interval", "1m"];
  await using node = Program.run(["start", ...aloneOptions(), ...pulse], {
    NOTIFY_SOCKET: path,
    WATCHDOG_USEC: "400000",
  });
  await socket.until("READY=1");
  await socket.until("STATUS=1 of 1 members are alive");
  const turns = (): number => {
    socket.has("");
    return socket.lines.filter((line) => line === "WATCHDOG=1").length;
  };
  await eventually(() => turns() >= 5, 20_000, "the loop says that it turns");
  assert.equal(socket.lines.filter((line) => line.startsWith("STATUS=")).length, 1, "said once");
  node.kill("SIGTERM");
  await socket.until("STOPPING=1");
  assert.equal(await node.ended(), 143);
});

for (
  const [who, pid, code, carried] of [
    ["it has started", "$$", 0, []],
    ["it has started, with a service", "$$", 0, ["--", "sleep", "60"]],
    ["something else has started", "1", 143, []],
  ] as const
) {
  processTest(`SIGTERM ends a node that ${who} under systemd with ${code}`, async () => {
    const { command, args } = programCommand();
    const words = [command, ...args, "start", ...aloneOptions(), ...carried];
    const script =
      `SYSTEMD_EXEC_PID=${pid} JOURNAL_STREAM=$(stat -Lc %d:%i /proc/$$/fd/1) exec "$@"`;
    await using node = new Program("sh", ["-c", script, "sh", ...words]);
    const isFirst = (text: string): boolean =>
      text === '<6>[info] n1@127.0.0.1["n1@127.0.0.1": true]';
    await node.line(isFirst, 20_000, "a status line for the journal");
    if (carried.length > 0) {
      await node.line((text) => text.includes("service is ready"), 20_000, "the service runs");
    }
    node.kill("SIGTERM");
    assert.equal(await node.ended(), code);
    for (const { text } of node.lines) assert.match(text, /^<[346]>\[\w+\] n1@127/);
  });
}

const hasAnalyze = permitted("run") && await succeeds("systemd-analyze", "--version");

/** What systemd finds wrong with our unit, when these settings are added to it. */
async function unitFaults(...additions: readonly string[]): Promise<string[]> {
  await using folder = new TemporaryFolder();
  const unit = readSource("docs/deploy/systemd/clusternode.service");
  const copy = `${folder.path}/clusternode.service`;
  // The program has to be there, so that systemd is content.
  const here = (text: string): string =>
    text.replaceAll(/\/usr\/local\/bin\/[\w-]+/g, Deno.execPath());
  await Deno.writeTextFile(copy, here(unit));
  await Deno.mkdir(`${copy}.d`);
  for (const [index, text] of additions.entries()) {
    await Deno.writeTextFile(`${copy}.d/${index}.conf`, here(text));
  }
  const args = ["verify", "--man=no", copy];
  const { stderr } = await new Deno.Command("systemd-analyze", { args, stdout: "null" }).output();
  const said = new TextDecoder().decode(stderr).split("\n");
  return said.filter((line) => line.includes("clusternode.service"));
}

Deno.test({
  name: `systemd finds no fault with our unit${hasAnalyze ? "" : " (needs systemd-analyze)"}`,
  ignore: !hasAnalyze || !permitted("read", "write", "run"),
  async fn() {
    assert.deepEqual(await unitFaults(), []);
    const fault = await unitFaults("[Service]\nLoadCredentials=cookie:/etc/cookie\n");
    assert.match(fault.join("\n"), /LoadCredentials/);
  },
});

Deno.test({
  name: `systemd finds no fault with what its page adds to our unit${
    hasAnalyze ? "" : " (needs systemd-analyze)"
  }`,
  ignore: !hasAnalyze || !permitted("read", "write", "run"),
  async fn() {
    const page = readSource("docs/deploying/systemd.md");
    const [, cookie = ""] = /cookie\.conf .*<<'END'\n([^]*?)\nEND\n/.exec(page) ?? [];
    const [service = "", ...others] = codeBlocks(page, "ini");
    assert.ok(cookie.includes("LoadCredential=") && service.includes("ExecStart=\n"));
    assert.deepEqual(others, []);
    assert.deepEqual(await unitFaults(cookie), []);
    assert.deepEqual(await unitFaults(cookie, service), []);
  },
});
