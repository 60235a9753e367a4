/**
 * Makes the moving picture in the README: `deno run -A scripts/record.ts`.
 *
 * Nothing in it is invented: a small cluster, in a folder of its own, runs until one of its nodes was
 * killed and has come back, and each line that it writes appears in the picture when it came. The
 * picture is an SVG that moves by CSS alone; where that is not supported, or not wanted by the reader,
 * it shows the last lines.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { LineSplitter } from "../lib/cli/terminal/line_splitter.ts";

/** The command that is recorded, as the reader would type it. */
const shownCommand = "deno task local 5 --kill-one 4s --plain";

/** How long a recording may take, in milliseconds. */
const recordingMaxMs = 30_000;

/** A line of output. */
export interface RecordedLine {
  /** Since the first line, in milliseconds. */
  readonly atMs: number;
  readonly text: string;
}

const root = fileURLToPath(new URL("..", import.meta.url));

/** Runs five nodes until one was killed and all five are seen alive by all again. */
async function record(): Promise<RecordedLine[]> {
  const registry = await Deno.makeTempDir();
  const options = ["--registry", registry, "--log-file", "none"];
  const run = new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-all", "main.ts", "local", "5", "--kill-one", "4s", ...options],
    cwd: root,
    env: { NO_COLOR: "1" },
    stdout: "piped",
  }).spawn();
  const lines: RecordedLine[] = [];
  const begun = performance.now();
  const splitter = new LineSplitter((text) => lines.push({ atMs: performance.now(), text }));
  for await (const chunk of run.stdout) {
    splitter.push(chunk);
    if (isComplete(lines.map(({ text }) => text))) break;
    if (performance.now() - begun > recordingMaxMs) throw new Error("Nobody came back in time");
  }
  run.kill("SIGTERM");
  await run.status;
  await Deno.remove(registry, { recursive: true });
  const first = lines[0]?.atMs ?? 0;
  return lines.map(({ atMs, text }) => ({ atMs: Math.round(atMs - first), text }));
}

/**
 * True when the last five lines are those of all five nodes, each of which sees all five alive, since
 * one of them was started again: the picture ends with them.
 */
export function isComplete(texts: readonly string[]): boolean {
  const restarted = texts.findIndex((text) => text.endsWith("started again"));
  if (restarted < 0) return false;
  const content = texts.slice(restarted).slice(-5).filter((text) =>
    (text.match(/: true/g) ?? []).length === 5
  );
  return new Set(content.map((text) => text.split(" ")[0])).size === 5;
}

/** Those of `clusternode local`, in its order. */
const prefixColors = ["#56b6c2", "#e5c07b", "#98c379", "#c678dd", "#61afef"];
const textColor = "#d7dae0";
const groundColor = "#1e2127";
const falseColor = "#ff6b6b";

const fontPx = 13;
const columnPx = 7.83;
const rowPx = 18;
const marginPx = 14;
const rowsShown = 20;
/** What is longer is cut, as by a terminal that does not wrap. */
const columnsShown = 160;

/** How long the last line stays before the picture begins anew, in milliseconds. */
const restMs = 5000;

/**
 * Lines as a terminal that scrolls as they came. All of them stand below each other in one group,
 * which is moved up by a row for each line; what has not come yet is below the edge.
 */
export function renderSvg(command: string, lines: readonly RecordedLine[]): string {
  const all = [{ atMs: 0, text: `$ ${command}` }, ...lines].map(({ atMs, text }) => ({
    atMs,
    text: text.length > columnsShown ? `${text.slice(0, columnsShown - 1)}…` : text,
  }));
  const totalMs = (all.at(-1)?.atMs ?? 0) + restMs;
  const width = Math.ceil(Math.max(...all.map(({ text }) => text.length)) * columnPx);
  const height = rowsShown * rowPx;
  const move = (rows: number): string => `transform: translateY(${(rowsShown - rows) * rowPx}px)`;
  // Of lines that came in the same moment only the last one moves the group.
  const moments = new Map(
    all.map(({ atMs }, index) => [(atMs / totalMs * 100).toFixed(2), move(index + 1)]),
  );
  const frames = [...moments].map(([percent, style]) => `${percent}% { ${style} }`);
  const texts = all.map(({ text }, index) =>
    `<text y="${(index + 1) * rowPx - 5}">${paint(text)}</text>`
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width + 2 * marginPx} ${
    height + 2 * marginPx
  }" role="img">
<title>Output of: ${escapeXml(command)}</title>
<style>
text { font: ${fontPx}px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; fill: ${textColor}; white-space: pre; }
#lines { animation: scroll ${totalMs}ms step-end infinite; }
@keyframes scroll { ${frames.join(" ")} 100% { ${move(all.length)} } }
@media (prefers-reduced-motion: reduce) { #lines { animation: none; } }
</style>
<rect width="100%" height="100%" rx="8" fill="${groundColor}"/>
<svg x="${marginPx}" y="${marginPx}" width="${width}" height="${height}"><g id="lines" transform="translate(0,${
    (rowsShown - all.length) * rowPx
  })">
${texts.join("\n")}
</g></svg>
</svg>
`;
}

/** A line with its prefix in the colour of its node, and `false` in red to be found. */
function paint(text: string): string {
  const [, prefix, number, rest] = /^(node_(\d+) +\|)(.*)$/.exec(text) ?? [];
  if (prefix === undefined || rest === undefined) return escapeXml(text);
  const color = prefixColors[(Number(number) - 1) % prefixColors.length] ?? textColor;
  const marked = escapeXml(rest).replaceAll(": false", `: ${tspan(falseColor, "false")}`);
  return `${tspan(color, prefix)}${marked}`;
}

function tspan(color: string, text: string): string {
  return `<tspan fill="${color}">${escapeXml(text)}</tspan>`;
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

if (import.meta.main) {
  await Deno.mkdir(`${root}docs`, { recursive: true });
  await Deno.writeTextFile(`${root}docs/five_nodes.svg`, renderSvg(shownCommand, await record()));
}
