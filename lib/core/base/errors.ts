/**
 * The errors that callers are meant to catch, each with the exit code it stands for.
 *
 * Everything else uses the built-in classes.
 *
 * @module
 */

/** Options were given wrongly; `faults` lists all of them, one sentence each. Exit code 2. */
export class UsageError extends Error {
  override name = "UsageError";
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(faults.join("\n"));
    this.faults = faults;
  }
}

/** The name is held by another live node. Exit code 3. */
export class NameTakenError extends Error {
  override name = "NameTakenError";
}

/** The registry did not do what was asked: away, full, read-only, damaged. Exit code 4 at start. */
export class RegistryError extends Error {
  override name = "RegistryError";
}
