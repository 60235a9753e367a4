/**
 * What an S3 registry may be called on the command line, and which bucket of which server is meant.
 *
 *     s3://bucket/prefix?region=eu-central-1                     Amazon
 *     s3://bucket/prefix?endpoint=https://127.0.0.1:9000         any other server that speaks S3
 *     gs://bucket/prefix                                         Google, with HMAC keys
 *
 * Knows nothing of the network, so that a wrong option is told at once. Keys are never in the URL: it
 * is shown in logs and in lists of processes.
 *
 * @module
 */
import { parameterFault, wellFormedUrl } from "../common/url_parts.ts";
import type { UrlFault } from "../common/url_parts.ts";

/** Which bucket of which server; what the URL leaves open is for the environment to say. */
export interface S3Place {
  readonly bucket: string;
  /** In front of all keys, without slashes at its ends; may be empty. */
  readonly prefix: string;
  /** URL of the server, if it is not Amazon's; then the bucket is the first part of the path. */
  readonly endpoint: string | undefined;
  readonly region: string | undefined;
  /** Path of a file with further certificates to trust, in PEM. */
  readonly caFile: string | undefined;
}

/** Longest prefix: with cluster and name behind it, a key stays below 1,024 bytes. */
const prefixMaxLength = 400;

const googleHost = "storage.googleapis.com";

const parameters = ["endpoint", "region", "tls_ca"];

const bucketName = /^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/;

/**
 * Hosts that only a network of one's own knows: loopback and private addresses, names without a dot,
 * and those with an ending that is nobody's.
 */
const ownHost = new RegExp(
  "^(" + [
    "(127|10)\\.[\\d.]+",
    "192\\.168\\.[\\d.]+",
    "172\\.(1[6-9]|2\\d|3[01])\\.[\\d.]+",
    "\\[(::1|f[cd][0-9a-f]{2}:.*)\\]",
    "[^.:]+",
    ".+\\.(internal|lan|local|localhost|svc)",
  ].join("|") + ")$",
);

/** The place that `text` names, or why it names none, as the end of a sentence. */
export function parseS3Url(text: string): S3Place | UrlFault {
  const url = wellFormedUrl(text);
  if ("fault" in url) return url;
  const fault = faultOf(url);
  if (fault !== undefined) return { fault };
  const isGoogle = url.protocol === "gs:";
  const { searchParams } = url;
  return {
    bucket: url.hostname,
    prefix: prefixOf(url),
    endpoint: isGoogle ? `https://${googleHost}` : searchParams.get("endpoint") ?? undefined,
    region: isGoogle ? "auto" : searchParams.get("region") ?? undefined,
    caFile: searchParams.get("tls_ca") ?? undefined,
  };
}

/** True if the server is one's own, so that nobody bills its requests. */
export function isOwnServer({ endpoint }: S3Place): boolean {
  return endpoint !== undefined && ownHost.test(new URL(endpoint).hostname);
}

function faultOf(url: URL): string | undefined {
  if (url.username !== "" || url.password !== "") {
    return "keys do not belong into it: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
  }
  if (url.port !== "") {
    return "behind // stands the bucket, the server goes into ?endpoint=https://127.0.0.1:9000";
  }
  if (!bucketName.test(url.hostname)) {
    return "behind // it needs the name of a bucket: at least three of a-z, 0-9, . - and _";
  }
  const prefix = prefixOf(url);
  if (!/^[\w.=\/-]*$/.test(prefix)) return "the prefix may hold letters, digits, _ . - = and /";
  if (prefix.length > prefixMaxLength) {
    return `the prefix is longer than ${prefixMaxLength} characters`;
  }
  return parametersFault(url);
}

function parametersFault({ protocol, searchParams }: URL): string | undefined {
  const fault = parameterFault(searchParams, protocol === "gs:" ? [] : parameters);
  if (fault !== undefined) return fault;
  const region = searchParams.get("region");
  if (region !== null && !/^[A-Za-z0-9-]{1,64}$/.test(region)) {
    return "the region may hold letters, digits and -";
  }
  if (searchParams.get("tls_ca") === "") return "its tls_ca names no file";
  const endpoint = searchParams.get("endpoint");
  return endpoint === null ? undefined : endpointFault(endpoint);
}

function endpointFault(endpoint: string): string | undefined {
  const example = "write it like endpoint=https://127.0.0.1:9000";
  let url: URL;
  try {
    url = new URL(endpoint);
  } catch {
    return `the endpoint is not a URL; ${example}`;
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    return `the endpoint is neither https nor http; ${example}`;
  }
  if (url.username !== "" || url.password !== "") {
    return "keys do not belong into the endpoint: " +
      "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
  }
  return url.search === "" && url.hash === ""
    ? undefined
    : `the endpoint ends behind host, port and path; ${example}`;
}

function prefixOf({ pathname }: URL): string {
  return pathname.split("/").filter((part) => part !== "").join("/");
}
