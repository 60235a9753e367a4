/**
 * A fault of a storage, or on the way to it, in words for people.
 *
 * What drivers throw is not for people, and carries what was asked: commands, rows, passwords. So each
 * back end turns it into one of these, or into a kind of its own.
 *
 * @module
 */

/**
 * A fault of a storage, for a store of your own to throw.
 *
 * Its message is the end of a sentence, "Cannot list the rows of …: ", and holds no secret; neither
 * does the cause.
 */
export class StorageFault extends Error {
  /** Always `StorageFault`. */
  override name = "StorageFault";
}

/**
 * The storage must not be used, as other users can change what lies in it: trying again is of no
 * use.
 */
export class UntrustedStorage extends StorageFault {
  /** Always `UntrustedStorage`. */
  override name = "UntrustedStorage";
  /** What to do about it, as the end of a sentence; the message ends with it. */
  readonly remedy: string;

  /**
   * A fault with what to do about it.
   *
   * @param reason the end of a sentence, without the remedy
   */
  constructor(reason: string, remedy: string) {
    super(`${reason}; ${remedy}`);
    this.remedy = remedy;
  }
}
