#!/usr/bin/env node
/**
 * Starts the program, which is a binary: beside this file in a package for one platform, or in that
 * package, which npm has installed with this one.
 *
 * npm may give a platform's package to its tool by a link, so nothing is copied or changed at
 * installation; this process stays in front of the program and passes on signals and exit code.
 */
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const folder = dirname(fileURLToPath(import.meta.url));
const manifest = JSON.parse(readFileSync(join(folder, "..", "package.json"), "utf8"));
const file = process.platform === "win32" ? "clusternode.exe" : "clusternode";
const platform = `${process.platform}-${process.arch}`;

/** The path of the binary, or `undefined` if it is not installed. */
function findBinary() {
  const beside = join(folder, file);
  if (existsSync(beside)) return beside;
  try {
    return createRequire(import.meta.url).resolve(`@clusternode/cli-${platform}/bin/${file}`);
  } catch {
    return undefined;
  }
}

/** Why there is no binary, and what to do. */
function adviceWithoutBinary() {
  const packages = Object.keys(manifest.optionalDependencies ?? {});
  const name = `@clusternode/cli-${platform}`;
  if (!packages.includes(name)) {
    const platforms = packages.map((each) => each.replace("@clusternode/cli-", "")).join(", ");
    return `Cannot start as there is no package for ${platform}, only for ${platforms}`;
  }
  return `Cannot start as the package ${name} ${manifest.version} is not installed. ` +
    "npm leaves it out with --omit=optional, and where its registry does not have it. " +
    `As a file it runs by itself: npx ./clusternode-cli-${platform}-${manifest.version}.tgz`;
}

function fail(text) {
  process.stderr.write(`clusternode: ${text}\n`);
  process.exitCode = 1;
}

/**
 * A terminal sends SIGINT to the program as well, for which a second one means "at once, without
 * leaving the cluster"; npm passes it on a second time. Every other signal is for this process alone.
 */
function passSignalsOnTo(program) {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => {
      if (signal !== "SIGINT" || !process.stdin.isTTY) program.kill(signal);
    });
  }
}

function run(binary) {
  const program = spawn(binary, process.argv.slice(2), { stdio: "inherit" });
  program.on("error", (error) => {
    const musl = process.platform === "linux" && error.code === "ENOENT"
      ? "; it needs glibc, which Alpine and others with musl do not have"
      : "";
    fail(`Cannot run ${binary}: ${error.message}${musl}`);
  });
  program.on("exit", (code, signal) => {
    if (signal === null) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
  passSignalsOnTo(program);
}

const binary = findBinary();
if (binary === undefined) fail(adviceWithoutBinary());
else run(binary);
