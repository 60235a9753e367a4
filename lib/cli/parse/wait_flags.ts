/**
 * The flags of `clusternode wait`: what a cluster is to be like, and how long that is waited for.
 *
 * @module
 */
import { conditionTypes } from "../../options/option_condition.ts";
import { tag } from "../../options/option_identity.ts";
import { duration } from "../../options/option_values.ts";

const { members, member, status, service, count } = conditionTypes;

/** All of them; each demand that is given must hold, at the same time. */
export const waitFlags = {
  members: {
    flag: "--members",
    type: members,
    help: "so many members are alive, or more",
  },
  member: {
    flag: "--member",
    type: member,
    help: "the member of this name is alive, or what the flags below say",
  },
  status: {
    flag: "--status",
    type: status,
    defaultText: "alive",
    help: "a member of this status is there",
  },
  service: {
    flag: "--service",
    type: service,
    help: "a member carries a service in this state",
  },
  tags: {
    flag: "--tag",
    type: tag,
    isList: true,
    help: "a member has this tag; repeatable: it has all of them",
  },
  count: {
    flag: "--count",
    type: count,
    defaultText: "1",
    help: "so many members are as --status, --service and --tag say, or more",
  },
  agree: {
    flag: "--agree",
    help: "all live members see the same members, with the same status",
  },
  timeoutMs: {
    flag: "--timeout",
    type: duration("100ms", "24h"),
    defaultText: "60s",
    help: "how long to wait",
  },
  json: { flag: "--json", help: "what was found as JSON instead of text" },
  quiet: { flag: "--quiet", short: "-q", help: "write nothing; the exit code tells" },
} as const;
