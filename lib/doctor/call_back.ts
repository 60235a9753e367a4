/**
 * Do others reach the nodes of this machine? They are asked to try: it is the question with which
 * members help each other before they accuse anybody, and it is answered for members alone. So it
 * can be asked only where a node of this machine is running.
 *
 * @module
 */
import { decodeAnswer, encodeMessage } from "../protocol/message.ts";
import type { Profile } from "../core/base/profile.ts";
import type { Row } from "../core/members/row.ts";
import type { Transport } from "../transport/transport.ts";
import { fault, fine } from "./finding.ts";
import type { Finding } from "./finding.ts";
import { probeTimeouts } from "./patient.ts";

/** Nodes of this machine that are called back, and nodes that are asked to. */
const [subjectsMax, helpersMax] = [3, 3];

/** What a node said when it was asked to call back. */
export interface CallBack {
  readonly subject: Row;
  readonly helper: Row;
  readonly reached: boolean | undefined;
}

/**
 * Asks some of `others` to call the nodes `here`.
 *
 * @param here living nodes of this machine
 * @param others living nodes; those of other machines come first
 */
export async function askForCallBack(
  transport: Transport,
  here: readonly Row[],
  others: readonly Row[],
  profile: Profile,
): Promise<CallBack[]> {
  const pairs = here.slice(0, subjectsMax).flatMap((subject) =>
    others.filter((row) => row !== subject).slice(0, helpersMax).map((helper) => ({
      subject,
      helper,
    }))
  );
  return await Promise.all(pairs.map(async ({ subject, helper }) => {
    const { connectTimeoutMs, answerTimeoutMs } = probeTimeouts(profile);
    const { name, instance, addresses } = subject;
    const outcome = await transport.ask(
      { name: helper.name, instance: helper.instance, addresses: helper.addresses },
      encodeMessage({ kind: "probe", subject: { name, instance, addresses } }),
      // It has to connect and to ping itself before it can answer.
      { connectTimeoutMs, answerTimeoutMs: connectTimeoutMs + 2 * answerTimeoutMs },
    );
    const answer = outcome.kind === "answer" ? decodeAnswer(outcome.body) : undefined;
    return { subject, helper, reached: answer?.kind === "probe" ? answer.reached : undefined };
  }));
}

/** What to think of the answers. */
export function judgeCallBacks(calls: readonly CallBack[]): Finding[] {
  const subjects = [...new Set(calls.map(({ subject }) => subject))];
  return subjects.flatMap((subject) => {
    const told = calls.filter((call) => call.subject === subject && call.reached !== undefined);
    const names = (reached: boolean): string =>
      told.filter((call) => call.reached === reached).map(({ helper }) => helper.name).join(", ");
    const findings: Finding[] = [];
    if (names(true) !== "") {
      findings.push(
        fine("call-back", `${subject.name} of this machine is reached by ${names(true)}`),
      );
    }
    if (names(false) !== "") {
      findings.push(fault(
        "call-back",
        `${subject.name} of this machine is not reached by ${names(false)}`,
        "Open its port in the firewalls between (choose one with --listen), or say with " +
          "--advertise how it is reached; clusternode matrix shows all links",
      ));
    }
    return findings;
  });
}
