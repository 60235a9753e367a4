/**
 * Every key of every JSON value that this program writes, with its one type and its one meaning.
 *
 * Shapes are put together from these, so that what a key means in a line of the log it means in the
 * answer of a command. That is what lets a program, or an index such as Elasticsearch, take all of
 * them in without a conflict of types. For the same reason there are no names of nodes, and no words
 * of users, among the keys: lists of objects have a `name`, and a tag is the text `key=value`.
 *
 * @module
 */
import * as v from "valibot";
import { changeKinds } from "../core/members/change.ts";
import { memberKinds, memberStatuses } from "../core/members/member.ts";
import { pingFailures } from "../core/base/ping_failure.ts";
import { heartbeatStates } from "../core/detector/registry_heartbeats.ts";
import { historyKinds } from "../core/explain/history.ts";
import { linkFindingKinds } from "../core/explain/link_matrix.ts";
import { serviceStates } from "../core/members/service.ts";
import { logEvents, logLevels } from "./log_events.ts";

function text(meaning: string) {
  return v.pipe(v.string(), v.description(meaning));
}

function texts(meaning: string) {
  return v.pipe(v.array(v.string()), v.description(meaning));
}

function oneOf<const Words extends readonly string[]>(words: Words, meaning: string) {
  return v.pipe(v.picklist(words), v.description(meaning));
}

function flag(meaning: string) {
  return v.pipe(v.boolean(), v.description(meaning));
}

function whole(meaning: string) {
  return v.pipe(v.number(), v.integer(), v.description(meaning));
}

function decimal(meaning: string) {
  return v.pipe(v.number(), v.finite(), v.description(meaning));
}

function moment(meaning: string) {
  return v.pipe(
    v.string(),
    v.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    v.description(meaning),
  );
}

/** The keys whose values are no lists of objects. Durations end in `Ms`, round trips in `Us`. */
export const fields = {
  // Who and when.
  name: text("full name of the member that is spoken of"),
  names: texts("full names of nodes"),
  asked: text("full name of the node that gave the answer"),
  lost: text("full name of the node that was asked before, and no longer answers"),
  observer: text("full name of the node that saw it, or wrote the line"),
  seenBy: texts("full names of the nodes that saw it by then, the first one first"),
  cluster: text("name of the cluster"),
  time: moment("when it happened, or the answer came"),
  startedAt: moment("when the member started, by its own clock; missing if that is not known"),
  since: moment("from when on it is complete"),
  agoMs: whole("how long before the answer it happened"),
  sequence: whole("running number of a ping, or of an event among those of its observer"),

  // What happened, and what is so.
  event: oneOf([...new Set([...changeKinds, ...logEvents, ...historyKinds])], "what happened"),
  status: oneOf(memberStatuses, "the verdict on the member"),
  reason: text("why, as a sentence"),
  message: text("the sentence that people read"),
  advice: text("what to do about it, as a sentence"),
  level: oneOf(logLevels, "how grave it is"),
  result: oneOf(["pong", ...pingFailures, "closed", "unknown"], "how the last ping ended"),
  healthy: flag("all is as it should be"),

  // A member.
  memberKind: oneOf(memberKinds, "a node of this program, or one of Elixir or Erlang"),
  instance: text("identity of one run of the member, in hexadecimal digits"),
  incarnation: whole("how often the member has refuted what was said of it"),
  alive: flag("as in the status line"),
  self: flag("the member is the node that was asked"),
  linkWorks: flag("false if the node that was asked cannot reach a member that may be alive"),
  address: text("host and port, an IPv6 host in brackets"),
  addresses: texts("where the member answers, hosts and ports; the one that worked first"),
  forMs: whole("how long the member has been as it is"),
  roundTripUs: whole("the last round trip"),
  flapping: flag("the member failed three times or more within five minutes"),
  tags: texts("what the member tells of itself, each as `key=value`"),
  software: text("program and version that the member runs"),
  serviceState: oneOf(serviceStates, "what the member calls its service now"),
  serviceReason: text("why the service is in its state, as a clause"),
  servicePort: whole("where clients find the service, at the addresses of the member"),
  memberCount: whole("how many members there are, also those that are not listed"),
  aliveCount: whole("how many of them are alive or only suspected"),

  // A node, in its log.
  pid: whole("number of its process"),
  registry: text("URL of the registry, without passwords"),
  registries: texts("registries of the node, without secrets"),
  phase: oneOf(["starting", "joined", "leaving"], "how far the node is"),
  uptimeMs: whole("how long the node has been running"),
  simulated: flag("the cluster exists in a simulation alone"),
  url: text("where the node shows its cluster: a page and an API"),
  listening: text("host and port on which it listens"),
  cookie: oneOf(["given", "registry"], "where the cookie comes from"),
  logFile: text("path of the file of the log"),
  ranMs: whole("how long it ran"),
  registryKey: text("what in the registry is no row"),
  where: text("what a fault of this program has ended"),
  occurrenceCount: whole("how often that has happened"),
  stack: texts("places in the program, the innermost first"),

  missingCount: whole("how many events are lost; missing if that is not known"),

  // Links.
  from: text("full name of the node that pings"),
  to: text("full name of the node that is pinged"),
  peer: text("full name of the only node that the member reaches"),
  answered: flag("the node has told of its links"),
  finding: oneOf(linkFindingKinds, "what is wrong with links"),
  reachedBy: texts("full names of those whose last ping was answered"),
  missedBy: texts("full names of those whose last ping failed"),

  // Why a member is seen as it is.
  votesNeededCount: whole("how many votes against it make the member fail"),
  watched: flag("the node that was asked pings the member each interval"),
  timeoutMs: whole("how long the next pong may take"),
  heartbeat: oneOf(heartbeatStates, "what the heartbeat of the member in the registry does"),
  heartbeatAgeMs: whole("how long the heartbeat has not moved"),
  registryWorks: flag("false if pings alone decide"),
  localHealth: whole("how the node that was asked trusts itself: 0 healthy to 7 sick"),
  isolated: flag("the node that was asked may be cut off from most of the cluster"),
  failureCount: whole("how often the member failed within five minutes"),
  wouldChange: texts("what would change the verdict, as sentences"),

  // What commands did.
  sentCount: whole("how many pings were sent"),
  answeredCount: whole("how many of them were answered"),
  lossPercent: decimal("how many of a hundred were lost"),
  minUs: whole("the shortest round trip"),
  meanUs: whole("the mean of the round trips"),
  p50Us: whole("half of the round trips took no longer"),
  p90Us: whole("nine of ten round trips took no longer"),
  p99Us: whole("99 of 100 round trips took no longer"),
  maxUs: whole("the longest round trip"),
  tookMs: whole("how long the command took"),
  reached: flag("the condition holds"),
  missing: texts("what is missing, a sentence for each demand"),
  check: text("what was looked at"),
  severity: oneOf(
    ["fault", "warning", "ok"],
    "fault: keeps a node from working; warning: worth a look",
  ),
  dryRun: flag("only said what would be done"),
  forgotten: flag("the member is, or would be, taken out of the cluster"),
  version: text("version of this program"),
  commit: text("commit that was built, or `source`"),
  deno: text("version of the Deno that runs it"),

  // Simulations and replays; virtual time counts from the moment at which things begin to happen.
  seed: whole("random seed, of several runs that of the first"),
  runCount: whole("how many runs"),
  nodeCount: whole("how many nodes"),
  profile: text("how long a node waits for what: `local`, `lan`, `wan`"),
  intervalMs: whole("the pulse"),
  fullMesh: flag("every node watches every other one"),
  lossShare: decimal("share of the packets that is lost, 0 to 1"),
  latencyMs: decimal("delay of a message one way, plus up to as much again by chance"),
  ghostCount: whole("rows of nodes that died long ago"),
  killCount: whole("processes that end without a word"),
  freezeCount: whole("processes that stop and answer nobody"),
  unplugCount: whole("hosts that are gone from the network"),
  leaveCount: whole("nodes that leave as they should"),
  oneWayCount: whole("links that carry nothing in one direction"),
  pauseMs: whole("for so long every node is held up once"),
  partitionMs: whole("for so long a third of the nodes is cut off"),
  registryFault: text("what the registry does wrong"),
  clockJumps: flag("wall clocks jump"),
  durationMs: whole("how long the cluster is watched"),
  measured: oneOf(
    ["together", "known-by-first", "known-by-all", "healed"],
    "until all are together; the first, or all of the others know; all that are left agree",
  ),
  fault: text("what befell nodes"),
  measuredCount: whole("how often that came"),
  neverCount: whole("how often it never came"),
  p50Ms: whole("half of them took no longer"),
  p99Ms: whole("99 of 100 took no longer"),
  maxMs: whole("the longest of them"),
  falseVerdictCount: whole("verdicts that were not true"),
  atMs: whole("when, in virtual time"),
  lastMs: whole("when the last node told it, in virtual time"),
  observerCount: whole("how many nodes told it; 0 for what was done to them"),
  pingsPerSecond: decimal("pings that each node sends"),
  bytesPerSecond: decimal("bytes that each node sends"),
  registryWritesPerSecond: decimal("rows that all nodes write together"),
  registryListingsPerSecond: decimal("listings of the registry by all nodes together"),
  stepCount: whole("what happened in the simulation, or was recorded"),
  virtualMs: whole("virtual time that passed"),
  pace: decimal("how fast virtual time is to pass; 1 is as fast as real time"),
  actualPace: decimal("how fast it passes, which is less if there is too much to do"),
  paused: flag("virtual time stands still"),
  processState: oneOf(["running", "frozen", "dead"], "what really is so with the process"),
  plugged: flag("the host of the node is in the network"),
  cutOff: texts("full names of nodes that are cut off from all others"),
  same: flag("the same was decided again"),
  line: whole("line of the recording; the first is 1"),
  cutOffLine: whole("last line of the recording, if only its beginning is there"),
  input: text("what the node was told, as JSON"),
  effects: text("what is decided now, as JSON"),
  digest: text("fingerprint of what is decided now"),
  expectedDigest: text("fingerprint of what was decided then"),
} as const;

/** A list of objects: `entries` are the keys of each. */
// deno-lint-ignore explicit-module-boundary-types -- inferred, as all shapes are
export function list<const Entries extends v.ObjectEntries>(meaning: string, entries: Entries) {
  return v.pipe(v.array(v.strictObject(entries)), v.description(meaning));
}

/** An object: `entries` are its keys. */
// deno-lint-ignore explicit-module-boundary-types -- inferred, as all shapes are
export function object<const Entries extends v.ObjectEntries>(meaning: string, entries: Entries) {
  return v.pipe(v.strictObject(entries), v.description(meaning));
}

/** A whole value, which says first which one it is. */
// deno-lint-ignore explicit-module-boundary-types -- inferred, as all shapes are
export function report<const Kind extends string, const Entries extends v.ObjectEntries>(
  kind: `${Kind}.v1`,
  meaning: string,
  entries: Entries,
) {
  return v.pipe(v.strictObject({ schema: v.literal(kind), ...entries }), v.description(meaning));
}
