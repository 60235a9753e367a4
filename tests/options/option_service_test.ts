import { deepEqual, match, ok } from "node:assert/strict";
import { readyCheck, restartPolicy, signalRewrite } from "../../lib/options/option_service.ts";
import { startCondition, successCode } from "../../lib/options/option_service.ts";
import type { ValueType } from "../../lib/options/option_values.ts";

const checks = { registryUrlFault: () => undefined };

/** Reads legal texts, and asserts of the others that the fault says what is legal. */
function reads<T>(
  type: ValueType<T>,
  legal: Readonly<Record<string, T>>,
  wrong: Readonly<Record<string, RegExp>>,
): void {
  for (const [text, value] of Object.entries(legal)) {
    deepEqual(type.read(text, checks), { value }, text);
  }
  for (const [text, expected] of Object.entries(wrong)) {
    const reading = type.read(text, checks);
    ok("fault" in reading, `${JSON.stringify(text)} is taken`);
    match(reading.fault, expected, text);
  }
}

Deno.test("restartPolicy reads the words of Docker, and refuses others", () => {
  const words = /no, on-failure, on-failure:N or always/;
  reads(restartPolicy, {
    "no": { kind: "no" },
    "always": { kind: "always" },
    "on-failure": { kind: "on-failure", restartsMax: Infinity },
    "on-failure:5": { kind: "on-failure", restartsMax: 5 },
  }, {
    "": words,
    "unless-stopped": words,
    "on-failure:": words,
    "on-failure:-1": words,
    "on-failure:0": /from 1 to 1000000/,
    "on-failure:1000001": /from 1 to 1000000/,
  });
});

Deno.test("readyCheck reads ports, URLs and commands, and refuses what cannot be checked", () => {
  const address = { host: "127.0.0.1", port: 8080 };
  const host = "127.0.0.1:8080";
  reads(readyCheck, {
    "tcp:8080": { kind: "tcp", address },
    "tcp:[::1]:8080": { kind: "tcp", address: { host: "::1", port: 8080 } },
    "tcp:db.internal:5432": { kind: "tcp", address: { host: "db.internal", port: 5432 } },
    "http://127.0.0.1:8080/health?deep=1": { kind: "http", address, host, path: "/health?deep=1" },
    "http://127.0.0.1:8080": { kind: "http", address, host, path: "/" },
    "http://[::1]/": { kind: "http", address: { host: "::1", port: 80 }, host: "[::1]", path: "/" },
    "exec:pg_isready  -q": { kind: "exec", command: ["pg_isready", "-q"] },
  }, {
    "": /tcp:8080, http:.* or exec:command/,
    "udp:53": /tcp:8080/,
    "tcp:": /a port, such as tcp:8080/,
    "tcp:0": /a port/,
    "tcp:65536": /a port/,
    "tcp:host": /a port/,
    "tcp:0.0.0.0:80": /a port/,
    "https://127.0.0.1/": /not https/,
    "http://": /a URL with host, port and path/,
    "http://user@host/": /a URL/,
    "http://host/a b": /a URL/,
    "http://host/a\r\nX: y": /a URL/,
    "http://host/#top": /a URL/,
    "exec:": /the command is missing/,
    "exec:sh -c 'exit 0'": /quotes have no meaning/,
  });
});

Deno.test("startCondition reads a number of members or a tag", () => {
  reads(startCondition, {
    "members=3": { kind: "members", count: 3 },
    "tag:role=db": { kind: "tag", key: "role", value: "db" },
  }, {
    "": /members=3/,
    "members=0": /members=3/,
    "members=100000": /1 to 99999/,
    "role=db": /tag:role=db/,
    "tag:role": /behind tag:, it must be key=value/,
  });
});

Deno.test("signalRewrite reads two signals, with or without SIG", () => {
  reads(signalRewrite, {
    "TERM=QUIT": ["SIGTERM", "SIGQUIT"],
    "sighup=sigterm": ["SIGHUP", "SIGTERM"],
    "USR1=INT": ["SIGUSR1", "SIGINT"],
  }, {
    "TERM": /two signals, such as TERM=QUIT/,
    "TERM=QUIT=INT": /two signals/,
    "KILL=TERM": /first signal must be TERM, HUP, QUIT, USR1, USR2, WINCH or CONT/,
    "INT=TERM": /first signal/,
    "TERM=SEGV": /second signal must be TERM, .*, INT or KILL/,
    "=": /first signal/,
  });
});

Deno.test("successCode reads exit codes, and nothing else", () => {
  reads(successCode, { "0": 0, "143": 143, "255": 255 }, {
    "": /0 to 255/,
    "256": /0 to 255/,
    "-1": /0 to 255/,
    "1.5": /0 to 255/,
  });
});
