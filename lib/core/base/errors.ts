/**
 * The errors that callers are meant to catch.
 *
 * Everything else uses the built-in classes.
 *
 * @module
 */

/** What went wrong, as a word to switch over; each class below has its own. */
export type ErrorCode = "usage" | "name-taken" | "registry" | "listen" | "stopped" | "timeout";

/** What all errors have in common that a node or a registry is meant to fail with. */
export abstract class ClusternodeError extends Error {
  /** Tells the classes apart where `instanceof` cannot, as in a log. */
  abstract readonly code: ErrorCode;
}

/** Options are wrong or contradict each other. */
export class UsageError extends ClusternodeError {
  /** Always `UsageError`. */
  override name = "UsageError";
  /** Always `usage`. */
  override readonly code = "usage";
  /** Everything that is wrong, one sentence each; the message has them line by line. */
  readonly faults: readonly string[];

  /**
   * An error with these faults.
   *
   * @param faults at least one sentence, each with the option, the value and what is legal */
  constructor(faults: readonly string[]) {
    super(faults.join("\n"));
    this.faults = faults;
  }
}

/** Another live node holds the name. */
export class NameTakenError extends ClusternodeError {
  /** Always `NameTakenError`. */
  override name = "NameTakenError";
  /** Always `name-taken`. */
  override readonly code = "name-taken";
}

/**
 * The registry did not do what was asked: it is away, full, read-only or damaged, or other users can
 * change it. The `cause`, if there is one, is what the storage said.
 */
export class RegistryError extends ClusternodeError {
  /** Always `RegistryError`. */
  override name = "RegistryError";
  /** Always `registry`. */
  override readonly code = "registry";
}

/**
 * The node cannot listen at the address that it was given: another program does, this machine has no
 * such address, or the system does not allow it. The `cause` is what the system said.
 */
export class ListenError extends ClusternodeError {
  /** Always `ListenError`. */
  override name = "ListenError";
  /** Always `listen`. */
  override readonly code = "listen";
}

/**
 * The node ended before it had joined: it was told to leave, or a fault of this program has kept it
 * from working.
 */
export class StoppedError extends ClusternodeError {
  /** Always `StoppedError`. */
  override name = "StoppedError";
  /** Always `stopped`. */
  override readonly code = "stopped";
}

/** What a program has waited for was not reached in time. */
export class WaitTimeoutError extends ClusternodeError {
  /** Always `WaitTimeoutError`. */
  override name = "WaitTimeoutError";
  /** Always `timeout`. */
  override readonly code = "timeout";
  /** What was still missing, one sentence each, by name; the message ends with them. */
  readonly missing: readonly string[];

  /** An error that says how long was waited, and what was missing then. */
  constructor(message: string, missing: readonly string[]) {
    super([message, ...missing].join("\n"));
    this.missing = missing;
  }
}
