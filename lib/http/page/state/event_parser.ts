/**
 * Server-sent events out of the text of a stream.
 *
 * `EventSource` would hide the comments by which a server says that it is still there, so a connection
 * that has silently gone would look like a quiet cluster.
 *
 * @module
 */

/** One event. */
export interface ServerEvent {
  readonly event: string;
  readonly data: string;
  /** Where to go on after it; left out if it does not say. */
  readonly id?: string | undefined;
}

/** Most characters of an event that is not yet complete. */
const pendingMax = 16 * 1024 * 1024;

/** Cuts text into events. */
export class EventParser {
  #rest = "";

  /**
   * The events that `text` completes.
   *
   * @throws RangeError if one event does not end
   */
  push(text: string): ServerEvent[] {
    const blocks = (this.#rest + text).replaceAll("\r\n", "\n").split("\n\n");
    this.#rest = blocks.pop() ?? "";
    if (this.#rest.length > pendingMax) throw new RangeError("an event does not end");
    return blocks.map(eventOf).filter((event) => event !== undefined);
  }
}

function eventOf(block: string): ServerEvent | undefined {
  const fields = new Map<string, string>();
  const data: string[] = [];
  for (const line of block.split("\n")) {
    const [, name = "", value = ""] = /^(\w+):? ?(.*)$/.exec(line) ?? [];
    if (name === "data") data.push(value);
    else if (name !== "") fields.set(name, value);
  }
  if (data.length === 0) return undefined;
  return { event: fields.get("event") ?? "message", data: data.join("\n"), id: fields.get("id") };
}
