/**
 * UTF-8 in and out, strict: what is not well-formed is not text.
 *
 * `TextDecoder` belongs to the platform, not to the language, so the core declares the one piece it
 * uses instead of opening itself to the whole of `lib.dom`.
 *
 * @module
 */

interface Utf8Decoder {
  decode(bytes: Uint8Array): string;
}

interface Utf8Encoder {
  encode(text: string): Uint8Array<ArrayBuffer>;
}

const platform = globalThis as unknown as {
  TextDecoder: new (label: string, options: { fatal: boolean; ignoreBOM: boolean }) => Utf8Decoder;
  TextEncoder: new () => Utf8Encoder;
};

const decoder = new platform.TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new platform.TextEncoder();

/** `bytes` as text, or `undefined` if they are not well-formed UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** `text` as UTF-8. */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text);
}

/** The first `max` characters of `text` at most, without the halves of those that take two. */
export function cutText(text: string, max: number): string {
  return text.slice(0, max).replace(/\p{Cs}/gu, "");
}

/** `n2, n4 and 7 more`: the first `max` of `words`, and how many others there are. */
export function firstOf(words: readonly string[], max: number): string {
  const rest = words.length - max;
  return words.slice(0, max).join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}
