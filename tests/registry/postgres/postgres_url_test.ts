/**
 * URLs of PostgreSQL registries.
 *
 * @module
 */
import assert from "node:assert/strict";
import { parsePostgresUrl } from "../../../lib/registry/postgres/postgres_url.ts";
import { parseRegistryUrl, registryUrlFault, withoutSecrets } from "../../../lib/registry/url.ts";

Deno.test("parsePostgresUrl() takes URLs apart", () => {
  const plain = {
    hosts: [{ host: "host", port: 5432 }],
    user: undefined,
    password: undefined,
    database: undefined,
    schema: "clusternode",
    sslmode: "disable",
    sslrootcert: undefined,
    sslcert: undefined,
    sslkey: undefined,
    mustWrite: false,
    startup: {},
  };
  const legal: [string, object][] = [
    ["postgres://host", {}],
    ["postgresql://ada:p%40ss@[::1]:5433/base?schema=a_1&sslmode=require", {
      hosts: [{ host: "::1", port: 5433 }],
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
    // As providers hand them out.
    ["postgres://u:p@h.example.com/base?sslmode=require&channel_binding=require", {
      hosts: [{ host: "h.example.com", port: 5432 }],
      user: "u",
      password: "p",
      database: "base",
      sslmode: "verify-full",
    }],
    ["postgres://u.x:p@pooler.example.com:6543/base?pgbouncer=true&connection_limit=1", {
      hosts: [{ host: "pooler.example.com", port: 6543 }],
      user: "u.x",
      password: "p",
      database: "base",
    }],
    ["postgres://h1:1,h2/base?target_session_attrs=read-write&connect_timeout=10", {
      hosts: [{ host: "h1", port: 1 }, { host: "h2", port: 5432 }],
      database: "base",
      mustWrite: true,
    }],
    ["postgres://host/base?target_session_attrs=any", { database: "base" }],
    ["postgres://h1,h2?port=1,2", {
      hosts: [{ host: "h1", port: 1 }, { host: "h2", port: 2 }],
      mustWrite: true,
    }],
    ["postgres:///base?host=/var/run/postgresql&user=ada", {
      hosts: [{ host: "/var/run/postgresql", port: 5432 }],
      user: "ada",
      database: "base",
    }],
    ["postgres://u:p@/base?host=/cloudsql/project:region:instance", {
      hosts: [{ host: "/cloudsql/project:region:instance", port: 5432 }],
      user: "u",
      password: "p",
      database: "base",
    }],
    ["postgres://%2Fvar%2Frun?dbname=base", {
      hosts: [{ host: "/var/run", port: 5432 }],
      database: "base",
    }],
    ["postgres://host?ssl=true", { sslmode: "require" }],
    ["postgres://host?sslmode=prefer", { sslmode: "prefer" }],
    ["postgres://host?sslmode=allow", { sslmode: "prefer" }],
    ["postgres://host?sslmode=verify-ca&sslrootcert=/ca", {
      sslmode: "verify-ca",
      sslrootcert: "/ca",
    }],
    ["postgres://host?sslmode=require&sslrootcert=/ca", {
      sslmode: "verify-ca",
      sslrootcert: "/ca",
    }],
    ["postgres://host?sslmode=verify-full&sslrootcert=system", { sslmode: "verify-full" }],
    ["postgres://host?sslmode=require&sslcert=/c&sslkey=/k", {
      sslmode: "require",
      sslcert: "/c",
      sslkey: "/k",
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
    ["postgres://u:p#geheim@host/base", /#, which is written as %23/],
    ["postgres://u:p/geheim@host/base", /\/ is written as %2F/],
    ["postgres://u:1?geheim@host/base", /\? as %3F/],
    ["postgres://Server=h;Password=geheim", /its host no\. 1 is not of the form/],
    ["postgres://host/base;password=geheim", /a space or a ;/],
    ["postgres://host/base password=geheim", /a space/],
    ["postgres://host/base?target_session_attrs=standby", /may be any, read-write, primary/],
    ["postgres://host/base?gssencmode=require", /gssencmode may be disable, prefer/],
    ["postgres://host/base?channel_binding=require&sslmode=prefer", /needs sslmode=require/],
    ["postgres://host/base?connect_timeout=soon", /connect_timeout asks for what cannot/],
    ["postgres://host/base?port=70000", /port is not between/],
    ["postgres://host/base?sslmode=require&sslcert=/c", /only one of sslcert and sslkey/],
    ["postgres://host/base?sslcert=/c&sslkey=/k", /with sslmode=require/],
    ["postgres://host/base?passfile=x", /"passfile" is not known/],
    ["postgres://host/base#x", /%23/],
    ["postgres://host/100%", /%25/],
    ["postgres://host/a%00b", /zero byte/],
    ["postgres://host/base?application_name=%00", /zero byte/],
    ["postgres://host/base?sslmod=verify-full", /"sslmod" is not known; known are schema, sslmode/],
    ["postgres://host/base?schema=a&schema=b", /twice/],
    ["postgres://host/base?sslmode=prefer", undefined],
    [
      "postgres://host/base?sslmode=tls",
      /its sslmode is not known; known are disable, prefer, require/,
    ],
    ["postgres://host/base?sslrootcert=x", /with sslmode=require or verify/],
    ["postgres://host/base?schema=a.b", /schema may hold/],
    [`postgres://host/base?schema=${"a".repeat(64)}`, /schema may hold/],
  ];
  for (const [url, fault] of faults) {
    if (fault === undefined) assert.equal(registryUrlFault(url), undefined, url);
    else assert.match(registryUrlFault(url) ?? "", fault, url);
    assert.doesNotMatch(`${registryUrlFault(url)} ${withoutSecrets(url)}`, /geheim/);
  }
});

Deno.test("withoutSecrets() hides the password of a PostgreSQL, and shows the rest", () => {
  assert.equal(
    withoutSecrets("postgres://ada:sesame@h1:1,h2/base?password=sesame&port=7"),
    "postgres://ada:***@h1:1,h2/base?password=***&port=7",
  );
  assert.equal(withoutSecrets("postgres://sesame@h/base"), "postgres://***@h/base");
  const url = "postgres://ada:sesame@h:1/base?schema=a&sslmode=verify-full&sslrootcert=/ca";
  assert.equal(withoutSecrets(url), url.replace("sesame", "***"));
  assert.ok(!withoutSecrets("postgres://h/base?options=-c%20a.sesame%3D1").includes("sesame"));
});
