/**
 * Asks an etcd cluster over HTTP, whichever of its members answers.
 *
 * Members are asked in turn, beginning with the one that answered last, until one does. Each but the
 * last gets half of the time that is left, so that a silent one does not use up all of it. Nothing is
 * kept for later: when the time is up, the question is dropped. After a fault connections are made
 * anew, so that an outage is over as soon as a member is back.
 *
 * @module
 */
import type { Clock } from "../../clock.ts";
import { answerFault, EtcdFault, transportFault } from "./etcd_faults.ts";
import type { Asked, Member } from "./etcd_faults.ts";
import { jsonObject, textOf } from "./etcd_json.ts";
import type { Json } from "./etcd_json.ts";
import type { EtcdLocation } from "./etcd_url.ts";
import { readLines, readText } from "../common/http_body.ts";
import { HttpPool } from "../common/http_pool.ts";
import { StorageFault } from "../common/storage_fault.ts";

/** Largest answer in bytes, and longest line of a stream in characters. */
const answerMax = 64 * 1024 * 1024;

/** Who waits for an answer. */
export interface Asker {
  /** Aborted once nobody waits any more. */
  readonly signal: AbortSignal;
  /** Set to whom the question waits for. */
  doing: string;
}

/** What a member answered. */
export interface Answer {
  readonly json: Json;
  /** True if another member may have carried out the same before: its answer was lost. */
  readonly isRepeated: boolean;
}

/** How to reach a cluster. */
export interface EtcdClientOptions {
  readonly location: EtcdLocation;
  readonly clock: Clock;
  /** How long a question takes at most, in milliseconds. */
  readonly timeoutMs: number;
}

/** One question to one member. */
interface Question extends Asked {
  readonly endpoint: string;
  readonly path: string;
  readonly body: Json;
  readonly signal: AbortSignal;
}

/** A connection to an etcd cluster, made when needed. */
export class EtcdClient implements Disposable {
  readonly #location: EtcdLocation;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #pool: HttpPool;
  readonly #onRecovery = new Set<() => void>();
  /** Index of the endpoint to begin with. */
  #first = 0;
  /** Proves who we are; empty if etcd does not ask. */
  #token: string | undefined;
  /** How often a connection failed, and how often it had when an answer came last. */
  #failures = 0;
  #failuresBefore = 0;

  constructor({ location, clock, timeoutMs }: EtcdClientOptions) {
    this.#location = location;
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
    this.#pool = new HttpPool(location);
  }

  /**
   * The answer to `body` at `path`, such as `kv/range`.
   *
   * @throws {EtcdFault} if no member gives one
   * @throws the abort reason once nobody waits any more
   */
  async post(path: string, body: Json, asker: Asker): Promise<Answer> {
    const answer = await this.#inTurn(path, body, asker, (question, token) => {
      return this.#ask(question, token);
    });
    this.#recovered();
    return { json: answer.value, isRepeated: answer.isRepeated };
  }

  /**
   * The messages of a watch, from its creation on. It ends or throws when the connection breaks, and
   * also when other connections broke and work again, because a watch alone does not notice.
   *
   * @throws {EtcdFault} if no member watches for us, or none any more
   */
  async *watch(create: Json, signal: AbortSignal): AsyncGenerator<Json> {
    const ending = new AbortController();
    const asker = { signal: AbortSignal.any([signal, ending.signal]), doing: "" };
    const body = { create_request: create };
    const { value: opened } = await this.#inTurn("watch", body, asker, (question, token) => {
      return this.#openWatch(question, token);
    });
    const failures = this.#failures;
    const onRecovery = (): void => {
      if (this.#failures !== failures) ending.abort(new EtcdFault("uncertain", "it was away"));
    };
    this.#onRecovery.add(onRecovery);
    try {
      yield opened.first;
      yield* opened.rest;
    } catch (error) {
      throw signal.aborted ? signal.reason : transportFault(error, opened.question);
    } finally {
      this.#onRecovery.delete(onRecovery);
      await opened.rest.return(undefined).catch(() => {});
    }
  }

  [Symbol.dispose](): void {
    this.#pool[Symbol.dispose]();
  }

  /** Does `work` with one member after the other until it succeeds. */
  async #inTurn<T>(
    path: string,
    body: Json,
    asker: Asker,
    work: (question: Question, token: string) => Promise<T>,
  ): Promise<{ readonly value: T; readonly isRepeated: boolean }> {
    const { endpoints, credentials, certPath } = this.#location;
    const hasCertificate = certPath !== undefined;
    const first = this.#first;
    const faults: EtcdFault[] = [];
    const deadline = this.#clock.now() + this.#timeoutMs;
    for (let turn = 0; turn < endpoints.length; turn++) {
      const index = (first + turn) % endpoints.length;
      const endpoint = endpoints[index] ?? "";
      const proxy = this.#pool.proxyOf(endpoint);
      const member = { ...memberAt(endpoint, credentials?.user), hasCertificate, proxy };
      const { host } = member;
      const before = faults.length === 0 ? "" : ` (${reasonsOf(faults)})`;
      const way = proxy === undefined ? host : `${host} through the proxy ${proxy}`;
      asker.doing = `waiting for ${way}${before}`;
      const isLast = turn + 1 === endpoints.length;
      const limitMs = isLast ? this.#timeoutMs : Math.ceil((deadline - this.#clock.now()) / 2);
      const silence = new AbortController();
      const cancel = this.#clock.after(limitMs, () => {
        silence.abort(new EtcdFault("uncertain", `${way} does not answer`));
      });
      const signal = AbortSignal.any([asker.signal, silence.signal]);
      const question = { ...member, endpoint, path, isChange: path === "kv/txn", body, signal };
      try {
        const value = await this.#withToken(question, work);
        return { value, isRepeated: faults.some(({ kind }) => kind === "uncertain") };
      } catch (error) {
        if (!(error instanceof EtcdFault) || !error.isElsewhere) throw error;
        faults.push(error);
        this.#first = (index + 1) % endpoints.length;
      } finally {
        cancel();
      }
    }
    throw new EtcdFault("uncertain", reasonsOf(faults), faults[0]);
  }

  /** Does `work` with the token that we have, and once more with a new one if that is not valid. */
  async #withToken<T>(
    question: Question,
    work: (question: Question, token: string) => Promise<T>,
  ): Promise<T> {
    const { credentials } = this.#location;
    if (credentials === undefined) return await work(question, "");
    const known = this.#token;
    if (known !== undefined) {
      try {
        return await work(question, known);
      } catch (error) {
        if (!(error instanceof EtcdFault) || error.kind !== "token") throw error;
        // Unless another question has got a new one meanwhile.
        if (this.#token === known) this.#token = undefined;
      }
    }
    this.#token ??= await this.#authenticate(question);
    return await work(question, this.#token);
  }

  async #authenticate(question: Question): Promise<string> {
    const { user = "", password = "" } = this.#location.credentials ?? {};
    const body = { name: user, password };
    try {
      const login = { ...question, path: "auth/authenticate", body };
      return textOf((await this.#ask(login, ""))["token"]);
    } catch (error) {
      const isUnasked = error instanceof EtcdFault && /is not enabled/.test(error.message);
      if (isUnasked) return "";
      throw error;
    }
  }

  async #ask(question: Question, token: string): Promise<Json> {
    const { text, status, client } = await this.#onWire(question, async (client) => {
      const response = await send(client, question, token);
      return { text: await readText(response, answerMax), status: response.status, client };
    });
    if (text === undefined) {
      throw new EtcdFault("final", `${question.host} answers with more than ${answerMax} bytes`);
    }
    const json = parsed(text);
    // A stream of answers, of which there is only one here, has one more level.
    const answer = json["header"] === undefined ? jsonObject(json["result"]) : json;
    if (status === 200 && answer["header"] !== undefined) return answer;
    const fault = answerFault(messageIn(json), status, question);
    // Behind one name there may be other members: what is open leads to this one for ever.
    if (fault.isElsewhere) this.#pool.renew(client);
    throw fault;
  }

  async #openWatch(
    question: Question,
    token: string,
  ): Promise<{ question: Question; first: Json; rest: AsyncGenerator<Json> }> {
    const response = await this.#onWire(question, (client) => send(client, question, token));
    const rest = messagesOf(response, question);
    try {
      const { value: first } = await this.#onWire(question, () => rest.next());
      if (first === undefined) throw answerFault("", response.status, question);
      return { question, first, rest };
    } catch (error) {
      await rest.return(undefined).catch(() => {});
      throw error;
    }
  }

  /** The result of `work`; what it throws as a fault. After a fault all connections are new ones. */
  async #onWire<T>(
    question: Question,
    work: (client: Deno.HttpClient) => Promise<T>,
  ): Promise<T> {
    const { endpoint, signal } = question;
    const client = await this.#pool.client(endpoint, signal);
    try {
      return await work(client);
    } catch (error) {
      if (error instanceof StorageFault && !signal.aborted) throw error;
      this.#failures++;
      this.#pool.renew(client);
      throw signal.aborted ? signal.reason : transportFault(error, question);
    }
  }

  #recovered(): void {
    if (this.#failures === this.#failuresBefore) return;
    this.#failuresBefore = this.#failures;
    for (const tell of [...this.#onRecovery]) tell();
  }
}

async function send(
  client: Deno.HttpClient,
  { endpoint, path, body, signal }: Question,
  token: string,
): Promise<Response> {
  return await fetch(`${endpoint}/v3/${path}`, {
    client,
    method: "POST",
    body: JSON.stringify(body),
    headers: {
      "content-type": "application/json",
      // A member that has lost the others says so instead of waiting for them.
      "grpc-metadata-hasleader": "true",
      ...(token === "" ? {} : { authorization: token }),
    },
    redirect: "manual",
    signal,
  });
}

function memberAt(
  endpoint: string,
  user: string | undefined,
): Pick<Member, "host" | "isSecure" | "user"> {
  const [scheme = "", host = ""] = endpoint.split("//");
  return { host, isSecure: scheme === "https:", user };
}

/** The messages of a watch as they come. */
async function* messagesOf(response: Response, asked: Asked): AsyncGenerator<Json> {
  for await (const line of readLines(response, answerMax)) {
    if (line === "") continue;
    const json = parsed(line);
    const result = jsonObject(json["result"]);
    if (result["canceled"] === true) {
      throw answerFault(textOf(result["cancel_reason"]) || "the watch was ended", 503, asked);
    }
    if (result["header"] === undefined) throw answerFault(messageIn(json), response.status, asked);
    yield result;
  }
}

/** The message in a fault of etcd, which of a stream has one more level. */
function messageIn(json: Json): string {
  const { error, message } = json;
  if (typeof error === "object") return textOf(jsonObject(error)["message"]);
  return textOf(message) || textOf(error);
}

function parsed(text: string): Json {
  try {
    return jsonObject(JSON.parse(text));
  } catch {
    return {};
  }
}

function reasonsOf(faults: readonly EtcdFault[]): string {
  return [...new Set(faults.map(({ message }) => message))].join("; ");
}
