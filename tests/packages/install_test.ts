/**
 * The script of installation, against a server as a release's is, and its templates.
 *
 * @module
 */
import assert from "node:assert/strict";
import { basename } from "node:path";
import { sha256 } from "../../scripts/package/archives.ts";
import { projectRoot, readSource } from "../docs/source_files.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";
import { ended, made, output, packageTest } from "./packages.ts";
import type { Ended } from "./packages.ts";

const script = `${projectRoot}packaging/install.sh`;

/** A release on a server: the archive of this machine, and sums. */
class Release implements AsyncDisposable {
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly url: string;

  /** @param files the content by name; a name without content is not found */
  constructor(files: Readonly<Record<string, string | Uint8Array<ArrayBuffer>>>) {
    this.#server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
      const content = files[basename(new URL(request.url).pathname)];
      return content === undefined
        ? new Response("nothing", { status: 404 })
        : new Response(content);
    });
    this.url = `http://127.0.0.1:${this.#server.addr.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }
}

interface Installation extends Ended {
  /** What is in the folder of installation now. */
  readonly installed: readonly string[];
}

/** Runs the script for a user whose home is empty. */
async function install(
  url: string,
  home: string,
  { folder, uname, path = Deno.env.get("PATH") ?? "" }: {
    readonly folder?: string;
    /** What stands for the program of that name. */
    readonly uname?: string;
    readonly path?: string;
  } = {},
): Promise<Installation> {
  await Deno.mkdir(`${home}/fake`, { recursive: true });
  if (uname !== undefined) {
    await Deno.writeTextFile(`${home}/fake/uname`, `#!/bin/sh\n${uname}\n`, { mode: 0o755 });
  }
  const env = { HOME: home, TMPDIR: home, RELEASE_URL: url, PATH: `${home}/fake:${path}` };
  const words = ["/bin/sh", script, ...folder === undefined ? [] : [folder]];
  const result = await ended("/usr/bin/env", [
    "-i",
    ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
    ...words,
  ]);
  const temporary = filesIn(home).filter((name) => name.startsWith("tmp."));
  assert.deepEqual(temporary, [], "the temporary folder is removed");
  return { ...result, installed: filesIn(folder ?? `${home}/.local/bin`) };
}

function filesIn(folder: string): string[] {
  try {
    return Array.from(Deno.readDirSync(folder), ({ name }) => name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** Name, content and line of sums of the archive. */
async function archive() {
  const path = made("archive");
  const name = basename(path);
  return { name, content: await Deno.readFile(path), sums: `${await sha256(path)}  ${name}\n` };
}

await packageTest(
  "install.sh installs the program, into ~/.local/bin or a folder, over one that runs",
  { packages: ["archive"] },
  async () => {
    await using home = new TemporaryFolder();
    const { name, content, sums } = await archive();
    const others = `${"0".repeat(64)}  clusternode-other.tar.gz\n`;
    await using release = new Release({ [name]: content, SHA256SUMS: others + sums });
    const first = await install(release.url, home.path);
    assert.deepEqual([first.code, first.stderr], [0, ""]);
    assert.deepEqual(first.installed, ["clusternode"]);
    assert.match(first.stdout, /\.local\/bin\/clusternode: clusternode \d/);
    assert.match(first.stdout, /put this into the profile/);
    const version = await output(`${home.path}/.local/bin/clusternode`, "--version");
    assert.match(version, /^clusternode \d/);

    const folder = `${home.path}/with a space`;
    await Deno.mkdir(folder);
    await Deno.copyFile("/bin/sleep", `${folder}/clusternode`);
    const running = new Deno.Command(`${folder}/clusternode`, { args: ["60"] }).spawn();
    try {
      const path = `${folder}:${Deno.env.get("PATH")}`;
      const second = await install(`${release.url}/`, home.path, { folder, path });
      assert.deepEqual([second.code, second.stderr], [0, ""]);
      assert.deepEqual(second.installed, ["clusternode"]);
      assert.doesNotMatch(second.stdout, /put this into the profile/);
    } finally {
      running.kill();
      await running.status;
    }
    assert.equal(await output(`${folder}/clusternode`, "--version"), version);
  },
);

await packageTest(
  "install.sh installs nothing that it cannot verify",
  { packages: ["archive"] },
  async (test) => {
    const { name, content, sums } = await archive();
    const changed = content.slice();
    changed[changed.length >> 1]! ^= 1;
    const cases: readonly [string, Record<string, string | Uint8Array<ArrayBuffer>>, RegExp][] = [
      [
        "a changed archive",
        { [name]: changed, SHA256SUMS: sums },
        /as its SHA-256 is \w{64}, not /,
      ],
      ["no sum of it", { [name]: content, SHA256SUMS: `${sums.trim()}.sig\n` }, /does not name it/],
      ["two sums of it", { [name]: content, SHA256SUMS: sums + sums }, /as its SHA-256 is/],
      ["no sums", { [name]: content }, /Cannot download http.*SHA256SUMS/],
      ["no archive", { SHA256SUMS: sums }, /Cannot download http.*tar\.gz/],
    ];
    for (const [what, files, told] of cases) {
      await test.step(what, async () => {
        await using home = new TemporaryFolder();
        await using release = new Release(files);
        const { code, stderr, installed } = await install(release.url, home.path);
        assert.equal(code, 1);
        assert.match(stderr, told);
        assert.deepEqual(installed, []);
      });
    }
  },
);

await packageTest(
  "install.sh names a platform without a binary, and an address that it does not trust",
  { packages: [] },
  async () => {
    await using home = new TemporaryFolder();
    const refused = async (url: string, uname: string | undefined, told: RegExp) => {
      const options = uname === undefined ? {} : { uname };
      const { code, stderr, installed } = await install(url, home.path, options);
      assert.match(stderr, told);
      assert.deepEqual({ code, installed }, { code: 1, installed: [] });
    };
    const plan9 = "test $1 = -s && echo Plan9 || echo x86_64";
    await refused("https://localhost:1", plan9, /no binary for Plan9 on x86_64/);
    const mips = "test $1 = -s && echo Linux || echo mips";
    await refused("https://localhost:1", mips, /no binary for Linux on mips/);
    await refused("http://clusternode.invalid", undefined, /as only https:\/\/ tells who answers/);
    await refused("", undefined, /RELEASE_URL does not name a release/);
  },
);

await packageTest(
  "shellcheck finds no fault with install.sh and the scripts of the package for Debian",
  { packages: [], programs: { shellcheck: ["--version"] } },
  async () => {
    const scripts = ["postinst", "prerm", "postrm"].map((name) =>
      `${projectRoot}packaging/debian/${name}`
    );
    assert.equal(await output("shellcheck", script, ...scripts), "");
  },
);

await packageTest(
  "the formula for Homebrew is Ruby, and has the sum of the archive",
  { packages: ["formula", "archive"], programs: { ruby: ["--version"] } },
  async () => {
    assert.equal(await output("ruby", "-c", made("formula")), "Syntax OK\n");
    const text = await Deno.readTextFile(made("formula"));
    assert.ok(text.includes(`sha256 "${await sha256(made("archive"))}"`), text);
    assert.match(text, new RegExp(`^ {6}url "https:.*/${basename(made("archive"))}"$`, "m"));
  },
);

await packageTest(
  "deno install --global makes a command of a clone",
  { packages: [] },
  async () => {
    const line = /^deno install .*$/m.exec(readSource("docs/install.md"))?.[0] ?? assert.fail();
    await using folder = new TemporaryFolder();
    const options = { cwd: projectRoot, env: { DENO_INSTALL_ROOT: folder.path, NO_COLOR: "1" } };
    const [command, ...words] = line.split(" ");
    assert.equal(command, "deno");
    const { code, stderr } = await ended(Deno.execPath(), words, options);
    assert.equal(code, 0, stderr);
    const version = await ended(`${folder.path}/bin/clusternode`, ["--version"], { cwd: "/" });
    assert.match(version.stdout, /^clusternode \d\S+ \(commit source/);
    const uninstalled = ["uninstall", "--global", "clusternode"];
    assert.equal((await ended(Deno.execPath(), uninstalled, options)).code, 0);
    assert.deepEqual(filesIn(`${folder.path}/bin`).filter((name) => !name.startsWith(".")), []);
  },
);
