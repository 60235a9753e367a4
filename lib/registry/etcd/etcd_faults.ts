/**
 * What goes wrong with an etcd, in words for people, and what to do about it.
 *
 * The words come from the messages of etcd and of the HTTP client, because neither gives more exact
 * codes. They never hold a secret: passwords and tokens travel in bodies and headers only.
 *
 * @module
 */
import { proxyAnswerReason } from "../common/http_proxy.ts";
import { brokenReason, networkReason, saidBy } from "../common/network_faults.ts";
import { StorageFault } from "../common/storage_fault.ts";

/** What can be done about a fault. */
export type EtcdFaultKind =
  /** Nothing was carried out; another endpoint may do it. */
  | "unserved"
  /** It may have been carried out, or may still be; another endpoint may know. */
  | "uncertain"
  /** The token is not valid any more: a new one is needed. */
  | "token"
  /** The lease is not there any more: a new one is needed. */
  | "lease"
  /** The asked revision is not there: what is there now has to be asked for. */
  | "revision"
  /** A person has to do something. */
  | "final";

/** A fault of etcd or of the way to it; the message is the end of a sentence, without any secret. */
export class EtcdFault extends StorageFault {
  override name = "EtcdFault";
  readonly kind: EtcdFaultKind;

  constructor(kind: EtcdFaultKind, message: string, cause?: unknown) {
    super(message, { cause });
    this.kind = kind;
  }

  /** True if another endpoint may do better. */
  get isElsewhere(): boolean {
    return this.kind === "unserved" || this.kind === "uncertain";
  }
}

/** A member of the cluster, as we reach it. */
export interface Member {
  /** Host and port. */
  readonly host: string;
  /** True if with TLS. */
  readonly isSecure: boolean;
  /** True if it is shown a certificate of ours. */
  readonly hasCertificate: boolean;
  /** Host and port of the HTTP proxy on the way, if there is one. */
  readonly proxy: string | undefined;
  /** Who we are to it, if it is told. */
  readonly user: string | undefined;
}

/** What was asked of whom. */
export interface Asked extends Member {
  /** True if something was to be changed. */
  readonly isChange: boolean;
}

/** Longest piece of a foreign message that is shown, in characters. */
const shownMaxLength = 200;

type Words = (asked: Asked) => string;

/** What etcd says, what it is, and what to tell. */
const answers: readonly (readonly [said: RegExp, EtcdFaultKind, Words])[] = [
  [
    /invalid auth token|revision (in header|of auth store) is old/,
    "token",
    () => "the login has become invalid",
  ],
  [/lease not found/, "lease", () => "the lease of its rows was lost"],
  [/has been compacted|is a future revision/, "revision", () => "it changed while it was read"],
  [
    /invalid user ID or password/,
    "final",
    ({ user }) => `the password is wrong for user "${user}", or there is no such user`,
  ],
  [/user name is empty/, "token", () => "it wants a user and a password, user:password@host"],
  [
    /permission denied/,
    "final",
    ({ user, isChange }) =>
      `user "${user}" has no permission to ${isChange ? "change" : "read"} these keys`,
  ],
  [
    /database space exceeded/,
    "final",
    () => "its database is full (alarm NOSPACE); compact it, defragment it, disarm the alarm",
  ],
  [/no leader/, "unserved", ({ host }) => `${host} sees no leader, most members are away`],
  [/too many requests/, "unserved", ({ host }) => `${host} has too much to do`],
  [/timed out|leader changed/, "uncertain", ({ host }) => `${host} cannot reach most members`],
];

/** The fault that etcd tells with `message`; of another program's answer `message` is empty. */
export function answerFault(message: string, status: number, asked: Asked): EtcdFault {
  for (const [said, kind, words] of answers) {
    if (said.test(message)) return new EtcdFault(kind, words(asked));
  }
  const { host, proxy } = asked;
  if (message === "" && proxy !== undefined) {
    return new EtcdFault("uncertain", proxyAnswerReason(proxy, host, status));
  }
  if (message === "" && status < 500) {
    const reason = `${host} is no etcd of version 3.4 or later with a JSON gateway`;
    return new EtcdFault("unserved", `${reason}: HTTP ${status}`);
  }
  if (message === "") return new EtcdFault("uncertain", `${host} fails with HTTP ${status}`);
  // Members that start, stop or change say so in many ways, all of them with this status.
  const kind = status === 503 ? "uncertain" : "final";
  return new EtcdFault(kind, `${host} says "${message.slice(0, shownMaxLength)}"`);
}

/** What is special about etcd when a connection fails. */
const failures: readonly (readonly [said: RegExp, words: Words])[] = [
  [
    /InvalidContentType|handshake eof/i,
    ({ host }) => `${host} does not speak TLS; without it, write etcd://`,
  ],
  [/invalid HTTP|InvalidHttp/i, ({ host }) => `${host} does not speak HTTP, so it is no etcd`],
  [
    /closed before message completed|reset by peer|broken pipe|os error (104|54|10054)/i,
    ({ host, isSecure }) => {
      const hint = isSecure ? "is without TLS, write etcd://" : "wants TLS, write etcds://";
      return `${host} breaks the connection off; if it ${hint}`;
    },
  ],
];

/** The fault behind whatever the HTTP client has thrown. */
export function transportFault(error: unknown, asked: Asked): StorageFault {
  if (error instanceof StorageFault) return error;
  const { host, proxy } = asked;
  const said = saidBy(error);
  const kind = said.includes("error (Connect)") ? "unserved" : "uncertain";
  const words = proxy === undefined
    ? failures.find(([pattern]) => pattern.test(said))?.[1]
    : undefined;
  const detail = /client error \(\w+\): (.*)/.exec(said)?.[1]?.slice(0, shownMaxLength);
  const way = proxy === undefined ? host : `the proxy ${proxy}`;
  const other = `${brokenReason(way)}${detail === undefined ? "" : `: ${detail}`}`;
  const { hasCertificate } = asked;
  const peer = {
    at: host,
    caParameter: "tls_ca",
    certParameter: "tls_cert",
    hasCertificate,
    proxy,
  };
  return new EtcdFault(kind, words?.(asked) ?? networkReason(error, peer) ?? other, error);
}
