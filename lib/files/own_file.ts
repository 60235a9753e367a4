/**
 * Opening a file for writing without being led elsewhere.
 *
 * A path may have become a symbolic link. The system can be told not to follow one, but Deno has no
 * word for that. So: a file that is not there is made exclusively, which follows nothing; one that
 * is there is opened without creating or emptying anything, and is used only if it is the very file
 * that lay there before. Nothing has happened by then to a file that it is not.
 *
 * @module
 */

/** Something else than a regular file lies under a path. The message is a clause: "it is a folder". */
export class OddFileError extends Error {
  override name = "OddFileError";
  /** As the message, but with the path as the subject. */
  readonly clause: string;

  constructor(path: string, predicate: string) {
    super(`it ${predicate}`);
    this.clause = `${path} ${predicate}`;
  }
}

/** How {@linkcode openOwnFile} opens. */
export interface OwnFileOptions {
  /** Write at the end only. */
  readonly append?: boolean;
  /**
   * Permissions of a new file, as far as the process's mask leaves them; by default what it leaves.
   */
  readonly mode?: number;
  /** Gives a new file these permissions whatever the mask says. */
  readonly isModeExact?: boolean;
}

const lineBreak = new Uint8Array([0x0a]);

/** Times that the file may be swapped or removed between a look and the opening. */
const triesMax = 10;

/**
 * Opens the regular file `path` for reading and writing, or makes it.
 *
 * @throws {OddFileError} if something else lies there
 * @throws what the system says
 */
export async function openOwnFile(
  path: string,
  options: OwnFileOptions = {},
): Promise<Deno.FsFile> {
  const { append = false, mode, isModeExact = false } = options;
  const access = { read: true, write: !append, append };
  for (let tries = 0; tries < triesMax; tries++) {
    const before = await lookAt(path);
    const file = before === undefined
      ? await unless(
        Deno.errors.AlreadyExists,
        () =>
          Deno.open(path, { ...access, createNew: true, ...(mode === undefined ? {} : { mode }) }),
      )
      : await unless(Deno.errors.NotFound, () => Deno.open(path, access));
    if (file === undefined) continue;
    if (before === undefined && isModeExact && mode !== undefined) await Deno.chmod(path, mode);
    if (before === undefined || await isSame(file, before)) return file;
    file.close();
  }
  throw new OddFileError(path, "is replaced again and again");
}

/**
 * Writes a line break over the beginning of a file of ours, or makes it: its time is then the
 * present.
 */
export async function touchOwnFile(path: string, options: OwnFileOptions = {}): Promise<void> {
  const file = await openOwnFile(path, options);
  try {
    await file.write(lineBreak);
  } finally {
    file.close();
  }
}

/**
 * Gives a regular file of ours another time without opening it: whoever watches it hears of that once,
 * and hears of {@linkcode touchOwnFile} when it opens, writes and closes.
 *
 * @returns false if that is impossible, as where there is none or it is another user's
 * @throws {OddFileError} if something else lies there
 * @throws what the system says
 */
export async function dateOwnFile(path: string, time: Date): Promise<boolean> {
  if (await lookAt(path) === undefined) return false;
  try {
    await Deno.utime(path, time, time);
    return true;
  } catch (error) {
    const { NotFound, PermissionDenied } = Deno.errors;
    if (error instanceof NotFound || error instanceof PermissionDenied) return false;
    throw error;
  }
}

/** The regular file there, or `undefined` if there is nothing. */
async function lookAt(path: string): Promise<Deno.FileInfo | undefined> {
  const info = await unless(Deno.errors.NotFound, () => Deno.lstat(path));
  if (info === undefined || info.isFile) return info;
  const isWhat = info.isSymlink
    ? "is a symbolic link"
    : info.isDirectory
    ? "is a folder"
    : "is neither a file nor a folder";
  throw new OddFileError(path, isWhat);
}

async function isSame(file: Deno.FsFile, before: Deno.FileInfo): Promise<boolean> {
  try {
    const { dev, ino } = await file.stat();
    return dev === before.dev && ino === before.ino;
  } catch (error) {
    file.close();
    throw error;
  }
}

/** What lies under a path, links followed, or `undefined` if there is nothing. */
export async function statOrNothing(path: string): Promise<Deno.FileInfo | undefined> {
  return await unless(Deno.errors.NotFound, () => Deno.stat(path));
}

/** The result of `work`, or `undefined` if it fails in this one way. */
async function unless<T>(
  kind: new (...args: never) => Error,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof kind) return undefined;
    throw error;
  }
}
