/**
 * Which members are meant by what somebody writes.
 *
 * @module
 */
import type { MemberReport } from "../../../report/member_report.ts";

/**
 * True if every word of `query` is somewhere in what is known of the member: in its name, status, tags,
 * addresses, service or software. A word `key=value` stands for the whole tag.
 */
export function matches(member: MemberReport, query: string): boolean {
  const words = query.toLowerCase().split(/\s+/).filter((word) => word !== "");
  if (words.length === 0) return true;
  const { name, status, memberKind, addresses, serviceState = "", software } = member;
  const tags = member.tags.map((tag) => tag.toLowerCase());
  const text = [name, status, memberKind, ...addresses, serviceState, software, ...tags]
    .join("\n").toLowerCase();
  return words.every((word) => /.=./.test(word) ? tags.includes(word) : text.includes(word));
}
