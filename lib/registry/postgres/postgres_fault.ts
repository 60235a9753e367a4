/**
 * What goes wrong with a PostgreSQL server, in words.
 *
 * What the driver throws is dropped altogether: it carries the parameters of the statement and, in
 * "detail" and "where", rows with their secrets.
 *
 * @module
 */
import { brokenReason, networkReason } from "../common/network_faults.ts";
import { StorageFault } from "../common/storage_fault.ts";

/** What the sentences speak about. */
export interface FaultScene {
  /** Host and port. */
  readonly at: string;
  readonly user: string;
  readonly database: string;
  readonly hasPassword: boolean;
  /** True if the server is shown a certificate of ours. */
  readonly hasCertificate: boolean;
  /** The table with its schema, as one writes it. */
  readonly table: string;
}

/** A fault of the storage; the message is the end of a sentence and holds no secret. */
export class PostgresFault extends StorageFault {
  override name = "PostgresFault";
  /** Of the server (an SQLSTATE), of the system, or of the driver; may be empty. */
  readonly code: string;
  readonly kind: PostgresFaultKind;
  /** True if nothing was carried out: doing the same elsewhere can do no harm. */
  readonly isUnserved: boolean;

  constructor(sentence: string, code: string, kind: PostgresFaultKind, isUnserved: boolean) {
    super(sentence);
    this.code = code;
    this.kind = kind;
    this.isUnserved = isUnserved;
  }
}

/** What a fault says about the connection. */
export type PostgresFaultKind =
  /** The server has refused a statement, and the connection is as good as before. */
  | "statement"
  /** The server lets nobody in, or not this user: there was no connection. */
  | "login"
  /** The server says itself that another one would do better. */
  | "wrong-server"
  /** The connection has ended, or there was none. */
  | "connection";

/** Codes of the server that tell that the table is not there. */
export const missingTableCodes: readonly string[] = ["42P01", "3F000"];

/** Codes of the server that ask for doing the same again: somebody else was faster. */
export const retryCodes: readonly string[] = ["40001", "40P01"];

/**
 * Codes of a server that cannot serve, and will not by waiting on this connection: it may only be
 * read, it stops or starts, or something in it is broken. By now its name may lead to another one.
 */
const wrongServer = /^(25006|57P0[1-5]|08|58|F0|XX)/;

/** Codes by which a server tells at login what no other setting would change. */
const certainAtLogin = /^(28|3D|53|57|42501)/;

/**
 * The fault that `error`, thrown by the driver or a socket, stands for; a bug of ours stays one.
 *
 * @param isLoggedIn true if the connection has answered anything before
 */
export function postgresFault(error: unknown, scene: FaultScene, isLoggedIn: boolean): unknown {
  if (!(error instanceof Error) || error instanceof StorageFault) return error;
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  if (code === "" && error instanceof TypeError) return error;
  const ofServer = "severity" in error || "severity_local" in error;
  if (!ofServer) {
    const sentence = clientSentence(error, code, scene);
    return new PostgresFault(sentence, code, "connection", !isLoggedIn);
  }
  const message = oneLine(error.message);
  const isError = "severity" in error && error.severity === "ERROR";
  if (!isLoggedIn && !isError) {
    const sentence = loginSentence(code, message, scene);
    return new PostgresFault(sentence, code, "login", true);
  }
  const kind = wrongServer.test(code) ? "wrong-server" : isError ? "statement" : "connection";
  return new PostgresFault(serverSentence(code, message, scene), code, kind, code === "25006");
}

/** The fault of a server that was asked whether it takes writes, and does not. */
export function readOnlyFault(scene: FaultScene): PostgresFault {
  const sentence = serverSentence("25006", "", scene);
  return new PostgresFault(sentence, "25006", "wrong-server", true);
}

/**
 * True if a server, or a pooler in front of it, may have refused a setting with which a connection
 * begins: each has words and codes of its own for that.
 */
export function mayBeRefusedSetting(error: unknown): boolean {
  return error instanceof PostgresFault && error.kind === "login" &&
    !certainAtLogin.test(error.code);
}

function oneLine(text: string): string {
  const line = text.replace(/\p{C}+/gu, " ").trim();
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}

function clientSentence(error: Error, code: string, { at, hasCertificate }: FaultScene): string {
  switch (code) {
    case "SASL_SIGNATURE_MISMATCH":
      return `the server at ${at} cannot prove that it knows the password`;
    case "NO_TLS":
      return `the server at ${at} does not encrypt; without sslmode in the URL it need not`;
    case "NO_POSTGRES":
      return `what listens at ${at} is no PostgreSQL server`;
    case "ENOENT":
      return `there is no socket ${at}`;
  }
  const names = { caParameter: "sslrootcert", certParameter: "sslcert" };
  return networkReason(error, { at, ...names, hasCertificate }) ?? brokenReason(at);
}

/** Before a login nobody has seen a table, so nothing is wrong with one. */
function loginSentence(code: string, message: string, scene: FaultScene): string {
  return certainAtLogin.test(code)
    ? serverSentence(code, message, scene)
    : `the server at ${scene.at} refuses the login with code ${code || "none"}: ${message}`;
}

function serverSentence(code: string, message: string, scene: FaultScene): string {
  const { at, user, database, hasPassword, table } = scene;
  switch (code) {
    case "28P01":
      return hasPassword
        ? `the password is wrong for user "${user}"`
        : `user "${user}" needs a password, in the URL or in PGPASSWORD`;
    case "28000":
      return notLetIn(user, message);
    case "3D000":
      return `there is no database "${database}" at ${at}`;
    case "42501":
      return `user "${user}" lacks a right: ${message}`;
    case "25006":
      return `user "${user}" may only read at ${at}: it is a standby or set to be read-only`;
    case "53100":
      return `the disk of the server at ${at} is full`;
    case "53300":
      return `the server at ${at} has no connection left: ${message}`;
    case "57014":
      return `the server at ${at} took too long and gave up`;
    case "57P01":
    case "57P02":
    case "57P03":
    case "57P04":
    case "57P05":
      return `the server at ${at} is starting or stopping`;
    case "22021":
      return "the text holds characters that PostgreSQL cannot keep";
    case "22P05":
      return `the text holds characters that database "${database}" cannot keep; let it be UTF8`;
    case "42P01":
    case "3F000":
      return `there is no table ${table}`;
  }
  const shown = mayShow(code) ? `: ${message}` : "";
  return isLayout(code)
    ? `the table ${table} has another layout than this program knows${shown}`
    : `the server at ${at} refused with code ${code}${shown}`;
}

function notLetIn(user: string, message: string): string {
  const hint = /no encryption/.test(message)
    ? "; sslmode=require in the URL encrypts"
    : /client certificate/.test(message)
    ? "; sslcert and sslkey in the URL name the files of one"
    : user === ""
    ? "; the URL names no user, PGUSER is not set, and the user of this process has no name"
    : "";
  return `user "${user}" is not let in: ${message}${hint}`;
}

/** Columns, keys or types are not what this program's statements are made for. */
function isLayout(code: string): boolean {
  return code.startsWith("42") || code.startsWith("22") || code.startsWith("23") ||
    code === "55000" || code === "0A000";
}

/** True where messages tell of names and settings; others may quote values, thus secrets. */
function mayShow(code: string): boolean {
  return /^(08|0A|25|40|42|53|54|55|57|58)/.test(code);
}
