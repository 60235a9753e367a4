/**
 * What can go wrong with a Redis server, in words.
 *
 * The errors of the client are never passed on, not even as a cause: they carry the command that
 * failed, and with it passwords, cookies and rows.
 *
 * @module
 */
import { formatAddress } from "../../core/base/address.ts";
import { brokenReason, networkReason } from "../common/network_faults.ts";
import type { RedisSettings } from "./redis_url.ts";
import { StorageFault } from "../common/storage_fault.ts";

/** A fault of the server, or on the way to it; the message is the end of a sentence. */
export class RedisFault extends StorageFault {
  override name = "RedisFault";
  /** The code that the server's reply began with, if it was one. */
  readonly code: string | undefined;

  constructor(reason: string, code?: string) {
    super(reason);
    this.code = code;
  }

  /** True if another server would do better, which may have the same name by now. */
  get isWrongServer(): boolean {
    return wrongServerCodes.has(this.code ?? "");
  }
}

const wrongServerCodes: ReadonlySet<string> = new Set([
  "CLUSTERDOWN",
  "LOADING",
  "MASTERDOWN",
  "MOVED",
  "NOREPLICAS",
  "READONLY",
  "SENTINEL",
]);

type Words = string | ((settings: RedisSettings, message: string) => string);

/**
 * By the code that a reply begins with. Servers before version 7 put it in the middle if the error
 * comes from within a script.
 */
const replies: Readonly<Record<string, Words>> = {
  WRONGPASS: (settings) =>
    settings.user === ""
      ? "the password is wrong"
      : `the password is wrong for user ${settings.user}, or there is no such user`,
  NOAUTH: "the server asks for a password, and the URL has none",
  NOPERM: (settings, message) => {
    const command = /the '([\w|-]+)' (?:sub)?command/.exec(message)?.[1];
    const right = command === undefined
      ? `use the keys ${settings.prefix}:*`
      : `run the command ${command}`;
    return `user ${settings.user || "default"} may not ${right}`;
  },
  READONLY: "the server is a replica, which can only be read",
  MASTERDOWN: "the server is a replica that has lost its master",
  NOREPLICAS: "the server has lost its replicas and accepts no writes",
  OOM: "the memory of the server is full",
  MISCONF: "the server accepts no writes as it cannot save to its disk",
  NOSCRIPT: "the server does not keep scripts",
  LOADING: "the server is still loading its data",
  BUSY: "the server is busy with a script of somebody else",
  WRONGTYPE: ({ prefix }) =>
    `the key ${prefix}:… holds something else than rows, maybe those of another program or version`,
  MOVED: "the server is one of a Redis Cluster, which needs a proxy in front of it",
  ASK: "the server is one of a Redis Cluster, which needs a proxy in front of it",
  CLUSTERDOWN: "the Redis Cluster is down",
  DENIED: "the server is in protected mode, which lets in nobody from outside",
};

/** Faults that begin with ERR, by a part of their text. */
const otherReplies: readonly (readonly [RegExp, Words])[] = [
  [
    /The user executing the script can't/,
    ({ user }) => `user ${user || "default"} may not run all of hget, hset and hdel`,
  ],
  [/DB index is out of range/, ({ database }) => `the server has no database ${database}`],
  [/SELECT is not allowed/i, "a Redis Cluster has no database but 0"],
  [/max number of clients/, "the server has no room for another connection"],
  [/unknown command [`'"]?(hget|eval|select)/i, ({ host, port }) => {
    const at = formatAddress({ host, port });
    return port === 26379
      ? `what answers at ${at} is a Redis Sentinel: write redis+sentinel://${at}/mymaster`
      : `the server at ${at} does not know the commands of a Redis; ` +
        "if it is a Sentinel, write redis+sentinel://host:26379/mymaster";
  }],
  [/unknown command/i, (_settings, message) => {
    const command = /unknown command [`'"]?(\w+)/i.exec(message)?.[1] ?? "";
    return `the server does not know the command ${command}`.trimEnd();
  }],
];

/** The client's words for a connection that has ended under a command. */
const lost = /^Connection is closed|^Stream isn't writeable|aborted due to connection close/;

/** `error` in words, or `undefined` if it is none of the server's: a bug of ours. */
export function redisFault(error: unknown, settings: RedisSettings): StorageFault | undefined {
  if (error instanceof StorageFault) return error;
  if (!(error instanceof Error)) return undefined;
  const said = (words: Words): string =>
    typeof words === "string" ? words : words(settings, error.message);
  const at = formatAddress(settings);
  if (isLost(error)) return new RedisFault(brokenReason(at));
  // Not by the names of their classes: those are shortened in the built program.
  if ("command" in error) return replyFault(error.message, said, settings);
  if (error.message.startsWith("Protocol error")) {
    return new RedisFault(`what answers at ${at} is not Redis`);
  }
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const hasCertificate = settings.certPath !== undefined;
  const peer = { at, caParameter: "tls_ca", certParameter: "tls_cert", hasCertificate };
  const reason = networkReason(error, peer);
  if (reason !== undefined) return new RedisFault(reason);
  return code === "" ? undefined : new RedisFault(`${brokenReason(at)} with ${code}`);
}

/** The fault of a server that has said nothing yet; one that wants TLS breaks off without a word. */
export function withTlsHint(fault: StorageFault, settings: RedisSettings): StorageFault {
  const isBroken = fault.message === brokenReason(formatAddress(settings));
  if (settings.isTls || !isBroken) return fault;
  return new RedisFault(`${fault.message}; if it wants TLS, write rediss${schemeEnd(settings)}`);
}

/** How the scheme of the URL ends. */
export function schemeEnd({ sentinel }: RedisSettings): string {
  return sentinel === undefined ? "://" : "+sentinel://";
}

/** True for an error that tells only that the connection has ended, and not why. */
export function isLost(error: unknown): boolean {
  return error instanceof Error && lost.test(error.message);
}

function replyFault(
  message: string,
  said: (words: Words) => string,
  { password }: RedisSettings,
): RedisFault {
  const code = Object.keys(replies).find((code) => new RegExp(`(^|[-\\s])${code} `).test(message));
  const words = code === undefined
    ? otherReplies.find(([pattern]) => pattern.test(message))?.[1]
    : replies[code];
  if (words !== undefined) {
    return new RedisFault(said(words), code);
  }
  // Some replies repeat what they were asked.
  const [first = ""] = message.split(/, with args|\r|\n/);
  const shown = password ? first.replaceAll(password, "***") : first;
  return new RedisFault(`the server says: ${shown.slice(0, 200)}`);
}
