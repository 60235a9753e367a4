/**
 * What is told, one after the other, to those who follow a cluster over HTTP.
 *
 * @module
 */
import * as v from "valibot";
import { fields, report } from "./fields.ts";
import { memberEntries } from "./member_report.ts";

/** Shape of one member that is new, or not as it was. */
export const oneMemberSchema = report(
  "member.v1",
  "over HTTP, in a stream: a member that is new, or not as it was",
  memberEntries,
);

/** Shape of the name of a member that is there no longer. */
export const goneSchema = report("gone.v1", "over HTTP, in a stream: a member that is gone", {
  name: fields.name,
});

/** Shape of what is told where events are missing. */
export const gapSchema = report("gap.v1", "over HTTP, in a stream: events are missing here", {
  message: fields.message,
  missingCount: v.optional(fields.missingCount),
});
