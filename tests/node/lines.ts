/**
 * A log that is a list of what was written, of whatever level.
 *
 * @module
 */
import type { Log } from "../../lib/log/log.ts";

/** Keeps the messages. */
export class Lines implements Log {
  readonly texts: string[] = [];
  debug(message: string): void {
    this.texts.push(message);
  }
  info = this.debug;
  warning = this.debug;
  error = this.debug;
  bind(): void {}
  writes(): boolean {
    return true;
  }
  flush(): Promise<boolean> {
    return Promise.resolve(true);
  }
  reopen(): void {}
  close(): Promise<void> {
    return Promise.resolve();
  }
  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}
