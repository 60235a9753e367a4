/**
 * Is a group only its one user's?
 *
 * Many systems give each user a group of its own, and new files and folders are then writable for that
 * group (umask 002). That shares nothing, and must not be taken for sharing.
 *
 * @module
 */

/** True if `group` has no other member than the user `user`, as far as this machine's files tell. */
export async function isPrivateGroup(group: number, user: number): Promise<boolean> {
  try {
    const [groups, users] = await Promise.all(
      ["/etc/group", "/etc/passwd"].map((path) => Deno.readTextFile(path)),
    );
    return hasOnlyMember(groups ?? "", users ?? "", group, user);
  } catch {
    return false;
  }
}

/**
 * As {@linkcode isPrivateGroup}, from the text of `/etc/group` and `/etc/passwd`. A group that is not
 * listed, as those of a directory service, may have any members.
 */
export function hasOnlyMember(
  groups: string,
  users: string,
  group: number,
  user: number,
): boolean {
  const accounts = rowsOf(users).map(([name = "", , uid, gid]) => ({ name, uid, gid }));
  const own = accounts.find(({ uid }) => uid === String(user));
  const listed = rowsOf(groups).filter(([, , gid]) => gid === String(group));
  const members = [
    ...listed.flatMap(([, , , names = ""]) => names.split(",").filter((name) => name !== "")),
    ...accounts.filter(({ gid }) => gid === String(group)).map(({ name }) => name),
  ];
  return own !== undefined && listed.length > 0 && members.every((name) => name === own.name);
}

function rowsOf(text: string): string[][] {
  return text.split("\n").map((line) => line.split(":"));
}
