/**
 * The files that options name: the configuration file and cookie files.
 *
 * @module
 */
import { errorText } from "../../core/base/error_text.ts";
import { beamCookieFault } from "../../options/option_beam.ts";
import { readHttpToken } from "../../options/option_table_http.ts";
import type { NodeOptions } from "../../options/options.ts";
import { cookieFault, withoutLineEnd } from "../../options/option_identity.ts";
import { quote } from "../../options/option_values.ts";
import type { CliContext } from "../context.ts";

/** Something read, or nothing, with what is wrong. */
export interface Read<T> {
  readonly value: T;
  readonly faults: readonly string[];
}

/**
 * The parsed configuration file, `undefined` if there is none.
 *
 * @param given its path and the option that named it
 */
export async function readConfigFile(
  given: { readonly path: string; readonly source: string } | undefined,
  world: Pick<CliContext, "readTextFile">,
): Promise<Read<unknown>> {
  if (!given) return { value: undefined, faults: [] };
  const what = `${given.source} ${quote(given.path)}`;
  const text = await readText(given.path, world);
  if ("reason" in text) {
    return { value: undefined, faults: [`${what}: it cannot be read (${text.reason})`] };
  }
  try {
    return { value: JSON.parse(text.value), faults: [] };
  } catch (error) {
    return { value: undefined, faults: [`${what}: it is not JSON (${errorText(error)})`] };
  }
}

/**
 * The cookies in the files, in order, each without the line break at its end.
 *
 * @param source the option that named the files
 */
export async function readCookieFiles(
  paths: readonly string[],
  source: string,
  world: Pick<CliContext, "readTextFile" | "secretFileFault">,
): Promise<Read<readonly string[]>> {
  const value: string[] = [];
  const faults: string[] = [];
  for (const path of paths) {
    const what = `${source} ${quote(path)}`;
    const text = await readText(path, world);
    if ("reason" in text) {
      faults.push(`${what}: it cannot be read (${text.reason})`);
      continue;
    }
    const theirs = await world.secretFileFault(path);
    if (theirs !== undefined) {
      faults.push(
        `${what}: ${theirs}, so others may know the cookie; make another and chmod 600 it`,
      );
      continue;
    }
    const secret = withoutLineEnd(text.value);
    const fault = cookieFault(secret);
    if (fault === undefined) value.push(secret);
    else faults.push(`${what}: the cookie in it is not legal: ${fault}`);
  }
  return { value, faults };
}

/**
 * The token in the file `path`; `undefined` if there is no such file to read.
 *
 * @param source the option that named the file
 */
export async function readTokenFile(
  path: string | undefined,
  source: string,
  world: Pick<CliContext, "readTextFile" | "secretFileFault">,
): Promise<Read<string | undefined>> {
  if (path === undefined) return { value: undefined, faults: [] };
  const wrong = (fault: string): Read<undefined> => ({
    value: undefined,
    faults: [`${source} ${quote(path)}: ${fault}`],
  });
  const text = await readText(path, world);
  if ("reason" in text) return wrong(`it cannot be read (${text.reason})`);
  const theirs = await world.secretFileFault(path);
  if (theirs !== undefined) {
    return wrong(`${theirs}, so others may know the token; make another and chmod 600 it`);
  }
  const token = readHttpToken(text.value);
  return "value" in token
    ? { value: token.value, faults: [] }
    : wrong(`the token in it is not legal: ${token.fault}`);
}

/** Where Erlang itself keeps its cookie, below the home directory of the user. */
const erlangCookieFile = ".erlang.cookie";

/** The Erlang cookie, if it is wanted: the one that was given, or the one that Erlang uses. */
export async function readBeamCookie(
  { beam, beamCookie }: Partial<Pick<NodeOptions, "beam" | "beamCookie">>,
  world: Pick<CliContext, "environment" | "readTextFile">,
): Promise<Read<string | undefined>> {
  if (beam !== true || beamCookie !== undefined) return { value: beamCookie, faults: [] };
  const wanted = "--beam: an Erlang cookie is needed, give --beam-cookie";
  const home = world.environment["HOME"] ?? "";
  if (home === "") return { value: undefined, faults: [`${wanted}; there is no HOME to look in`] };
  const path = `${home}/${erlangCookieFile}`;
  const text = await readText(path, world);
  if ("reason" in text) {
    const fault = `${wanted}, or put one into ${path} (${text.reason})`;
    return { value: undefined, faults: [fault] };
  }
  const cookie = text.value.trim();
  const fault = beamCookieFault(cookie);
  return fault === undefined
    ? { value: cookie, faults: [] }
    : { value: undefined, faults: [`--beam: the cookie in ${path} is not legal: ${fault}`] };
}

async function readText(
  path: string,
  world: Pick<CliContext, "readTextFile">,
): Promise<{ readonly value: string } | { readonly reason: string }> {
  try {
    return { value: await world.readTextFile(path) };
  } catch (error) {
    return { reason: errorText(error) };
  }
}
