/**
 * The options of a node that carries a service, part of the option table.
 *
 * @module
 */
import { listOption, option } from "./option_entry.ts";
import {
  readyCheck,
  restartPolicy,
  signalRewrite,
  startCondition,
  successCode,
} from "./option_service.ts";
import { count, duration, onOff } from "./option_values.ts";

/** Most conditions, signals or exit codes that can be given. */
const valuesMax = 32;

const common = { group: "Service", commands: ["start"] } as const;

/** By their key in the configuration file; all of them have a meaning only with a command. */
export const serviceOptionTable = {
  after: listOption({
    ...common,
    field: "after",
    flag: "--after",
    variable: "CLUSTERNODE_AFTER",
    type: startCondition,
    splitVariable: /,/,
    default: [],
    defaultText: "this node is a member",
    most: valuesMax,
    help: "what the cluster must have before the command is started: so many live members, or " +
      "another one with that tag; repeatable: all must hold",
    trade: "Once started, the command stays, whatever becomes of these members.",
  }),
  ready: option({
    ...common,
    field: "ready",
    flag: "--ready",
    variable: "CLUSTERNODE_READY",
    type: readyCheck,
    default: undefined,
    defaultText: "ready as soon as it runs",
    help: "how to find out whether the service is ready: a port takes a connection, a URL gives " +
      "a status from 200 to 399, or a command ends with 0",
    trade: "A port that is open says less than an answer; a command is a process for each check.",
  }),
  readyInterval: option({
    ...common,
    field: "readyIntervalMs",
    flag: "--ready-interval",
    variable: "CLUSTERNODE_READY_INTERVAL",
    type: duration("100ms", "1h"),
    default: "1s",
    help: "time between two checks; until it is ready for the first time at most 200ms",
    trade: "Shorter tells sooner of a service that hangs; longer costs it less.",
  }),
  readyTimeout: option({
    ...common,
    field: "readyTimeoutMs",
    flag: "--ready-timeout",
    variable: "CLUSTERNODE_READY_TIMEOUT",
    type: duration("10ms", "10m"),
    default: "1s",
    help: "a check that takes longer has failed",
    trade: "Shorter tells sooner of a service that hangs, and may accuse one that is only slow.",
  }),
  port: option({
    ...common,
    field: "servicePort",
    flag: "--port",
    // Kubernetes gives a pod CLUSTERNODE_PORT if there is a service called clusternode.
    variable: "CLUSTERNODE_COMMAND_PORT",
    type: { ...count(1, 65535), placeholder: "port" },
    default: undefined,
    defaultText: "not told",
    help: "where clients find the service, at the addresses of this node; told to everybody",
    trade: "Nothing listens there by itself: the command must know its port, too.",
  }),
  restart: option({
    ...common,
    field: "restart",
    flag: "--restart",
    variable: "CLUSTERNODE_RESTART",
    type: restartPolicy,
    default: "no",
    help: "whether a command that has ended is started again, after 100 ms, twice that, … 1 minute",
    trade: "With no the node leaves and ends as well, with the exit code of the command.",
  }),
  successCodes: listOption({
    ...common,
    field: "successCodes",
    flag: "--success-codes",
    variable: "CLUSTERNODE_SUCCESS_CODES",
    type: successCode,
    splitFlag: /[\s,]+/,
    splitVariable: /[\s,]+/,
    default: [],
    defaultText: "0 alone",
    most: valuesMax,
    help: "exit codes of the command that count as success, beside 0; separated by commas",
    trade: "The node ends with 0 for them, and on-failure does not restart.",
  }),
  rewriteSignal: listOption({
    ...common,
    field: "rewrites",
    flag: "--rewrite-signal",
    variable: "CLUSTERNODE_REWRITE_SIGNAL",
    type: signalRewrite,
    splitVariable: /,/,
    default: [],
    defaultText: "none",
    most: valuesMax,
    help: "a signal that the command gets instead of another, such as TERM=QUIT; repeatable",
    trade: "For services that end gracefully by another signal than SIGTERM.",
  }),
  drain: option({
    ...common,
    field: "drainMs",
    flag: "--drain",
    variable: "CLUSTERNODE_DRAIN",
    type: duration("0", "1h"),
    default: "0s",
    help: "from the end that was asked for, told to everybody as draining, until SIGTERM",
    trade: "Longer lets clients turn to other nodes; it must stay, together with the next one, " +
      "below the time after which a stop becomes a kill (10s in Docker).",
  }),
  stopTimeout: option({
    ...common,
    field: "stopTimeoutMs",
    flag: "--stop-timeout",
    variable: "CLUSTERNODE_STOP_TIMEOUT",
    type: duration("0", "1h"),
    default: "8s",
    help: "from SIGTERM until the command and all that it has started get SIGKILL",
    trade: "Longer lets it finish what it does.",
  }),
  subreaper: option({
    ...common,
    field: "subreaper",
    flag: "--subreaper",
    variable: "CLUSTERNODE_SUBREAPER",
    type: onOff,
    default: "off",
    help: "take the orphans among the descendants of the command, as PID 1 always does; Linux",
    trade: "No zombie is left where PID 1 takes none.",
  }),
};
