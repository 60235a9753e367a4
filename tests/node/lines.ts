/**
 * A log that is a list of what was written, of whatever level.
 *
 * @module
 */
import type { Level, Log } from "../../lib/log/log.ts";
import type { LogProperties } from "../../lib/report/log_report.ts";

/** One of the ways to write. */
type Write = (message: string, properties?: LogProperties) => void;

/** Keeps the messages, and what else each of them tells. */
export class Lines implements Log {
  readonly texts: string[] = [];
  readonly levels: Level[] = [];
  readonly properties: LogProperties[] = [];
  readonly debug: Write = this.#at("debug");
  readonly info: Write = this.#at("info");
  readonly warning: Write = this.#at("warning");
  readonly error: Write = this.#at("error");
  #at(level: Level): Write {
    return (message, properties = {}) => {
      this.texts.push(message);
      this.levels.push(level);
      this.properties.push(properties);
    };
  }
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
