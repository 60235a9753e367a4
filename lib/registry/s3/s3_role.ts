/**
 * Keys for S3 that Amazon's platforms give to a role: to pods of EKS, to tasks of ECS, and to whoever
 * holds a token of a trusted issuer.
 *
 * What they answer holds keys, and so is never shown; of a refusal only the code is.
 *
 * @module
 */
import { systemErrorReason } from "../../core/base/system_error.ts";
import { readText } from "../common/http_body.ts";
import { networkReason } from "../common/network_faults.ts";
import type { S3Credentials } from "./s3_keys.ts";
import type { Environment } from "../common/environment.ts";
import { S3Fault } from "./s3_fault.ts";

/** Where ECS answers, in front of a relative path. */
const taskHost = "169.254.170.2";

/** Hosts that may be asked without encryption: this machine, ECS, and the agent of EKS. */
const plainHosts =
  /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]|169\.254\.170\.(2|23)|\[fd00:ec2::23\])$/;

const answerBytesMax = 64 * 1024;

/** Who is asked, and for how long. */
interface Asking {
  readonly environment: Environment;
  readonly region: string;
  readonly signal: AbortSignal;
}

/**
 * Keys for the role in AWS_ROLE_ARN, by the token in AWS_WEB_IDENTITY_TOKEN_FILE; `undefined` if they
 * are not set.
 *
 * @throws {S3Fault} if they are not given
 */
export async function webIdentityCredentials(asking: Asking): Promise<S3Credentials | undefined> {
  const { environment, region, signal } = asking;
  const tokenPath = environment("AWS_WEB_IDENTITY_TOKEN_FILE");
  const role = environment("AWS_ROLE_ARN");
  if (!tokenPath || !role) return undefined;
  const domain = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  const host = `sts.${region}.${domain}`;
  const url = environment("AWS_ENDPOINT_URL_STS") ?? `https://${host}`;
  const body = new URLSearchParams({
    Action: "AssumeRoleWithWebIdentity",
    Version: "2011-06-15",
    RoleArn: role,
    RoleSessionName: environment("AWS_ROLE_SESSION_NAME") ?? "clusternode",
    WebIdentityToken: await readToken(tokenPath),
  });
  const answer = await ask(url, { method: "POST", body, signal });
  const element = (name: string): string | undefined =>
    new RegExp(`<${name}>([^<]+)</${name}>`).exec(answer.text)?.[1];
  if (!answer.isGood) {
    throw new S3Fault(`the role ${role} is not given${codeOf(element("Code"), answer.status)}`);
  }
  return credentialsOf(answer.host, [
    element("AccessKeyId"),
    element("SecretAccessKey"),
    element("SessionToken"),
    element("Expiration"),
  ]);
}

/**
 * Keys from where AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or …_FULL_URI leads; `undefined` if
 * neither is set.
 *
 * @throws {S3Fault} if they are not given
 */
export async function containerCredentials(
  { environment, signal }: Omit<Asking, "region">,
): Promise<S3Credentials | undefined> {
  const path = environment("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  const url = path
    ? `http://${taskHost}${path}`
    : environment("AWS_CONTAINER_CREDENTIALS_FULL_URI");
  if (!url) return undefined;
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const isSafe = parsed?.protocol === "https:" ||
    (parsed?.protocol === "http:" && plainHosts.test(parsed.hostname));
  if (!isSafe) {
    throw new S3Fault("AWS_CONTAINER_CREDENTIALS_FULL_URI leads to no host that may give keys");
  }
  const tokenPath = environment("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE");
  const token = tokenPath
    ? await readToken(tokenPath)
    : environment("AWS_CONTAINER_AUTHORIZATION_TOKEN");
  const answer = await ask(url, {
    headers: token === undefined ? {} : { authorization: token },
    signal,
  });
  const json = objectOf(answer.text);
  const field = (name: string): string | undefined =>
    typeof json[name] === "string" ? json[name] : undefined;
  if (!answer.isGood) {
    throw new S3Fault(`${answer.host} gives no keys${codeOf(field("code"), answer.status)}`);
  }
  return credentialsOf(answer.host, [
    field("AccessKeyId"),
    field("SecretAccessKey"),
    field("Token"),
    field("Expiration"),
  ]);
}

interface RoleAnswer {
  readonly isGood: boolean;
  readonly status: number;
  readonly text: string;
  readonly host: string;
}

async function ask(url: string, init: RequestInit): Promise<RoleAnswer> {
  const host = URL.canParse(url) ? new URL(url).host : "what is no URL";
  try {
    const response = await fetch(url, { redirect: "error", ...init });
    const text = await readText(response, answerBytesMax) ?? "";
    return { isGood: response.ok, status: response.status, text, host };
  } catch (error) {
    if (init.signal?.aborted === true) throw error;
    const reason = networkReason(error, { at: host, caParameter: "tls_ca" });
    throw new S3Fault(`no keys are given, as ${reason ?? `${host} does not answer`}`);
  }
}

async function readToken(path: string): Promise<string> {
  try {
    return (await Deno.readTextFile(path)).trim();
  } catch (error) {
    const reason = systemErrorReason(error) ?? "it holds no text";
    throw new S3Fault(`the file ${path} with the token for keys cannot be read: ${reason}`);
  }
}

function credentialsOf(
  host: string,
  [accessKeyId, secretAccessKey, sessionToken, expiration]: readonly (string | undefined)[],
): S3Credentials {
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw new S3Fault(`what ${host} answers holds no keys`);
  }
  const expiresAtMs = Date.parse(expiration ?? "");
  const expiry = Number.isNaN(expiresAtMs) ? {} : { expiresAtMs };
  return { accessKeyId, secretAccessKey, sessionToken, ...expiry };
}

function codeOf(code: string | undefined, status: number): string {
  return code !== undefined && /^[\w.]{1,60}$/.test(code) ? `: ${code}` : `: HTTP ${status}`;
}

function objectOf(text: string): Record<string, unknown> {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === "object" && json !== null ? json as Record<string, unknown> : {};
  } catch {
    return {};
  }
}
