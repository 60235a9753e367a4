/**
 * `clusternode open`: the page of the node of this machine, printed, and on a desktop opened.
 *
 * Nodes of the same user say where they show their cluster in the folder in which `health` finds
 * them, so that neither the registry nor the cookie is wanted.
 *
 * @module
 */
import { escapeControls } from "../../core/base/escape.ts";
import { localNodes } from "../../health/health_socket.ts";
import type { LocalNode } from "../../health/health_socket.ts";
import type { CliContext } from "../context.ts";
import { CommandError, exitCode } from "../exit_codes.ts";
import type { Call } from "../parse/call.ts";
import { isMeant } from "./health.ts";

/** How long a node may take to tell where its page is, in milliseconds. */
const answerTimeoutMs = 1000;

/** Prints the URL of each page; a single one is opened, if there is a desktop. */
export async function open(world: CliContext, call: Call<"open">): Promise<number> {
  const nodes = (await localNodes(world.environment)).filter((node) => isMeant(node, call));
  const urls = (await Promise.all(nodes.map(urlOf))).filter((url) => url !== undefined);
  const [first, ...others] = urls;
  if (first === undefined) throw new CommandError(whyNone(nodes, call));
  for (const url of urls) world.writeStdout(`${escapeControls(url)}\n`);
  const program = openerOf(world, Deno.build.os);
  if (others.length === 0 && !call.flags.print && program !== undefined) show(program, first);
  return exitCode.fine;
}

/** Where the page of a node is: one whose port was taken at first may show it by now. */
async function urlOf(node: LocalNode): Promise<string | undefined> {
  return node.url ?? (await node.ask(AbortSignal.timeout(answerTimeoutMs)))?.url;
}

function whyNone(nodes: readonly LocalNode[], { explicit }: Call<"open">): string {
  const names = nodes.map(({ name }) => name).join(", ");
  if (names === "") {
    const which = explicit.has("name") || explicit.has("cluster") ? "such node" : "node";
    return `No ${which} of this user runs on this machine; try clusternode local 5 --http 8080`;
  }
  const shows = nodes.length === 1 ? "shows" : "show";
  const remedy = "start it with --http 8080, or see in its log why it cannot listen there";
  return `${escapeControls(names)} ${shows} no page: ${remedy}`;
}

/** What opens a URL for who sits in front of the screen; `undefined` if nobody does. */
export function openerOf(
  { stdoutIsTerminal, environment }: Pick<CliContext, "stdoutIsTerminal" | "environment">,
  os: typeof Deno.build.os,
): string | undefined {
  if (!stdoutIsTerminal || environment["SSH_CONNECTION"]) return undefined;
  if (os === "darwin") return "open";
  return environment["DISPLAY"] || environment["WAYLAND_DISPLAY"] ? "xdg-open" : undefined;
}

function show(program: string, url: string): void {
  try {
    const silent = { stdin: "null", stdout: "null", stderr: "null" } as const;
    new Deno.Command(program, { args: [url], ...silent }).spawn().unref();
  } catch (error) {
    // Whoever has no such program has read the URL.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
