/**
 * Names of nodes and clusters.
 *
 * A node is called like an Erlang node, `local@host`: short enough for a log line, and legal as the
 * name of a file, because in the directory registry it is one.
 *
 * @module
 */

/** A legal full name, `local@host`, such as `n1@10.0.0.5`; `parseNodeName` makes one of a text. */
export type NodeName = string & { readonly brand: "NodeName" };

/** Longest full name, in bytes; leaves room for suffixes in a 255-byte file name. */
export const nodeNameMaxBytes = 200;

/** Longest part before the `@`, in characters, each of which is one byte. */
export const localNameMaxLength = 100;

/** Longest cluster name, in bytes. */
export const clusterNameMaxBytes = 64;

const localPart = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;
const hostPart = /^[A-Za-z0-9_:][A-Za-z0-9_.:-]*$/;

/** Why `text` is not a legal part in front of the `@`, or `undefined` if it is one. */
export function localNameFault(text: string): string | undefined {
  if (text === "") return "the part before @ is empty";
  if (!localPart.test(text)) {
    return "the part before @ may hold letters, digits, _ . - and must not begin with . or -";
  }
  return text.length > localNameMaxLength
    ? `the part before @ is longer than ${localNameMaxLength} characters`
    : undefined;
}

/** Why `text` is not a legal full name, or `undefined` if it is one. */
export function nodeNameFault(text: string): string | undefined {
  const at = text.indexOf("@");
  if (at < 0) return "there is no @ in it";
  if (text.length > nodeNameMaxBytes) return `it is longer than ${nodeNameMaxBytes} bytes`;
  const fault = localNameFault(text.slice(0, at));
  if (fault) return fault;
  const host = text.slice(at + 1);
  if (host === "") return "the part after @ is empty";
  return hostPart.test(host) ? undefined : "the part after @ is not a host name or an IP address";
}

/** `text` as a full name, or `undefined` if it is not legal. */
export function parseNodeName(text: string): NodeName | undefined {
  return nodeNameFault(text) === undefined ? (text as NodeName) : undefined;
}

/** The part before the `@`. */
export function localName(name: NodeName): string {
  return name.slice(0, name.indexOf("@"));
}

/** The part after the `@`. */
export function hostName(name: NodeName): string {
  return name.slice(name.indexOf("@") + 1);
}

/** `name` with a number behind the part before the `@`, which is cut if there is no room for it. */
export function withSuffix(name: NodeName, suffix: number): NodeName {
  const end = `-${suffix}`;
  const host = hostName(name);
  const longest = Math.min(localNameMaxLength, nodeNameMaxBytes - host.length - 1);
  return `${localName(name).slice(0, longest - end.length)}${end}@${host}` as NodeName;
}

/** Why `text` is not a legal cluster name, or `undefined` if it is one. */
export function clusterNameFault(text: string): string | undefined {
  if (text.length > clusterNameMaxBytes) return `it is longer than ${clusterNameMaxBytes} bytes`;
  return /^[a-z0-9][a-z0-9_.-]*$/.test(text)
    ? undefined
    : "it may hold a-z, 0-9, _ . - and must begin with a letter or digit";
}
