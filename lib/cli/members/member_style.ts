/**
 * How bad a member is, for the eye.
 *
 * @module
 */
import type { MemberView } from "../../core/members/member.ts";
import { isLost, isWell } from "../../report/words/member_order.ts";
import { signOfStyle } from "../terminal/paint.ts";
import type { Style } from "../terminal/paint.ts";

/** The members that are looked at to judge one. */
type Judged = Pick<MemberView, "status" | "linkWorks">;

/** In which colour it is shown. */
export function styleOf(view: Judged): Style | undefined {
  if (isWell(view)) return undefined;
  return isLost(view) ? "bad" : "doubtful";
}

/** The sign in front of it: what the colour says, without colours. */
export function signOf(view: Judged): string {
  return signOfStyle(styleOf(view));
}
