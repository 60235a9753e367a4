/**
 * Whether a request to S3 is signed as it must be: the server's side of "Signature Version 4",
 * written from its description, not from the client.
 *
 * @module
 */
import { createHash, createHmac } from "node:crypto";

/** Keys that a server knows. */
export interface KnownKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
  readonly hasExpired?: boolean;
}

/** Most that a request's time may be away from the server's, in milliseconds. */
const skewMaxMs = 15 * 60_000;

const scheme =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;

/**
 * The code by which S3 refuses a request, or `undefined` if it is signed well.
 *
 * @param nowMs the server's wall clock
 * @param region the only one that the server serves; any if `undefined`
 */
export function signatureFault(
  request: Request,
  body: Uint8Array,
  known: readonly KnownKeys[],
  nowMs: number,
  region?: string,
): string | undefined {
  const authorization = request.headers.get("authorization");
  if (authorization === null) return "AccessDenied";
  const [, id, day = "", signedRegion = "", list = "", signature] = scheme.exec(authorization) ??
    [];
  if (id === undefined) return "AuthorizationHeaderMalformed";
  const keys = known.find(({ accessKeyId }) => accessKeyId === id);
  if (keys === undefined) return "InvalidAccessKeyId";
  const time = request.headers.get("x-amz-date") ?? "";
  const timeMs = Date.parse(time.replace(/^(....)(..)(..T..)(..)(..Z)$/, "$1-$2-$3:$4:$5"));
  if (!time.startsWith(day) || Number.isNaN(timeMs)) return "AuthorizationHeaderMalformed";
  if (Math.abs(timeMs - nowMs) > skewMaxMs) return "RequestTimeTooSkewed";
  const token = request.headers.get("x-amz-security-token") ?? undefined;
  if (token !== keys.sessionToken) return "InvalidToken";
  if (keys.hasExpired) return "ExpiredToken";
  if (region !== undefined && signedRegion !== region) return "AuthorizationHeaderMalformed";
  const signed = list.split(";");
  const mustBeSigned = [
    "host",
    ...[...request.headers.keys()].filter((name) =>
      name.startsWith("x-amz-") || name.startsWith("if-")
    ),
  ];
  if (mustBeSigned.some((name) => !signed.includes(name))) return "AccessDenied";
  const hash = request.headers.get("x-amz-content-sha256") ?? "";
  if (hash !== "UNSIGNED-PAYLOAD" && hash !== sha256(body)) return "XAmzContentSHA256Mismatch";
  const scope = `${day}/${signedRegion}/s3/aws4_request`;
  const canonical = canonicalRequest(request, signed, hash);
  const toSign = ["AWS4-HMAC-SHA256", time, scope, sha256(canonical)].join("\n");
  let key: string | Uint8Array = `AWS4${keys.secretAccessKey}`;
  for (const part of scope.split("/")) key = hmac(key, part);
  const isRight = hmac(key, toSign).toHex() === signature;
  return isRight ? undefined : "SignatureDoesNotMatch";
}

function canonicalRequest(request: Request, signed: readonly string[], hash: string): string {
  const [, path = "/", query = ""] = /^https?:\/\/[^/]+(\/[^?]*)?(?:\?(.*))?$/.exec(request.url) ??
    [];
  const parameters = query.split("&").filter((pair) => pair !== "").map((pair) => {
    const [name = "", value = ""] = pair.split("=");
    return [formDecoded(name), formDecoded(value)].map(encoded).join("=");
  });
  return [
    request.method,
    path.split("/").map((part) => encoded(decodeURIComponent(part))).join("/"),
    parameters.sort().join("&"),
    ...signed.map((name) => {
      const value = request.headers.get(name) ?? "";
      return `${name}:${value.trim().replace(/ +/g, " ")}`;
    }),
    "",
    signed.join(";"),
    hash,
  ].join("\n");
}

function formDecoded(text: string): string {
  return decodeURIComponent(text.replaceAll("+", " "));
}

/** Everything but letters, digits and `-._~` as `%XX`. */
function encoded(text: string): string {
  return [...new TextEncoder().encode(text)].map((byte) => {
    const character = String.fromCharCode(byte);
    return /[A-Za-z0-9._~-]/.test(character)
      ? character
      : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }).join("");
}

function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}

function hmac(key: string | Uint8Array, data: string): Uint8Array & { toHex(): string } {
  const digest = createHmac("sha256", key).update(data).digest();
  return Object.assign(new Uint8Array(digest), { toHex: () => digest.toString("hex") });
}
