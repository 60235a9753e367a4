/**
 * Two users of one machine: what another user does, and programs that run as an ordinary one.
 *
 * Both have numbers that no account has. Only root can act for them, so these tests are skipped by
 * name for everybody else.
 *
 * @module
 */
import assert from "node:assert/strict";
import { needing, permitted } from "../permissions.ts";

/** The one who runs nodes. */
export const victim = 61_001;

/** The one who lays traps. */
export const stranger = 61_002;

const isRoot = permitted("sys") && Deno.uid() === 0;

/** Options of a test with several users: `Deno.test({ ...needingUsers("…"), fn })`. */
export function needingUsers(name: string): { name: string; ignore: boolean } {
  const { ignore, name: shown } = needing(name, "read", "write", "run", "env", "net", "sys");
  if (ignore) return { ignore, name: shown };
  return isRoot ? { ignore, name } : { ignore: true, name: `${name} (needs root, for two users)` };
}

/** Runs a script of the shell as that user, with the usual mask. */
export async function runAs(user: number, script: string): Promise<void> {
  const { code, stderr } = await new Deno.Command("sh", {
    args: ["-ec", `umask 022; ${script}`],
    uid: user,
    gid: user,
    cwd: "/",
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
}

/** A folder that all users can write into, as they can into `/tmp`; removed at the end. */
export class SharedFolder implements AsyncDisposable {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static async create(): Promise<SharedFolder> {
    const path = await Deno.makeTempDir({ prefix: "clusternode-users-" });
    await Deno.chmod(path, 0o1777);
    return new SharedFolder(path);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}
