/**
 * Hosts that files name.
 *
 * @module
 */
import assert from "node:assert/strict";
import { needing } from "../permissions.ts";
import { filesBelow, readSource } from "./source_files.ts";

Deno.test({
  ...needing("files name no hosts but the well-known ones that are meant", "read"),
  fn() {
    const known = [
      ...["deno.com", "noiseprotocol.org", "www.w3.org", "github.com", "www.debian.org"],
      ...["keepachangelog.com", "semver.org"],
    ];
    const foreign = filesBelow("").flatMap((path) => {
      // The last one has licences as others have written them.
      if (/\.(gif|png)$|^lib\/cli\/third_party\.ts$/.test(path)) return [];
      const hosts = [...readSource(path).matchAll(/https?:\/\/([A-Za-z0-9.-]+)/g)];
      return hosts.map(([, host = ""]) => host)
        // Without a dot it is one's own network that knows it, as a service of Compose.
        .filter((host) => host.includes(".") && !/^(127\.|0\.0\.0\.0$)/.test(host))
        .filter((host) => !known.includes(host))
        // A domain that never exists.
        .filter((host) => !host.endsWith(".invalid"))
        .map((host) => `${path}: ${host}`);
    });
    assert.deepEqual(foreign, []);
  },
});
