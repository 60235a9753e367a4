/**
 * The flags of `clusternode members`: which members, in which order, in which form.
 *
 * @module
 */
import { conditionTypes } from "../../options/option_condition.ts";
import { tag } from "../../options/option_identity.ts";
import { choice } from "../../options/option_values.ts";
import type { ValueType } from "../../options/option_values.ts";
import { sortKeys } from "../../report/words/member_order.ts";

/** Words that are names, in full or in front of the `@`, or stand for many: `web-*`. */
const namePattern: ValueType<string> = {
  placeholder: "pattern",
  read: (text) =>
    /^[\w.@:*-]+$/.test(text)
      ? { value: text }
      : { fault: "it must be a name such as n1 or n1@10.0.0.5, or have * in it, such as web-*" },
};

/** All of them but `--from`. */
export const memberFlags = {
  watch: { flag: "--watch", help: "again and again, the worst first, until interrupted" },
  statuses: {
    flag: "--status",
    type: conditionTypes.status,
    isList: true,
    help: "only members of this status; repeatable: of any of them",
  },
  tags: {
    flag: "--tag",
    type: tag,
    isList: true,
    help: "only members with this tag; repeatable: with all of them",
  },
  names: {
    flag: "--name",
    type: namePattern,
    isList: true,
    help: 'only members of this name, such as n1 or "web-*"; repeatable: of any of them',
  },
  sort: {
    flag: "--sort",
    type: choice(...sortKeys),
    defaultText: "name; status with --watch",
    help: "the worst status, the latest change, the longest round trip first",
  },
  output: {
    flag: "--output",
    short: "-o",
    type: choice("wide", "json", "name"),
    defaultText: "a table as wide as the terminal",
    help: "all columns however wide, as JSON, or names alone",
  },
  json: { flag: "--json", help: "the same as -o json" },
  noHeaders: { flag: "--no-headers", help: "rows alone: without header and summary" },
} as const;
