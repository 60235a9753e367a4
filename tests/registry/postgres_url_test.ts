/**
 * URLs of PostgreSQL registries.
 *
 * @module
 */
import assert from "node:assert/strict";
import { parsePostgresUrl } from "../../lib/registry/postgres_url.ts";
import { parseRegistryUrl, registryUrlFault, withoutSecrets } from "../../lib/registry/url.ts";

Deno.test("parsePostgresUrl() takes URLs apart", () => {
  const plain = {
    host: "host",
    port: 5432,
    user: undefined,
    password: undefined,
    database: undefined,
    schema: "clusternode",
    sslmode: "disable",
    sslrootcert: undefined,
    startup: { application_name: "clusternode" },
  };
  const legal: [string, object][] = [
    ["postgres://host", {}],
    ["postgresql://ada:p%40ss@[::1]:5433/base?schema=a_1&sslmode=require", {
      host: "::1",
      port: 5433,
      user: "ada",
      password: "p@ss",
      database: "base",
      schema: "a_1",
      sslmode: "require",
    }],
    ["postgres://host?sslmode=verify-full&sslrootcert=/tmp/ca.crt", {
      sslmode: "verify-full",
      sslrootcert: "/tmp/ca.crt",
    }],
    ["postgres://host?application_name=x&options=-c%20geqo%3Doff", {
      startup: { application_name: "x", options: "-c geqo=off" },
    }],
  ];
  for (const [text, changes] of legal) {
    assert.deepEqual(parsePostgresUrl(text), { ...plain, ...changes }, text);
    assert.deepEqual(parseRegistryUrl(text), { backEnd: "postgres", location: text });
  }
});

Deno.test("registryUrlFault() says what is wrong with the URL of a PostgreSQL", () => {
  const faults: [string, RegExp | undefined][] = [
    ["postgres://host", undefined],
    ["postgresql://user:p%40ss@[::1]:5433/base?schema=a_1&sslmode=require", undefined],
    ["postgres://host/base?sslmode=verify-full&sslrootcert=/tmp/ca.crt", undefined],
    ["postgres://host/base?application_name=x&options=-c%20geqo%3Doff", undefined],
    ["postgres:///base", /names no host/],
    ["postgres://host/base#x", /%23/],
    ["postgres://one,two/base", /one host/],
    ["postgres://%2Ftmp/base", /one host/],
    ["postgres://host/100%", /%25/],
    ["postgres://host/a%00b", /zero byte/],
    ["postgres://host/base?application_name=%00", /zero byte/],
    ["postgres://host/base?sslmod=verify-full", /"sslmod" is not known; known are schema, sslmode/],
    ["postgres://host/base?schema=a&schema=b", /twice/],
    ["postgres://host/base?sslmode=prefer", /"prefer" is not known; known are disable, require/],
    ["postgres://host/base?sslmode=require&sslrootcert=x", /sslmode=verify-full only/],
    ["postgres://host/base?schema=a.b", /schema may hold/],
    [`postgres://host/base?schema=${"a".repeat(64)}`, /schema may hold/],
  ];
  for (const [url, fault] of faults) {
    if (fault === undefined) assert.equal(registryUrlFault(url), undefined, url);
    else assert.match(registryUrlFault(url) ?? "", fault, url);
  }
});

Deno.test("withoutSecrets() hides the password of a PostgreSQL, and shows the rest", () => {
  const url = "postgres://ada:sesame@h:1/base?schema=a&sslmode=verify-full&sslrootcert=/ca";
  assert.equal(withoutSecrets(url), url.replace("sesame", "***"));
  assert.ok(!withoutSecrets("postgres://h/base?options=-c%20a.sesame%3D1").includes("sesame"));
});
