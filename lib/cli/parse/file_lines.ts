/**
 * The lines of a file that may be larger than what fits into one text.
 *
 * @module
 */
import { linesOf } from "../../recording/recording.ts";

/** Bytes that are read at once. */
const chunkBytes = 2 ** 20;

/** Longest line, in characters; a longer one is cut. */
const lineMax = 64 * 2 ** 20;

/**
 * The lines with their line breaks; the last one may lack it.
 *
 * @throws at the first one if the file cannot be opened, or where it cannot be read
 */
export function* linesOfFile(path: string): Generator<string, undefined> {
  using file = Deno.openSync(path);
  const decoder = new TextDecoder();
  const chunk = new Uint8Array(chunkBytes);
  let rest = "";
  for (let read = file.readSync(chunk); read !== null; read = file.readSync(chunk)) {
    const text = rest + decoder.decode(chunk.subarray(0, read), { stream: true });
    rest = "";
    for (const line of linesOf(text)) {
      if (line.endsWith("\n") || line.length > lineMax) yield line;
      else rest = line;
    }
  }
  rest += decoder.decode();
  if (rest !== "") yield rest;
}
