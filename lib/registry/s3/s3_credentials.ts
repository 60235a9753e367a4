/**
 * Keys for S3, from where all its tools look: variables of the environment, a token of the platform,
 * the usual files, and what the platform gives to containers.
 *
 * Read late and read again: keys that expire are renewed by somebody else, in the same place, while
 * this program runs.
 *
 * @module
 */
import type { S3Credentials } from "./s3_keys.ts";
import type { Environment } from "../common/environment.ts";
import { readFile } from "node:fs/promises";
import { S3Fault } from "./s3_fault.ts";
import { containerCredentials, webIdentityCredentials } from "./s3_role.ts";

/** Region of last resort, as with Amazon's own tools of old. */
const defaultRegion = "us-east-1";

/**
 * The keys that `environment` holds or points at.
 *
 * The variables `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN` win; without
 * them, the role that `AWS_ROLE_ARN` and `AWS_WEB_IDENTITY_TOKEN_FILE` name; then the profile
 * `AWS_PROFILE` of the files; then what `AWS_CONTAINER_CREDENTIALS_…` leads to.
 *
 * @param region where a role is asked for
 * @throws {S3Fault} if there are none
 */
export async function readCredentials(
  environment: Environment,
  signal: AbortSignal,
  region: string = defaultRegion,
): Promise<S3Credentials> {
  const accessKeyId = value(environment, "AWS_ACCESS_KEY_ID");
  const secretAccessKey = value(environment, "AWS_SECRET_ACCESS_KEY");
  if (accessKeyId !== undefined && secretAccessKey !== undefined) {
    const sessionToken = value(environment, "AWS_SESSION_TOKEN");
    return { accessKeyId, secretAccessKey, sessionToken };
  }
  if (accessKeyId !== undefined || secretAccessKey !== undefined) {
    const missing = accessKeyId === undefined ? "AWS_ACCESS_KEY_ID" : "AWS_SECRET_ACCESS_KEY";
    throw new S3Fault(`the variable ${missing} is not set`);
  }
  const asking = { environment: (name: string) => value(environment, name), region, signal };
  const ofIdentity = await webIdentityCredentials(asking);
  if (ofIdentity !== undefined) return ofIdentity;
  const settings = await readProfile(environment);
  const id = settings.get("aws_access_key_id");
  const secret = settings.get("aws_secret_access_key");
  if (id !== undefined && secret !== undefined) {
    const sessionToken = settings.get("aws_session_token");
    return { accessKeyId: id, secretAccessKey: secret, sessionToken };
  }
  const ofContainer = await containerCredentials(asking);
  if (ofContainer !== undefined) return ofContainer;
  throw new S3Fault(missingReason(environment, settings));
}

/** The region that `environment` holds or points at; the one of last resort if there is none. */
export async function readRegion(environment: Environment): Promise<string> {
  return value(environment, "AWS_REGION") ?? value(environment, "AWS_DEFAULT_REGION") ??
    (await readProfile(environment)).get("region") ?? defaultRegion;
}

function missingReason(environment: Environment, settings: ReadonlyMap<string, string>): string {
  const profile = profileName(environment);
  for (const other of ["credential_process", "sso_session", "sso_start_url", "role_arn"]) {
    if (settings.has(other)) {
      return `the profile "${profile}" gives its keys by ${other}, which is not supported: ` +
        "write keys into it, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
    }
  }
  const where = profile === "default" ? "" : ` "${profile}"`;
  return "there are no keys: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, " +
    `or write them into the profile${where} in ~/.aws/credentials`;
}

function profileName(environment: Environment): string {
  return value(environment, "AWS_PROFILE") ?? "default";
}

/** What both files say about the profile; the one for credentials wins. */
async function readProfile(environment: Environment): Promise<ReadonlyMap<string, string>> {
  const profile = profileName(environment);
  const home = value(environment, "HOME") ?? value(environment, "USERPROFILE");
  const inHome = (name: string): string | undefined => home && `${home}/.aws/${name}`;
  const config = value(environment, "AWS_CONFIG_FILE") ?? inHome("config");
  const credentials = value(environment, "AWS_SHARED_CREDENTIALS_FILE") ?? inHome("credentials");
  const configSection = profile === "default" ? profile : `profile ${profile}`;
  return new Map([
    ...sectionOf(await textOf(config), configSection),
    ...sectionOf(await textOf(credentials), profile),
  ]);
}

async function textOf(path: string | undefined): Promise<string> {
  if (path === undefined) return "";
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === "ENOENT" || code === "ENOTDIR") return "";
    throw new S3Fault(`the file ${path} with the keys cannot be read`, { cause: error });
  }
}

/** `key = value` lines below `[name]`; what is indented belongs to a setting that is not ours. */
function sectionOf(text: string, name: string): Map<string, string> {
  const found = new Map<string, string>();
  let isInside = false;
  for (const line of text.split(/\r?\n/)) {
    const header = /^\[\s*(.*?)\s*\]/.exec(line)?.[1];
    if (header !== undefined) {
      isInside = header.replace(/\s+/g, " ") === name;
      continue;
    }
    const [, key, setting] = /^([^\s#;=][^=]*?)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (isInside && key !== undefined && setting) found.set(key.toLowerCase(), setting);
  }
  return found;
}

function value(environment: Environment, name: string): string | undefined {
  try {
    return environment(name)?.trim() || undefined;
  } catch (error) {
    throw new S3Fault(`the variable ${name} may not be read`, { cause: error });
  }
}
