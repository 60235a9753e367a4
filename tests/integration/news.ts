/**
 * Lets those who wait for something look again when there is news.
 *
 * @module
 */

/** Who waits for news. */
export class News {
  readonly #waiting = new Set<() => void>();

  /** Resolves with the next news, or after `atMostMs` without any. */
  next(atMaxMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, atMaxMs);
      this.#waiting.add(done);
    });
  }

  /** There is some. */
  tell(): void {
    for (const done of [...this.#waiting]) done();
  }
}
