/**
 * What else the program reads and writes: variables that are no options, and files.
 *
 * @module
 */

/** Names of variables, and what they are for. */
export type Variables = readonly (readonly [names: readonly string[], meaning: string])[];

/** Variables that the program, or a library in it, reads, beside those of options. */
export const variablesRead: Variables = [
  [["NO_COLOR"], "If it is set, nothing is coloured."],
  [["TERM"], "With `dumb` there are neither colours nor live tables."],
  [["HOME", "USERPROFILE"], "Where `.erlang.cookie` and `.aws` are looked for."],
  [["USER", "LOGNAME"], "Who is named as having asked, by `leave`."],
  [
    ["XDG_RUNTIME_DIR", "TMPDIR"],
    "Where the socket that `health` asks lies; else in `/dev/shm` " +
    "or `/tmp`.",
  ],
  [
    ["SSH_CONNECTION", "DISPLAY", "WAYLAND_DISPLAY"],
    "Whether `open` finds a desktop to open the " +
    "page on.",
  ],
  [
    ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"],
    "The proxy through which etcd and " +
    "buckets are reached, and what is reached without it; small letters count as well.",
  ],
  [["PGUSER", "PGPASSWORD", "PGDATABASE"], "What the URL of a PostgreSQL registry leaves out."],
  [["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"], "Keys for a bucket."],
  [["AWS_REGION", "AWS_DEFAULT_REGION"], "The region of a bucket whose URL names none."],
  [
    ["AWS_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"],
    "Which profile of which " +
    "files has keys and region.",
  ],
  [
    [
      ...["AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_SESSION_NAME"],
      "AWS_ENDPOINT_URL_STS",
    ],
    "The role that gives keys, as EKS sets it.",
  ],
  [
    [
      ...["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"],
      ...["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "AWS_CONTAINER_AUTHORIZATION_TOKEN"],
    ],
    "Where a task gets its keys, as ECS sets it.",
  ],
  [["ERL_EPMD_PORT"], "The port of EPMD, with `--beam`; 4369 without it."],
  [
    ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"],
    "Set by systemd: it is told when the node " +
    "is up, what it does, and that it is alive.",
  ],
  [
    ["SYSTEMD_EXEC_PID", "JOURNAL_STREAM"],
    "Set by systemd: a clean end gives 0, and lines carry " +
    "a priority in place of the time.",
  ],
];

/** Variables that a command behind `--` finds in its environment. */
export const variablesOfService: Variables = [
  [["CLUSTERNODE_SELF"], "The name of the node that carries it: `n1@10.0.0.5`."],
  [["CLUSTERNODE_INSTANCE"], "32 hexadecimal digits, others for each run of the node."],
  [["CLUSTERNODE_CLUSTER"], "The cluster of the node."],
  [["CLUSTERNODE_ADDRESS"], "Where peers reach the node: `10.0.0.5:4000`."],
];

/** Files that are there unless options say otherwise. */
export const files: readonly (readonly [path: string, meaning: string])[] = [
  [
    "/tmp/sync_dir",
    "The registry: a file for each node, and the folder `.clusternode` with the minted cookie.",
  ],
  [
    "/tmp/log/cluster.log",
    "The log; older ones end in `.1` to `.4`. Beside it lies the lock that " +
    "its writers share, `.cluster.log.lock`.",
  ],
  ["/tmp/log/NAME.history.jsonl", "What the node NAME remembers, with `--history`."],
  ["~/.erlang.cookie", "The Erlang cookie, with `--beam`."],
  [
    "~/.aws/config, ~/.aws/credentials",
    "Keys and region of a bucket, where no variables give them.",
  ],
];
