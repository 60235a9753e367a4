/**
 * A body that many ask for: sent as gzip to those who take that, compressed once for all of them.
 *
 * @module
 */
import { encodeUtf8 } from "../../core/base/text.ts";
import type { HttpDocument, HttpRequest } from "./http.ts";

/** A body of fewer bytes is not worth it: it fits into one or two packets as it is. */
const gzipMinBytes = 2 * 1024;

/** A body that does not change. */
export class SharedBody {
  #plain: Promise<Uint8Array> | undefined;
  #gzip: Promise<Uint8Array> | undefined;

  private constructor(plain: Uint8Array | undefined, gzip: Uint8Array | undefined) {
    this.#plain = plain && Promise.resolve(plain);
    this.#gzip = gzip && Promise.resolve(gzip);
  }

  /** A text, to be encoded as UTF-8. */
  static ofText(text: string): SharedBody {
    return new SharedBody(encodeUtf8(text), undefined);
  }

  /** What is compressed already. */
  static ofGzip(bytes: Uint8Array): SharedBody {
    return new SharedBody(undefined, bytes);
  }

  /**
   * The body as the client of `request` takes it. `headers` are those of the answer, without those
   * that say how it is encoded.
   */
  async answer(
    request: Pick<HttpRequest, "header">,
    headers: Readonly<Record<string, string>>,
  ): Promise<HttpDocument> {
    const vary = { ...headers, Vary: "Accept-Encoding" };
    if (takesGzip(request) && (this.#gzip !== undefined || await this.#isLarge())) {
      const body = await this.#compressed();
      return { status: 200, headers: { ...vary, "Content-Encoding": "gzip" }, body };
    }
    return { status: 200, headers: vary, body: await this.#decompressed() };
  }

  async #isLarge(): Promise<boolean> {
    return (await this.#decompressed()).length > gzipMinBytes;
  }

  #compressed(): Promise<Uint8Array> {
    return this.#gzip ??= this.#decompressed().then((bytes) =>
      through(new CompressionStream("gzip"), bytes)
    );
  }

  #decompressed(): Promise<Uint8Array> {
    return this.#plain ??= this.#compressed().then((bytes) =>
      through(new DecompressionStream("gzip"), bytes)
    );
  }
}

/** True if a client takes gzip, as it says itself (RFC 9110, 12.5.3). */
export function takesGzip({ header }: Pick<HttpRequest, "header">): boolean {
  const weights = new Map<string, number>();
  for (const item of (header("accept-encoding") ?? "").toLowerCase().split(",")) {
    const [coding = "", weight] = item.split(";").map((part) => part.trim());
    weights.set(coding, weight === undefined ? 1 : Number(weight.replace(/^q=/, "")));
  }
  return (weights.get("gzip") ?? weights.get("*") ?? 0) > 0;
}

async function through(
  stream: CompressionStream | DecompressionStream,
  bytes: Uint8Array,
): Promise<Uint8Array> {
  const output = new Response(new Blob([bytes as BlobPart]).stream().pipeThrough(stream));
  return new Uint8Array(await output.arrayBuffer());
}
