/**
 * A log that is a list of what was written, of whatever level.
 *
 * @module
 */
import type { Log } from "../../lib/log/log.ts";
import type { LogProperties } from "../../lib/report/log_report.ts";

/** Keeps the messages, and what else each of them tells. */
export class Lines implements Log {
  readonly texts: string[] = [];
  readonly properties: LogProperties[] = [];
  debug(message: string, properties: LogProperties = {}): void {
    this.texts.push(message);
    this.properties.push(properties);
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
