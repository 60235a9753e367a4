/**
 * Stories: what is done to a simulated cluster, and what its nodes say to that, to be read.
 *
 * A story is a text. `# ` begins prose, the first line of it is the title. `> ` begins a command, and
 * the indented lines below it are what comes of it; none means that nobody says anything. Playing a
 * story gives the same text with the present answers, so comparing is testing, and writing it back is
 * an update. (The form is that of the data-driven tests of etcd-io/raft.)
 *
 *     > freeze n3
 *     > run 6s
 *       +2.9s  n1, n2 | n3 is down: …
 *
 * `start` starts nodes, `cluster` those that have met some time ago. Only `run` takes time, and times
 * count from the last command that did something. What several nodes say alike is one line: with the
 * words of the first, and the times of the first and the last. `log of n1` shows what one node wrote
 * since then, line by line; `why` is the first line of `explain`. The other commands are in
 * `stage.ts`.
 *
 * @module
 */
import { Stage } from "./stage.ts";

/** Plays a story; its text with what the nodes say now. */
export function playStory(text: string): string {
  const stage = new Stage();
  return text.split("\n").flatMap((line, index) => {
    if (line.startsWith("  ")) return [];
    if (line === "" || line.startsWith("#")) return [line];
    try {
      if (!line.startsWith("> ")) throw new SyntaxError("neither prose, command nor answer");
      return [line, ...stage.play(line.slice(2).split(" ")).map((answer) => `  ${answer}`)];
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`Cannot play line ${index + 1}, "${line}": ${why}`, { cause });
    }
  }).join("\n");
}
