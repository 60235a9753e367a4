/**
 * How the options of a node that carries a service are read: when the service may start, when it is
 * ready, when it is restarted, which signals it gets, which exit codes are fine.
 *
 * @module
 */
import { isUnspecified, parseAddress } from "../core/base/address.ts";
import type { Address } from "../core/base/address.ts";
import { tag } from "./option_identity.ts";
import type { Reading, ValueType } from "./option_values.ts";

/** Whether a service that has ended is started again; the words and their meaning are Docker's. */
export type RestartPolicy =
  | { readonly kind: "no" }
  /** After each exit that is no success, but at most so many times. */
  | { readonly kind: "on-failure"; readonly restartsMax: number }
  | { readonly kind: "always" };

/** Most restarts that can be asked for by number. */
const restartsMaxMax = 1_000_000;

/** `no`, `on-failure`, `on-failure:5`, `always`. */
export const restartPolicy: ValueType<RestartPolicy> = {
  placeholder: "no|on-failure[:N]|always",
  read(text) {
    const legal = "it must be no, on-failure, on-failure:N or always";
    if (text === "no" || text === "always") return { value: { kind: text } };
    const match = /^on-failure(?::(\d+))?$/.exec(text);
    if (!match) return { fault: legal };
    const restartsMax = match[1] === undefined ? Infinity : Number(match[1]);
    if (match[1] !== undefined && (restartsMax < 1 || restartsMax > restartsMaxMax)) {
      return { fault: `its number of restarts must be from 1 to ${restartsMaxMax}` };
    }
    return { value: { kind: "on-failure", restartsMax } };
  },
};

/** How to find out whether a service is ready. */
export type ReadyCheck =
  /** The port takes a connection. */
  | { readonly kind: "tcp"; readonly address: Address }
  /** A GET is answered with a status from 200 to 399. */
  | {
    readonly kind: "http";
    readonly address: Address;
    /** As it stands in the URL: what the `Host` header says. */
    readonly host: string;
    /** Path and query, from the `/` on. */
    readonly path: string;
  }
  /** The command, program and arguments, ends with exit code 0. */
  | { readonly kind: "exec"; readonly command: readonly string[] };

/** `tcp:8080`, `tcp:10.0.0.5:8080`, `http://127.0.0.1:8080/health`, `exec:pg_isready -q`. */
export const readyCheck: ValueType<ReadyCheck> = {
  placeholder: "tcp:port|http://…|exec:command",
  read(text) {
    if (text.startsWith("tcp:")) return readTcp(text.slice("tcp:".length));
    if (text.startsWith("http://")) return readHttp(text);
    if (text.startsWith("exec:")) return readExec(text.slice("exec:".length));
    return text.startsWith("https://")
      ? {
        fault: "only http:// is checked, not https://; check with exec: and a client of your own",
      }
      : { fault: "it must be tcp:8080, http://127.0.0.1:8080/health or exec:command" };
  },
};

function readTcp(text: string): Reading<ReadyCheck> {
  // A port alone is one of this machine.
  const address = parseAddress(/^\d+$/.test(text) ? `127.0.0.1:${text}` : text, 0);
  return address && isDialable(address)
    ? { value: { kind: "tcp", address } }
    : { fault: "it must be a port, such as tcp:8080, or host and port, such as tcp:[::1]:8080" };
}

function readHttp(text: string): Reading<ReadyCheck> {
  const legal = "it must be a URL with host, port and path, such as http://127.0.0.1:8080/health";
  const match = /^http:\/\/([^/?#@\s]+)(\/[\x21-\x22\x24-\x7e]*)?$/.exec(text);
  const host = match?.[1] ?? "";
  const address = parseAddress(host, 80);
  return match && address && isDialable(address)
    ? { value: { kind: "http", address, host, path: match[2] ?? "/" } }
    : { fault: legal };
}

function readExec(text: string): Reading<ReadyCheck> {
  const command = text.split(/\s+/).filter((word) => word !== "");
  if (command.length === 0) return { fault: "the command is missing, such as exec:pg_isready -q" };
  return /["'\\]/.test(text)
    ? { fault: "quotes have no meaning in exec:, words end at spaces; put the command in a script" }
    : { value: { kind: "exec", command } };
}

function isDialable({ host, port }: Address): boolean {
  return port > 0 && !isUnspecified(host);
}

/** What a cluster must have before a service may start. */
export type StartCondition =
  /** So many live members, this node among them. */
  | { readonly kind: "members"; readonly count: number }
  /** A live member with that tag, this node not among them. */
  | { readonly kind: "tag"; readonly key: string; readonly value: string };

/** `members=3`, `tag:role=db`. */
export const startCondition: ValueType<StartCondition> = {
  placeholder: "members=N|tag:key=value",
  read(text, checks) {
    const count = /^members=([1-9]\d{0,4})$/.exec(text)?.[1];
    if (count !== undefined) return { value: { kind: "members", count: Number(count) } };
    if (!text.startsWith("tag:")) {
      return { fault: "it must be members=3 (a number from 1 to 99999) or tag:role=db" };
    }
    const reading = tag.read(text.slice("tag:".length), checks);
    if ("fault" in reading) return { fault: `behind tag:, ${reading.fault}` };
    const [key, value] = reading.value;
    return { value: { kind: "tag", key, value } };
  },
};

/** Signals that a service gets from its node. */
export const passedSignals = [
  "SIGHUP",
  "SIGQUIT",
  "SIGUSR1",
  "SIGUSR2",
  "SIGWINCH",
  "SIGCONT",
] as const;

/** A signal that can be sent in place of another. */
export type ServiceSignal = (typeof passedSignals)[number] | "SIGTERM" | "SIGINT" | "SIGKILL";

/** The signal that comes, and the one that the service gets instead. */
export type SignalRewrite = readonly [from: ServiceSignal, to: ServiceSignal];

const rewritten: readonly ServiceSignal[] = ["SIGTERM", ...passedSignals];
const rewrites: readonly ServiceSignal[] = [...rewritten, "SIGINT", "SIGKILL"];

/** `TERM=QUIT`, with or without the `SIG` in front. */
export const signalRewrite: ValueType<SignalRewrite> = {
  placeholder: "signal=signal",
  read(text) {
    const [from, to, ...more] = text.split("=").map(signalName);
    if (from === undefined || to === undefined || more.length > 0) {
      return { fault: "it must be two signals, such as TERM=QUIT" };
    }
    const [first, second] = [
      rewritten.find((name) => name === from),
      rewrites.find((name) => name === to),
    ];
    if (first === undefined) return { fault: `its first signal must be ${oneOf(rewritten)}` };
    if (second === undefined) return { fault: `its second signal must be ${oneOf(rewrites)}` };
    return { value: [first, second] };
  },
};

function signalName(text: string): string {
  const name = text.trim().toUpperCase();
  return name.startsWith("SIG") ? name : `SIG${name}`;
}

function oneOf(signals: readonly ServiceSignal[]): string {
  const names = signals.map((name) => name.slice("SIG".length));
  return `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
}

/** An exit code that counts as success, beside 0. */
export const successCode: ValueType<number> = {
  placeholder: "code",
  numeric: true,
  read(text) {
    const code = /^\d{1,3}$/.test(text) ? Number(text) : NaN;
    return code <= 255 ? { value: code } : { fault: "it must be an exit code from 0 to 255" };
  },
};
