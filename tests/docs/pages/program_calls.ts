/**
 * Calls of the program in documents.
 *
 * @module
 */
import { codeBlocks } from "../markdown.ts";

/** One call: `clusternode members --watch`. */
export interface ProgramCall {
  /** The words behind the program's name, up to a comment, a pipe, or the command of a service. */
  readonly words: readonly string[];
  readonly text: string;
}

/** Calls of the program in a line, or in code within a line. */
export function callsIn(line: string): ProgramCall[] {
  const calls: ProgramCall[] = [];
  // In a Dockerfile the file is copied.
  if (line.startsWith("COPY ")) return calls;
  const starts = [
    /(?:^|[;|&(!]|\$\(|\bsudo|\bdo|\bthen)\s*clusternode(?=\s|$)/g,
    /(?:^|\s)[.\w/]*\/clusternode(?=\s|$)/g,
    /(?:\bdocker run [^;|&]* |; )clusternode(?=\s)/g,
    /\bdeno run -A main\.ts(?=\s)/g,
    /\bdeno task(?= local\s)/g,
  ];
  const ends = new Set(
    starts.flatMap((start) =>
      [...line.matchAll(start)].map((found) => found.index + found[0].length)
    ),
  );
  for (const end of ends) {
    const rest = line.slice(end).replace(/\$\([^()]*\)/g, "VALUE");
    const text = rest.replace(/ -- .*$|\s#.*$/, "").split(/[|;&)<>]|'$/)[0]?.trim() ?? "";
    calls.push({ words: text.split(/\s+/).filter(Boolean), text: `clusternode ${text}`.trim() });
  }
  return calls;
}

/** All calls in a document: those in blocks of `sh`, `ini` and `text`, and in code within lines. */
export function programCalls(markdown: string): ProgramCall[] {
  const blocks = ["sh", "ini"].flatMap((language) => codeBlocks(markdown, language));
  const lines = blocks.flatMap((block) => block.replace(/\\\n\s*/g, "").split("\n"));
  const prose = markdown.replace(/^```[^]*?^```$/gm, "").replace(/\n(?!\n)\s*/g, " ");
  const spans = [...prose.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);
  return [...lines.map((line) => line.replace(/^ExecStart=/, "")), ...spans].flatMap(callsIn);
}
