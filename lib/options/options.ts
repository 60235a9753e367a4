/**
 * From what the user gave to options that can be relied on.
 *
 * A flag overrides the environment, the environment overrides the configuration file, the file
 * overrides the default. Whatever is wrong is told at once, each fault under the name by which the
 * user gave the option, so that nobody mends them one run at a time.
 *
 * @module
 */
import { ipFamily } from "../core/base/address.ts";
import { UsageError } from "../core/base/errors.ts";
import { listenKeys, loopbackOnly } from "./listen_default.ts";
import type { CommandName, OptionEntry } from "./option_entry.ts";
import { configTexts, showConfigValue } from "./option_config.ts";
import type { GivenName, NameWithAddresses } from "./option_identity.ts";
import { httpFault } from "./option_table_http.ts";
import { optionEntries, optionsOf, optionTable } from "./option_table.ts";
import type { OptionKey, OptionValues } from "./option_table.ts";
import { encodingFault, quote, showGiven, withoutPasswords } from "./option_values.ts";
import type { OptionChecks, Reading } from "./option_values.ts";
import { suggestion } from "./suggestion.ts";

/** Options of a node, checked and complete. */
export interface NodeOptions extends Omit<OptionValues, "name"> {
  /** As given: in full, or the part in front of the `@`; `undefined`: make one up. */
  readonly name: GivenName | undefined;
  /** Further IP addresses of this node, given behind the name or as bare operands, in order. */
  readonly addresses: readonly string[];
  /** The token of `httpTokenFile`, or the one that the library was given. */
  readonly httpToken?: string | undefined;
}

/** Everything that the user gave. */
export interface OptionInput extends OptionChecks {
  /** Only its options are read; `start` if it is left out. */
  readonly command?: CommandName;
  /** Flags by key, each in the order given. */
  readonly flags: Readonly<Partial<Record<OptionKey, string | readonly string[]>>>;
  /** Bare words; only `start` takes any. */
  readonly operands: readonly string[];
  /** Environment variables; empty ones count as not set. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The parsed configuration file, or `undefined` if there is none. */
  readonly config: unknown;
}

/** Options that may be incomplete, with everything that is wrong with them. */
export interface GatheredOptions {
  /** Holds all options if there are no faults. */
  readonly values: Partial<NodeOptions>;
  /** Under which name the user gave an option; those left to their defaults are missing. */
  readonly sources: Readonly<Partial<Record<OptionKey, string>>>;
  readonly faults: readonly string[];
}

/**
 * The options of a command.
 *
 * @throws {UsageError} with all faults at once
 * @example
 * ```ts
 * import { resolveOptions } from "./options.ts";
 *
 * const { options } = resolveOptions({
 *   flags: { interval: "250ms" },
 *   operands: [],
 *   environment: { CLUSTERNODE_PROFILE: "local" },
 *   config: undefined,
 *   registryUrlFault: () => undefined,
 * });
 * console.log(options.intervalMs, options.profile); // 250 local
 * ```
 */
export function resolveOptions(input: OptionInput): { options: NodeOptions } {
  const { values, faults } = gatherOptions(input);
  if (faults.length > 0) throw new UsageError(faults);
  // Without faults every field of the table has been filled.
  return { options: values as NodeOptions };
}

/** As {@linkcode resolveOptions}, but hands over what could be read together with the faults. */
export function gatherOptions(input: OptionInput): GatheredOptions {
  const faults = configFaults(input.config);
  const values: Record<string, unknown> = {};
  const sources: Partial<Record<OptionKey, string>> = {};
  const applicable = optionsOf(input.command ?? "start").map(([key]) => key);
  for (const [key, entry] of optionEntries) {
    const given = applicable.includes(key) ? givenTexts(key, entry, input) : [];
    const texts = "fault" in given ? [] : given;
    if ("fault" in given) faults.push(given.fault);
    if (texts[0]) sources[key] = texts[0].source;
    values[entry.field] = readAll(entry, texts, input, faults);
  }
  const named = values["name"] as NameWithAddresses | undefined;
  values["name"] = named?.name;
  for (const word of input.operands.filter((operand) => ipFamily(operand) === undefined)) {
    faults.push(`operand ${quote(word)}: it must be an IP address, a further one of this node`);
  }
  values["addresses"] = [...named?.addresses ?? [], ...input.operands];
  const loopback = loopbackOnly(values);
  for (const key of loopback === undefined ? [] : listenKeys) {
    if (sources[key] === undefined) values[optionTable[key].field] = { host: loopback, port: 0 };
  }
  const open = httpFault(values, sources.http ?? "default");
  if (open !== undefined) faults.push(open);
  return { values, sources, faults };
}

/**
 * The path of the configuration file, before anything else is known; `undefined` if none is given,
 * or if the option is wrong, which {@linkcode gatherOptions} tells.
 */
export function configFileOf(
  input: Pick<OptionInput, "flags" | "environment">,
): { readonly path: string; readonly source: string } | undefined {
  const { flag, variable, type } = optionTable.config;
  const flagged = [input.flags.config ?? []].flat().at(-1);
  const path = flagged ?? input.environment[variable] ?? "";
  const isWrong = "fault" in type.read(path, { registryUrlFault: () => undefined });
  if (isWrong || (flagged !== undefined && isFlag(flagged))) return undefined;
  return { path, source: flagged === undefined ? variable : flag };
}

/** A text and the name under which the user gave it. */
interface GivenText {
  readonly text: string;
  readonly source: string;
}

type Layer = "flag" | "variable" | "config";

/** What was given for one option in the strongest source that has anything for its group. */
function givenTexts(
  key: OptionKey,
  entry: OptionEntry,
  input: OptionInput,
): readonly GivenText[] | { fault: string } {
  const group = entry.together === undefined
    ? [[key, entry] as const]
    : optionEntries.filter(([, other]) => other.together === entry.together);
  const layers: readonly Layer[] = ["flag", "variable", "config"];
  const layer = layers.find((one) => group.some((member) => isGiven(one, ...member, input)));
  if (layer === undefined || !isGiven(layer, key, entry, input)) return [];
  switch (layer) {
    case "flag": {
      const texts = [input.flags[key] ?? []].flat();
      return split(texts, entry.kind === "list" ? entry.splitFlag : undefined, entry.flag);
    }
    case "variable": {
      const texts = [input.environment[entry.variable] ?? ""];
      return split(texts, entry.kind === "list" ? entry.splitVariable : undefined, entry.variable);
    }
    case "config": {
      const source = `config key ${JSON.stringify(key)}`;
      const value = (input.config as Record<string, unknown>)[key];
      const texts = configTexts(entry, value, input);
      return "fault" in texts
        ? { fault: `${source} ${showConfigValue(entry, value)}: ${texts.fault}` }
        : split(texts.value, entry.kind === "list" ? entry.splitFlag : undefined, source);
    }
  }
}

function isGiven(layer: Layer, key: OptionKey, entry: OptionEntry, input: OptionInput): boolean {
  if (layer === "flag") return input.flags[key] !== undefined;
  if (layer === "variable") return (input.environment[entry.variable] ?? "") !== "";
  return entry.inConfigFile !== false && isRecord(input.config) && Object.hasOwn(input.config, key);
}

function split(texts: readonly string[], by: RegExp | undefined, source: string): GivenText[] {
  return texts.flatMap((text) => {
    const parts = by ? text.split(by).filter((part) => part !== "") : [];
    return parts.length > 0 ? parts : [text];
  }).map((text) => ({ text, source }));
}

/** The value of an option from its texts, or from its default if there are none. */
function readAll(
  entry: OptionEntry,
  given: readonly GivenText[],
  checks: OptionChecks,
  faults: string[],
): unknown {
  const before = faults.length;
  const standard = [entry.default ?? []].flat().map((text) => ({ text, source: "default" }));
  const texts = given.length === 0 ? standard : entry.kind === "single" ? given.slice(-1) : given;
  const values: unknown[] = [];
  for (const { text, source } of texts) {
    const reading = readText(entry, { text, source }, checks);
    if ("value" in reading) values.push(reading.value);
    else {
      const shown = showGiven(entry.type, text);
      faults.push(`${source} ${shown}: ${withoutPasswords(reading.fault)}`);
    }
  }
  if (entry.kind === "single") return values[0];
  const source = texts[0]?.source ?? "default";
  if (entry.most !== undefined && texts.length > entry.most) {
    faults.push(`${source}: at most ${entry.most} are legal, ${texts.length} are given`);
  }
  if (!entry.collect) return values;
  const collected = entry.collect(values);
  if ("value" in collected) return collected.value;
  if (faults.length === before) faults.push(`${source}: ${collected.fault}`);
  return undefined;
}

function readText(
  entry: OptionEntry,
  { text, source }: GivenText,
  checks: OptionChecks,
): Reading<unknown> {
  if (source === entry.flag && isFlag(text)) return { fault: "its value is missing" };
  const fault = encodingFault(text);
  return fault === undefined ? entry.type.read(text, checks) : { fault };
}

/** True for a flag of ours: it was meant as the next option, not as a value. */
function isFlag(text: string): boolean {
  return optionEntries.some(([, { flag }]) => flag === text);
}

/** What is wrong with the configuration file as a whole, and its unknown keys. */
function configFaults(config: unknown): string[] {
  if (config === undefined) return [];
  if (!isRecord(config)) {
    return [`config file: it must hold a JSON object, such as {"interval": "1s"}`];
  }
  const legal = optionEntries.filter(([, entry]) => entry.inConfigFile !== false);
  const keys: readonly string[] = legal.map(([key]) => key);
  return Object.keys(config).filter((key) => !keys.includes(key)).map((key) => {
    const entry = optionEntries.find(([known]) => known === key)?.[1];
    return entry
      ? `config key ${quote(key)}: it can be given as ${entry.flag} or ${entry.variable} only`
      : `config key ${quote(key)}: it is unknown${
        suggestion(key, keys) || `; known are ${keys.join(", ")}`
      }`;
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
