/**
 * The least that a node could do in this runtime: one timer a second, and connections that wait for
 * bytes. Arguments: a port of 127.0.0.1, how many connections to make to it, over how many of them to
 * send a message at each tick, and perhaps a folder: with one the messages are sealed and opened, and at
 * each tick a file is looked at and another renamed, as a row and its heartbeat are, and a line is
 * written to the console and, under a lock, to a log that several share.
 *
 * @module
 */
import { createCipheriv, createDecipheriv } from "node:crypto";

const [port = NaN, connections = NaN, pings = NaN] = Deno.args.map(Number);
const folder = Deno.args[3];

/** About as long as a ping of a node. */
const message = new Uint8Array(150).fill(0x20);
const key = new Uint8Array(32);
const nonce = new Uint8Array(12);
const tagBytes = 16;

const opened: Deno.TcpConn[] = [];
for (let index = 0; index < connections; index++) opened.push(await Deno.connect({ port }));
for (const connection of opened) void receive(connection);
const work = folder === undefined ? undefined : await workIn(folder);
setInterval(() => {
  for (const connection of opened.slice(0, pings)) {
    void connection.write(folder === undefined ? message : sealed());
  }
  work?.();
}, 1000);
await Deno.stdout.write(new TextEncoder().encode("ready\n"));

async function receive(connection: Deno.TcpConn): Promise<void> {
  const buffer = new Uint8Array(1024);
  for (let read; (read = await connection.read(buffer)) !== null;) {
    if (folder !== undefined) open(buffer.subarray(0, read));
  }
  connection.close();
}

/** A message as it is sent. */
function sealed(): Uint8Array {
  const text = JSON.stringify({
    kind: "ping",
    content: { incarnation: 3, padding: " ".repeat(90) },
  });
  const cipher = createCipheriv("aes-256-gcm", key, nonce);
  const body = cipher.update(new TextEncoder().encode(text));
  cipher.final();
  const bytes = new Uint8Array(body.length + tagBytes);
  bytes.set(body);
  bytes.set(cipher.getAuthTag(), body.length);
  return bytes;
}

/** What is in a message. */
function open(bytes: Uint8Array): unknown {
  const decipher = createDecipheriv("aes-256-gcm", key, nonce);
  decipher.setAuthTag(bytes.subarray(-tagBytes));
  const text = new TextDecoder().decode(decipher.update(bytes.subarray(0, -tagBytes)));
  decipher.final();
  return JSON.parse(text);
}

/** What is to be done at each tick beside pings. */
async function workIn(path: string): Promise<() => void> {
  const row = `${path}/${Deno.pid}.row`;
  const [logPath, lockPath] = [`${path}/log`, `${path}/lock`];
  await Deno.writeTextFile(row, "{}");
  await Deno.writeTextFile(`${row}.0`, "");
  const log = await Deno.open(logPath, { append: true, create: true, read: true });
  const lock = await Deno.open(lockPath, { write: true, create: true });
  const line = new TextEncoder().encode(
    `${"2026-01-01 00:00:00 [info] n1@127.0.0.1[]".padEnd(120)}\n`,
  );
  let beats = 0;
  const beat = async (): Promise<void> => {
    await Deno.lstat(row);
    await Deno.rename(`${row}.${beats}`, `${row}.${++beats}`);
  };
  const tell = async (): Promise<void> => {
    await Deno.stdout.write(line);
    await lock.lock(true);
    const [{ size }] = await Promise.all([Deno.stat(logPath), Deno.stat(lockPath)]);
    log.seekSync(Math.max(0, size - 1), Deno.SeekMode.Start);
    await log.read(new Uint8Array(1));
    await log.write(line);
    await lock.unlock();
  };
  return () => {
    void beat();
    void tell();
  };
}
