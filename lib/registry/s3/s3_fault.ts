/**
 * What goes wrong with S3, in words.
 *
 * Servers answer with a code and a text of their own, and their texts quote requests, signatures and
 * each other's products. So the code alone is read, and a sentence of ours says what to do.
 *
 * @module
 */
import { proxyAnswerReason } from "../common/http_proxy.ts";
import { brokenReason, networkReason } from "../common/network_faults.ts";
import { StorageFault } from "../common/storage_fault.ts";

/** A fault of the server, the network or the keys; `reason` is the end of a sentence. */
export class S3Fault extends StorageFault {
  override name = "S3Fault";
  /** The server's own code, `NoSuchKey`; empty if there was no answer. */
  readonly code: string;

  constructor(reason: string, { code = "", cause }: { code?: string; cause?: unknown } = {}) {
    super(reason, { cause });
    this.code = code;
  }
}

/** What was tried, to complete "may not …". */
export type S3Action = "list" | "read" | "write into" | "remove from";

/** An answer that is none of those that were hoped for. */
export interface Refusal {
  readonly action: S3Action;
  readonly status: number;
  /** The server's own code; empty if the answer has none, and thus may come from anything. */
  readonly code: string;
  readonly bucket: string;
  readonly host: string;
  /** Host and port of the HTTP proxy on the way, if there is one. */
  readonly proxy?: string | undefined;
  readonly accessKeyId: string;
  /** Where the bucket lies, if the answer tells. */
  readonly region: string | undefined;
  /** How far the server's clock is ahead of ours, in milliseconds, if it told the time. */
  readonly aheadMs: number | undefined;
}

/** Codes that say that keys have expired or been replaced: reading them anew may help. */
export const staleKeyCodes: ReadonlySet<string> = new Set([
  "ExpiredToken",
  "ExpiredTokenException",
  "InvalidAccessKeyId",
  "InvalidToken",
  "SignatureDoesNotMatch",
  "TokenRefreshRequired",
]);

/** Codes by which servers ask to come less often. */
export const slowDownCodes: ReadonlySet<string> = new Set([
  "RateLimitExceeded",
  "RequestLimitExceeded",
  "SlowDown",
  "TooManyRequests",
]);

/** The fault that a refusal stands for. */
export function refused(refusal: Refusal): S3Fault {
  return new S3Fault(reasonOf(refusal), { code: refusal.code });
}

function reasonOf(refusal: Refusal): string {
  const { code, status, bucket, host, accessKeyId, action, region } = refusal;
  switch (code) {
    case "InvalidAccessKeyId":
      return `the access key ${accessKeyId} is not known at ${host}`;
    case "SignatureDoesNotMatch":
      return `the secret key does not belong to the access key ${accessKeyId}`;
    case "AccessDenied":
    case "AllAccessDisabled":
    case "AccountProblem":
      return `the access key ${accessKeyId} may not ${action} the bucket "${bucket}"`;
    case "ExpiredToken":
    case "ExpiredTokenException":
    case "TokenRefreshRequired":
      return `the session token of the access key ${accessKeyId} has expired`;
    case "InvalidToken":
      return `the session token of the access key ${accessKeyId} is not legal`;
    case "NoSuchBucket":
      return `there is no bucket "${bucket}" at ${host}`;
    case "InvalidBucketName":
      return `"${bucket}" is no legal name of a bucket at ${host}`;
    case "RequestTimeTooSkewed":
    case "RequestExpired":
      return skewReason(refusal);
    case "QuotaExceeded":
    case "ServiceQuotaExceeded":
    case "InsufficientStorage":
    case "XMinioStorageFull":
      return `the storage of the bucket "${bucket}" is full`;
  }
  const { proxy } = refusal;
  if (code === "" && proxy !== undefined) return proxyAnswerReason(proxy, host, status);
  if (status === 429 || slowDownCodes.has(code)) return `${host} asks to slow down`;
  const isElsewhere = region !== undefined || code === "PermanentRedirect" ||
    code === "TemporaryRedirect" || code === "IllegalLocationConstraintException";
  if (isElsewhere) {
    return region === undefined
      ? `the bucket "${bucket}" lies in another region: name it in the URL, ?region=…`
      : `the bucket "${bucket}" lies in the region ${region}: write region=${region} into the URL`;
  }
  if (status === 507) return `the storage of the bucket "${bucket}" is full`;
  if (status >= 500) return `${host} has a fault of its own: HTTP ${status}${code && ` ${code}`}`;
  return code === ""
    ? `what answers at ${host} does not seem to be S3: HTTP ${status}`
    : `${host} refuses: HTTP ${status} ${code}`;
}

function skewReason({ host, aheadMs }: Refusal): string {
  if (aheadMs === undefined || Math.abs(aheadMs) < 60_000) {
    return `the clock of this machine differs too much from that of ${host}`;
  }
  const minutes = Math.round(Math.abs(aheadMs) / 60_000);
  return `the clock of this machine is ${minutes} minutes ${aheadMs > 0 ? "slow" : "fast"}, ` +
    `says ${host}`;
}

/** The fault that an error of `fetch` stands for. */
export function networkFault(error: unknown, host: string, proxy?: string): S3Fault {
  const reason = networkReason(error, { at: host, caParameter: "tls_ca", proxy });
  const dialled = proxy === undefined ? host : `the proxy ${proxy}`;
  return new S3Fault(reason ?? brokenReason(dialled), { cause: error });
}
