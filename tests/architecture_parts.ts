/**
 * The table of the architecture: which part may import which.
 *
 *     core ◀── adapters (registry, transport, log) ◀── node ◀── start ◀── mod, cli
 *
 * What is allowed stands here alone. Imports of types are told from imports of values: the node knows
 * the shape of its adapters, but only the composition root picks real ones.
 *
 * @module
 */

/** A part of the program: a folder of `lib`, or a single file. */
export interface Part {
  /** Parts and files whose values it may import; itself always. */
  readonly values: readonly string[];
  /** Parts and files of which it may import types only. */
  readonly types?: readonly string[];
  /** What it may import from outside of the project; `*` stands for anything. */
  readonly outside?: readonly string[];
}

const anyNode = "node:*";

/** What each part may import. */
export const parts: Readonly<Record<string, Part>> = {
  "core": { values: [], outside: ["valibot"] },
  "options": { values: ["core"], outside: ["valibot"] },
  "protocol": {
    values: ["core"],
    outside: ["@chainsafe/as-chacha20poly1305", "node:crypto", "valibot"],
  },
  "recording": { values: ["core", "protocol"], outside: ["valibot"] },
  "report": { values: ["core"], types: ["simulation"], outside: ["valibot"] },
  "abort.ts": { values: [] },
  "alarms.ts": { values: ["core"] },
  "barrier.ts": { values: [], types: ["clock.ts"] },
  "build_info.ts": { values: [] },
  "clock.ts": { values: ["alarms.ts"] },
  "cookie.ts": { values: ["core"], outside: [anyNode] },
  "own_cookie.ts": {
    values: [
      ...["core", "clock.ts", "cookie.ts", "files", "random_bytes.ts"],
      "registry/common/storage_fault.ts",
    ],
    types: ["log/log.ts", "options", "registry/registry.ts"],
  },
  "random_bytes.ts": { values: [] },
  "version.ts": { values: ["build_info.ts"] },
  "files": { values: [], outside: [anyNode] },
  "health": { values: ["abort.ts", "files"] },
  "lines": { values: ["core", "clock.ts", "files"], outside: [anyNode] },
  "log": {
    values: ["core", "report", "clock.ts", "files", "lines"],
    outside: [anyNode],
  },
  "registry": {
    values: [
      "core",
      "abort.ts",
      "clock.ts",
      "files",
      "random_bytes.ts",
      "sockets/system_lookup.ts",
    ],
    outside: [anyNode, "aws4fetch", "iovalkey", "postgres"],
  },
  "sockets": { values: ["core", "abort.ts", "barrier.ts", "clock.ts"], outside: [anyNode] },
  "transport": {
    values: ["core", "protocol", "barrier.ts", "clock.ts", "sockets"],
    outside: [anyNode],
  },
  "beam": {
    values: ["core", "abort.ts", "barrier.ts", "clock.ts", "sockets"],
    outside: [anyNode],
  },
  "http": {
    values: [
      ...["core", "report", "abort.ts", "barrier.ts", "clock.ts", "files", "random_bytes.ts"],
      ...["sockets", "options/option_values.ts", "version.ts"],
    ],
    types: ["log/log.ts", "node/meter.ts", "node/node.ts"],
    outside: [
      ...[anyNode, "@preact/signals", "preact", "preact/*", "@valibot/to-json-schema", "valibot"],
    ],
  },
  "history": {
    values: ["core", "protocol", "clock.ts", "files", "lines"],
    outside: [anyNode, "valibot"],
  },
  "recorder.ts": { values: ["core", "recording", "clock.ts", "files"], outside: [anyNode] },
  "service": { values: ["core", "options", "clock.ts"], outside: [anyNode] },
  "simulation": { values: ["core", "protocol", "recording"] },
  "node": {
    values: ["core", "options", "protocol", "recording", "barrier.ts", "clock.ts"],
    types: [
      ...["beam/beam.ts", "history/history.ts", "log/log.ts", "registry/registry.ts"],
      ...["registry/registry_call.ts", "transport/transport.ts"],
    ],
    outside: [anyNode],
  },
  "start.ts": {
    values: [
      ...[
        "core",
        "options",
        "protocol",
        "recording",
        "barrier.ts",
        "clock.ts",
        "cookie.ts",
        "own_cookie.ts",
        "random_bytes.ts",
        "files",
        "version.ts",
        "log",
      ],
      ...["recorder.ts", "history", "beam", "registry", "sockets", "transport", "node", "http"],
      "start_beam.ts",
    ],
    outside: [anyNode],
  },
  "start_beam.ts": {
    values: [
      ...["core", "options", "clock.ts", "random_bytes.ts", "files", "beam"],
      ...["registry/url.ts", "transport/limits.ts"],
    ],
    types: [
      ...["barrier.ts", "log/log.ts", "node/beam_effects.ts", "registry/registry.ts"],
      "sockets/resolver.ts",
    ],
  },
  "doctor": {
    values: [
      ...[
        "core",
        "options",
        "protocol",
        "clock.ts",
        "cookie.ts",
        "random_bytes.ts",
        "files",
        "start.ts",
        "start_beam.ts",
        "registry/url.ts",
      ],
      ...["registry/directory/directory_layout.ts", "registry/directory/directory_names.ts"],
      ...["registry/common/storage_fault.ts", "lines/file_driver.ts"],
      ...["node/detect_address.ts", "node/own_name.ts"],
    ],
    types: ["registry/registry.ts", "transport/transport.ts"],
    outside: [anyNode],
  },
  "start_options.ts": {
    // url.ts knows which schemes there are, and none of the back ends.
    values: ["core", "options", "registry/url.ts"],
    types: ["registry/registry.ts"],
  },
  "wait_for.ts": { values: ["core", "options", "abort.ts", "clock.ts", "start_options.ts"] },
  "running_node.ts": {
    values: ["core", "clock.ts", "start_options.ts", "wait_for.ts"],
    types: ["log/log.ts", "node/node.ts"],
  },
  "mod.ts": {
    values: ["core", "running_node.ts", "start.ts", "start_options.ts", "wait_for.ts"],
    types: ["log/log.ts"],
  },
  "cli": {
    values: [
      ...[
        "core",
        "options",
        "protocol",
        "recording",
        "abort.ts",
        "clock.ts",
        "cookie.ts",
        "random_bytes.ts",
        "files",
        "report",
        "version.ts",
        "start.ts",
        "registry/url.ts",
        // Which members are asked for their links: a simulated cluster asks the same.
        "node/view/link_survey.ts",
      ],
      ...["simulation", "doctor", "health", "history/node_history.ts", "http", "service"],
    ],
    types: [
      "barrier.ts",
      "log/log.ts",
      "node/turns.ts",
      "node/node.ts",
      "registry/registry.ts",
      "transport/transport.ts",
    ],
    outside: [anyNode, "valibot"],
  },
  "main.ts": { values: ["cli"], outside: ["node:process"] },
};
