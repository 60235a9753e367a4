/**
 * Builds the program into one file that runs without Deno: `deno task build`.
 *
 * First everything is bundled into a few scripts, then these are put on top of Deno's base runtime.
 * The work is done on a copy of the sources in a temporary folder, where the commit is written into
 * the program. The same commit, built twice, gives the same bytes.
 *
 * Options: `--target <triple>` builds for another system, for example `aarch64-unknown-linux-gnu`.
 *
 * Environment:
 * - `COMPILE_DENO`: the Deno that puts script and base runtime together; this one if not set
 * - `DENORT_BIN`: the base runtime of that Deno's very version, for the target; downloaded if not
 *   set
 * - `CLUSTERNODE_COMMIT`: the commit to tell, where the sources are no git checkout
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));
const sources = ["main.ts", "lib", "deno.json", "deno.lock"];

/** What a thread of a simulation runs: no import leads there. Without its ending. */
const threadScript = "lib/cli/simulated/player";

/**
 * What the program may do: whatever its user may.
 *
 * Deno opens `/proc`, `/dev` and `/sys` only to programs that may do everything. A node reads the
 * default route there, and a registry, a recording or a configuration may lie there, too. No code is
 * loaded while it runs, so there is nobody whom narrower permissions would keep out.
 */
const permissions = ["--allow-all", "--no-prompt"];

const compileOptions = [
  "--no-config",
  "--no-lock",
  "--no-check",
  // With a code cache, a command takes 47 ms instead of 54 from its second start on (`--version`:
  // no difference). But the cache is a file with a predictable name in the temporary folder, and
  // code is run from it: whoever writes it first owns the node.
  "--no-code-cache",
  // A small young generation, no threads of V8's own and no compiler that only spares the interpreter
  // its work: an idle node of a cluster of five takes less memory with these (1.1 MB less without that
  // compiler alone), and neither it nor a start takes longer. The compilers that optimise stay in: a
  // simulation takes twice as long without, and what they add is shared by all nodes of a machine.
  "--v8-flags=--max-semi-space-size=1,--single-threaded,--no-sparkplug",
];

/** Something that the user can mend; told without a stack trace. */
export class BuildError extends Error {
  override name = "BuildError";
}

interface Finished {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(command: string, args: readonly string[], cwd: string): Promise<Finished> {
  try {
    const { success, stdout, stderr } = await new Deno.Command(command, {
      args: [...args],
      cwd,
      env: { NO_COLOR: "1", RUST_BACKTRACE: "0" },
      stdin: "null",
    }).output();
    const decoder = new TextDecoder();
    return { ok: success, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr).trim() };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return { ok: false, stdout: "", stderr: error.message };
  }
}

/** Short name of the commit, with `-dirty` behind it if files were changed since. */
async function commitOfSources(): Promise<string> {
  // Sources without a repository of their own may lie inside somebody else's: then this is not "".
  const prefix = await run("git", ["rev-parse", "--show-prefix"], root);
  if (prefix.ok && prefix.stdout.trim() === "") {
    const head = await run("git", ["rev-parse", "--short", "HEAD"], root);
    const changes = await run("git", ["status", "--porcelain"], root);
    if (head.ok && changes.ok) {
      return head.stdout.trim() + (changes.stdout.trim() === "" ? "" : "-dirty");
    }
  }
  return Deno.env.get("CLUSTERNODE_COMMIT") || "unknown";
}

async function copy(from: string, to: string): Promise<void> {
  if (!(await Deno.stat(from)).isDirectory) return await Deno.copyFile(from, to);
  await Deno.mkdir(to);
  for await (const { name } of Deno.readDir(from)) await copy(join(from, name), join(to, name));
}

async function writeCommit(file: string, commit: string): Promise<void> {
  const parts = (await Deno.readTextFile(file)).split(`commit: string = "source"`);
  if (parts.length !== 2) throw new Error(`${file} has no place for the commit`);
  await Deno.writeTextFile(file, parts.join(`commit: string = ${JSON.stringify(commit)}`));
}

/**
 * Makes a few scripts of the program: what is imported on demand stays a script of its own, so that
 * no registry costs start time but the one that is used.
 */
async function bundle(folder: string): Promise<Scripts> {
  const scripts = join(folder, "clusternode");
  const options = ["--quiet", "--frozen", "--platform", "deno", "--minify", "--code-splitting"];
  const { ok, stderr } = await run(
    Deno.execPath(),
    ["bundle", ...options, "--outdir", scripts, "main.ts", `${threadScript}.ts`],
    folder,
  );
  if (!ok) throw new BuildError(`Cannot bundle the program:\n${indented(stderr)}`);
  await forgetTimes(scripts);
  return { main: join(scripts, "main.js"), others: [join(scripts, `${threadScript}.js`)] };
}

/** The times of the files become part of the binary. */
async function forgetTimes(path: string): Promise<void> {
  if ((await Deno.stat(path)).isDirectory) {
    for await (const { name } of Deno.readDir(path)) await forgetTimes(join(path, name));
  }
  await Deno.utime(path, 0, 0);
}

/** What is put on top of the base runtime. */
export interface Scripts {
  /** Run at the start. Whatever it imports goes along. */
  readonly main: string;
  /** Go along, too, with what they import. */
  readonly others?: readonly string[];
}

/**
 * Puts scripts on top of Deno's base runtime, as the program is.
 *
 * @throws {BuildError} if there is no base runtime
 */
export async function compile(
  folder: string,
  { main, others = [] }: Scripts,
  output: string,
  target?: string,
): Promise<void> {
  const compiler = Deno.env.get("COMPILE_DENO") || Deno.execPath();
  const { ok, stderr } = await run(compiler, [
    "compile",
    "--quiet",
    ...compileOptions,
    ...permissions,
    ...(target === undefined ? [] : ["--target", target]),
    ...others.flatMap((other) => ["--include", other]),
    "-o",
    output,
    main,
  ], folder);
  if (!ok) throw new BuildError(await compileAdvice(compiler, stderr));
}

/** Why there is no binary, and what to do. */
async function compileAdvice(compiler: string, stderr: string): Promise<string> {
  const version = await run(compiler, ["--version"], root);
  const name = version.stdout.split(" (")[0] || "the Deno that compiles";
  return `Cannot compile the program with ${compiler}:
${indented(stderr.replace(/\n+Stack backtrace:[^]*/, ""))}

A binary is the program on top of Deno's base runtime, a file called denort. If it is the base
runtime of ${name} that is missing above, Deno tried to download it and could not.
Either connect this machine to the network once, or name the file yourself:
  DENORT_BIN    path of a base runtime that is there already
  COMPILE_DENO  path of the Deno of the same version as that base runtime, if this one is not`;
}

function indented(text: string): string {
  return text.replace(/^(?=.)/gm, "  ");
}

/** Runs the binary once: base runtime and Deno of two versions compile, but do not start. */
async function tryOut(binary: string): Promise<string> {
  const { ok, stdout, stderr } = await run(binary, ["--version"], root);
  if (ok) return stdout.trim();
  await Deno.remove(binary);
  throw new BuildError(`The binary was built, but does not run:
${indented(stderr.replace(/\n+Stack backtrace:[^]*/, ""))}

Its base runtime (DENORT_BIN) and the Deno that compiles (COMPILE_DENO) must be of the same
version.`);
}

async function gzipSize(file: string): Promise<number> {
  let size = 0;
  const input = (await Deno.open(file)).readable;
  for await (const chunk of input.pipeThrough(new CompressionStream("gzip"))) {
    size += chunk.length;
  }
  return size;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

async function build(target: string | undefined): Promise<void> {
  const foreign = target !== undefined && target !== Deno.build.target;
  const suffix = (foreign ? `-${target}` : "") + (target?.includes("windows") ? ".exe" : "");
  const output = join(root, "dist", `clusternode${suffix}`);
  const folder = await Deno.makeTempDir({ prefix: "clusternode-build-" });
  try {
    for (const name of sources) await copy(join(root, name), join(folder, name));
    await writeCommit(join(folder, "lib", "build_info.ts"), await commitOfSources());
    const scripts = await bundle(folder);
    await Deno.mkdir(join(root, "dist"), { recursive: true });
    await compile(folder, scripts, output, target);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  const version = foreign ? `for ${target}` : await tryOut(output);
  const { size } = await Deno.stat(output);
  const sizes = `${megabytes(size)}, ${megabytes(await gzipSize(output))} as gzip`;
  await print(Deno.stdout, `${output}: ${version}; ${sizes}`);
}

async function print(stream: { write(bytes: Uint8Array): unknown }, text: string): Promise<void> {
  await stream.write(new TextEncoder().encode(`${text}\n`));
}

if (import.meta.main) {
  try {
    const { values } = parseArgs({ args: Deno.args, options: { target: { type: "string" } } });
    await build(values.target);
  } catch (error) {
    const misused = error instanceof TypeError && "code" in error;
    if (!(error instanceof BuildError) && !misused) throw error;
    await print(Deno.stderr, `build: ${error.message}`);
    Deno.exit(1);
  }
}
