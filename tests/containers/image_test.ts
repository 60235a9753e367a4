/** What is in the image, and that nothing of it could be left out. */
import assert from "node:assert/strict";
import { eventually } from "../integration/process.ts";
import { Container } from "./container.ts";
import { within } from "../integration/cluster.ts";
import { attempt, containersTest, docker, freshName, image, inspect, output } from "./engine.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";

/** Most bytes of the image on a disk, and of `docker save` behind `gzip -9`. */
const unpackedMaxBytes = 95e6;
const packedMaxBytes = 36e6;

/** All files of the image, from its root on, as they are unpacked into `folder`. */
async function unpack(folder: string): Promise<string[]> {
  const id = await docker("create", image);
  await docker("export", "--output", `${folder}/image.tar`, id);
  await docker("rm", id);
  await Deno.mkdir(`${folder}/root`);
  await output("tar", ["-xf", `${folder}/image.tar`, "-C", `${folder}/root`]);
  // Mount points that the engine adds to each container.
  for (const added of ["etc", "dev", "proc", "sys", ".dockerenv"]) {
    await Deno.remove(`${folder}/root/${added}`, { recursive: true });
  }
  const files = await output("find", [`${folder}/root`, "-type", "f", "-o", "-type", "l"]);
  return files.split("\n").map((path) => path.slice(`${folder}/root`.length)).sort();
}

containersTest("the image is at most 95 MB, and 36 MB packed", async () => {
  within("bytes of the image", Number(await inspect(image, "{{.Size}}")), unpackedMaxBytes);
  const packed = Number(await output("sh", ["-c", `docker save ${image} | gzip -9 | wc -c`]));
  within("bytes of the image, packed", packed, packedMaxBytes);
});

containersTest(
  "the image holds the program and its libraries, all needed, and no shell",
  async (test) => {
    await using folder = new TemporaryFolder();
    const files = await unpack(folder.path);
    const others = files.filter((path) => !/^\/lib(64)?\/[^ ]+\.so(\.\d+)?$/.test(path));
    assert.deepEqual(others, ["/clusternode"]);
    assert.ok(files.length > 2, files.join());
    await Deno.writeTextFile(
      `${folder.path}/Dockerfile`,
      'FROM scratch\nCOPY root /\nENTRYPOINT ["/clusternode"]\n',
    );
    const tag = freshName();
    // All of them start it, each one less does not.
    for (const left of ["", ...files]) {
      await test.step(left === "" ? "with all files" : `without ${left}`, async () => {
        await Deno.writeTextFile(
          `${folder.path}/.dockerignore`,
          `image.tar\nroot${left || "/none"}\n`,
        );
        await docker("build", "--quiet", "--tag", tag, folder.path);
        const { code } = await attempt("docker", ["run", "--rm", tag, "version"]);
        await docker("rmi", "--no-prune", tag);
        assert.equal(code === 0, left === "", `it ends with ${code}`);
      });
    }
  },
);

containersTest(
  "the image runs as a user without rights, is labelled and looks after its health",
  async () => {
    const config = JSON.parse(await inspect(image, "{{json .Config}}"));
    assert.equal(config.User, "10001:10001");
    assert.deepEqual(config.Entrypoint, ["/clusternode"]);
    assert.equal(config.StopSignal, "SIGTERM");
    assert.deepEqual(config.Healthcheck.Test, ["CMD", "/clusternode", "health"]);
    assert.ok(config.Env.includes("CLUSTERNODE_HTTP=127.0.0.1:8080"), config.Env.join());
    const labels = ["title", "description", "licenses", "vendor", "revision", "version"];
    const expected = labels.map((label) => `org.opencontainers.image.${label}`).sort();
    assert.deepEqual(
      Object.keys(config.Labels).filter((key) => key.includes("opencontainers")).sort(),
      expected,
    );
    const told = await docker("run", "--rm", image, "version");
    assert.ok(told.includes(` ${config.Labels["org.opencontainers.image.version"]} `), told);
  },
);

containersTest("a node is healthy whatever words it was started with", async () => {
  const rights = ["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"];
  const words = ["start", "--cluster", "six", "--registry", "/data/six", "--name", "n6"];
  const place = ["--volume", "/data", "--health-interval", "1s"];
  await using container = await Container.run(...place, ...rights, image, ...words);
  await container.log.line((text) => text.includes("n6@"), 20_000, "its first line");
  const isHealthy = async (): Promise<boolean> =>
    await inspect(container.id, "{{.State.Health.Status}}") === "healthy";
  await eventually(isHealthy, 20_000, "the engine calls it healthy");
  // Over HTTP: there is neither such a registry nor a folder with sockets in the way of the question.
  const away = ["--env", "CLUSTERNODE_REGISTRY=/nowhere/at/all"];
  const health = await docker("exec", ...away, container.id, "/clusternode", "health");
  assert.match(health, /^n6@\S+ is healthy: /);
});

containersTest("two builds of one commit give the same files", async () => {
  await using folder = new TemporaryFolder();
  const sums: string[] = [];
  for (let build = 0; build < 2; build++) {
    const tag = freshName();
    await docker("build", "--quiet", "--no-cache", "--tag", tag, ".");
    const id = await docker("create", tag);
    // Names and contents of all files; the times are those of the build.
    const tar = `${folder.path}/${build}.tar`;
    await docker("export", "--output", tar, id);
    sums.push(await output("sh", ["-c", `(tar -tf ${tar} && tar -xOf ${tar}) | sha256sum`]));
    await docker("rm", id);
    await docker("rmi", tag);
  }
  assert.equal(sums[0], sums[1]);
});
