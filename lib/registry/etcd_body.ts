/**
 * Reads what an HTTP server answers, up to a limit, and leaves nothing of it open.
 *
 * @module
 */
import { EtcdFault } from "./etcd_faults.ts";

/** Largest answer, and largest line of a stream, in characters. */
export const bodyMaxLength = 64 * 1024 * 1024;

/** The whole body as text. */
export async function readText({ body }: Response, maxLength = bodyMaxLength): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  // Whoever leaves such a loop early cancels the body.
  for await (const chunk of body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    requireShort(text, maxLength);
  }
  return text;
}

/** The lines of the body as they come; cancels the rest when its reader stops. */
export async function* readLines(
  { body }: Response,
  maxLength = bodyMaxLength,
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of body ?? []) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    requireShort(rest, maxLength);
    yield* lines;
  }
}

function requireShort(text: string, maxLength: number): void {
  if (text.length > maxLength) {
    throw new EtcdFault("final", `its answer exceeds ${maxLength} bytes`);
  }
}
