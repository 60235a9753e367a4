/**
 * How the options that say who and where a node is are read: name, cluster, cookie, addresses,
 * tags, registries.
 *
 * @module
 */
import { ipFamily, isUnspecified, parseAddress } from "../core/base/address.ts";
import type { Address } from "../core/base/address.ts";
import { clusterNameFault, localNameFault, parseNodeName } from "../core/base/name.ts";
import { nodeNameFault } from "../core/base/name.ts";
import type { NodeName } from "../core/base/name.ts";
import { isTagValue, tagKeyPattern, tagsMax } from "../core/members/row.ts";
import { encodeUtf8 } from "../core/base/text.ts";
import type { Reading, ValueType } from "./option_values.ts";

/** A name as given: in full, or only the part in front of the `@`. */
export type GivenName = NodeName | { readonly local: string };

/** A name with the further addresses that `$(hostname -i)` may have put behind it. */
export interface NameWithAddresses {
  readonly name: GivenName;
  /** IP addresses, in the order given. */
  readonly addresses: readonly string[];
}

/**
 * Reads a name: `n1@10.0.0.5`, or `n1`.
 *
 * The part behind the `@` must be a host that can be dialled, because it becomes the address.
 */
export function readName(text: string): Reading<GivenName> {
  const legal = "give a name such as n1@10.0.0.5, or n1";
  if (text === "") return { fault: `it is empty; ${legal}` };
  if (!text.includes("@")) {
    const fault = localNameFault(text);
    return fault ? { fault: `${fault}; ${legal}` } : { value: { local: text } };
  }
  const fault = nodeNameFault(text);
  if (fault) return { fault: `${fault}; ${legal}` };
  const host = text.slice(text.indexOf("@") + 1);
  const address = parseAddress(host, 0);
  if (address && address.host !== host) {
    return { fault: `the part after @ has a port; ${legal}, and the port where the node listens` };
  }
  if (!address || isUnspecified(host)) {
    return { fault: `the part after @ is not an address that peers can dial; ${legal}` };
  }
  const name = parseNodeName(text);
  return name ? { value: name } : { fault: legal };
}

/** A name, and behind white space further IP addresses of the node. */
export const nodeName: ValueType<NameWithAddresses> = {
  placeholder: "name",
  read(text) {
    const [first = "", ...addresses] = text.trim().split(/\s+/);
    const name = readName(first);
    if ("fault" in name) return name;
    const wrong = addresses.find((word) => ipFamily(word) === undefined);
    return wrong === undefined ? { value: { name: name.value, addresses } } : {
      fault: `the words behind the name must be IP addresses, ${JSON.stringify(wrong)} is not`,
    };
  },
};

/** A cluster's name. */
export const clusterName: ValueType<string> = {
  placeholder: "name",
  read(text) {
    const fault = clusterNameFault(text);
    return fault ? { fault } : { value: text };
  },
};

/** Longest cookie, in bytes. */
export const cookieMaxBytes = 1024;

/** A shared secret. */
export const cookie: ValueType<string> = {
  placeholder: "secret",
  secret: true,
  read(text) {
    const value = withoutLineEnd(text);
    const fault = cookieFault(value);
    return fault ? { fault } : { value };
  },
};

/** Without the line break that tools leave at the end of a file, and of a variable made of one. */
export function withoutLineEnd(text: string): string {
  return text.replace(/\r?\n$/, "");
}

/** Why `cookie` cannot be one, as a clause that begins with "it", or `undefined`. */
export function cookieFault(cookie: string): string | undefined {
  const length = encodeUtf8(cookie).length;
  if (/[\r\n]/.test(cookie)) return "it must be one line, it has a line break inside";
  return length >= 1 && length <= cookieMaxBytes
    ? undefined
    : `it must be 1 to ${cookieMaxBytes} bytes long, it has ${length}`;
}

/** Where to listen; port 0, also when none is given, takes any free one. */
export const listenAddress: ValueType<Address> = {
  placeholder: "host:port",
  read: (text) => readAddress(text, "such as 0.0.0.0:4000, 10.0.0.5 or [::]:0"),
};

/** An address to be dialled; port 0, also when none is given, stands for the listening port. */
export const dialAddress: ValueType<Address> = {
  placeholder: "host[:port]",
  read(text) {
    const reading = readAddress(text, "such as 10.0.0.5, 10.0.0.5:4000 or [fd00::5]:4000");
    return "value" in reading && isUnspecified(reading.value.host)
      ? { fault: `it is no address that peers can dial, such as 10.0.0.5` }
      : reading;
  },
};

function readAddress(text: string, examples: string): Reading<Address> {
  const value = parseAddress(text, 0);
  return value
    ? { value }
    : { fault: `it must be an address with a port up to 65535, ${examples}` };
}

/** A registry's URL; which schemes there are is not for the core to know. */
export const registryUrl: ValueType<string> = {
  placeholder: "url",
  completion: "file",
  // Strings for all kinds of storages are given here by mistake, and each has its secret elsewhere.
  shown: (text) => {
    const isPath = /^[.~]{0,2}\/[^@]*$/.test(text);
    return isPath ? text : `${/^[a-z][a-z0-9+.-]*:\/\//i.exec(text)?.[0] ?? ""}***`;
  },
  read(text, checks) {
    const fault = text === "" ? "it is empty" : checks.registryUrlFault(text);
    return fault ? { fault } : { value: text };
  },
};

/** Registries, each once. Two spellings of the same folder may still come to light when opened. */
export function collectRegistries(urls: readonly string[]): Reading<readonly string[]> {
  const plain = urls.map((url) => url.replace(/^file:\/\//i, "").replace(/\/+$/, ""));
  const again = plain.findIndex((url, index) => plain.indexOf(url) < index);
  if (again < 0) return { value: urls };
  // They are not shown, as there may be passwords in them.
  const first = plain.indexOf(plain[again] ?? "");
  return { fault: `the same registry is given twice, as number ${first + 1} and ${again + 1}` };
}

/** A tag: key and value. */
export type Tag = readonly [key: string, value: string];

/** `key=value`. */
export const tag: ValueType<Tag> = {
  placeholder: "key=value",
  read(text) {
    const at = text.indexOf("=");
    const key = text.slice(0, Math.max(0, at));
    const value = text.slice(at + 1);
    if (at < 0) return { fault: "it must be key=value, such as zone=eu-1" };
    if (!tagKeyPattern.test(key)) {
      return { fault: "its key must be 1 to 64 letters, digits, _ . - / (such as zone=eu-1)" };
    }
    return isTagValue(value)
      ? { value: [key, value] }
      : { fault: "its value must be at most 256 characters long, without line breaks" };
  },
};

/** Most bytes that all tags of a node may have together, so that its row stays within its limit. */
export const tagsMaxBytes = 8 * 1024;

/** Tags as a record. Each key once, and not too many. */
export function collectTags(tags: readonly Tag[]): Reading<Readonly<Record<string, string>>> {
  const keys = tags.map(([key]) => key);
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) return { fault: `the key ${JSON.stringify(twice)} is given twice` };
  if (tags.length > tagsMax) return { fault: `at most ${tagsMax} tags are legal` };
  const value = Object.fromEntries(tags);
  return encodeUtf8(JSON.stringify(value)).length > tagsMaxBytes
    ? { fault: `together the tags may take at most ${tagsMaxBytes} bytes` }
    : { value };
}
