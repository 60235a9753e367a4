/**
 * Reads what an HTTP server answers, up to a limit, and leaves nothing of it open.
 *
 * @module
 */
import { StorageFault } from "./storage_fault.ts";

/** The whole body as text, or `undefined` if it is longer than `bytesMax`. */
export async function readText(
  { body }: Response,
  bytesMax: number,
): Promise<string | undefined> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let text = "";
  let bytes = 0;
  // Whoever leaves such a loop early cancels the body.
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > bytesMax) return undefined;
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/**
 * The lines of the body as they come, without what stands behind the last one; cancels the rest when
 * its reader stops.
 *
 * @throws {StorageFault} if a line is longer than `lengthMax`
 */
export async function* readLines(
  { body }: Response,
  lengthMax: number,
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of body ?? []) {
    const decoded = decoder.decode(chunk, { stream: true });
    rest += decoded;
    // Only then: a line that comes byte by byte would be gone through again with each of them.
    const lines = decoded.includes("\n") ? rest.split("\n") : [rest];
    rest = lines.pop() ?? "";
    if (rest.length > lengthMax) {
      throw new StorageFault(`an answer has a line of more than ${lengthMax} characters`);
    }
    yield* lines;
  }
}
