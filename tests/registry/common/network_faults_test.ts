/**
 * Errors of networks in words; real ones are met in `tests/servers`.
 *
 * @module
 */
import assert from "node:assert/strict";
import { networkReason } from "../../../lib/registry/common/network_faults.ts";

const peer = { at: "h:1", caParameter: "tls_ca", certParameter: "tls_cert" };

Deno.test("networkReason() understands codes, texts, and causes", () => {
  const coded = (code: string): Error => Object.assign(new Error(""), { code });
  const caused = (text: string): Error =>
    new TypeError("error sending request for url (http://127.0.0.1/refused)", {
      cause: new Error(`client error (Connect): ${text}`),
    });
  const reasons: [Error, string | undefined][] = [
    [coded("ECONNREFUSED"), "h:1 refuses the connection"],
    [caused("Connection refused (os error 111)"), "h:1 refuses the connection"],
    [coded("ENOTFOUND"), "the host of h:1 is not known"],
    [caused("dns error: failed to lookup address"), "the host of h:1 is not known"],
    [coded("ENETUNREACH"), "h:1 cannot be reached"],
    [coded("ETIMEDOUT"), "h:1 does not answer"],
    [coded("ECONNRESET"), "the connection to h:1 broke"],
    [
      new Error("invalid peer certificate: UnknownIssuer"),
      "the certificate of h:1 comes from an authority that is not known here; " +
      "tls_ca can name its file",
    ],
    [
      new Error("invalid peer certificate: certificate not valid for name"),
      "the certificate of h:1 is for another host",
    ],
    [
      new Error(
        'certificate not valid for name "h"; certificate is not valid for any names (according to',
      ),
      "the certificate of h:1 names its host nowhere but in the common name, which does not count; " +
      "make one with subjectAltName",
    ],
    [
      new Error("invalid peer certificate: Other(OtherError(CaUsedAsEndEntity))"),
      "the certificate of h:1 is that of an authority (CA:TRUE), which may not be a server's own; " +
      "make one with basicConstraints=CA:FALSE",
    ],
    [
      new Error("invalid peer certificate: Other(OtherError(UnsupportedCertVersion))"),
      "the certificate of h:1 is of version 1, without extensions; make one of version 3, with " +
      "subjectAltName",
    ],
    [coded("CERT_HAS_EXPIRED"), "the certificate of h:1 has expired"],
    [
      new Error("invalid peer certificate: certificate not valid yet: verification time 1"),
      "the certificate of h:1 is not valid yet: is the clock of this machine slow?",
    ],
    [
      coded("CERT_NOT_YET_VALID"),
      "the certificate of h:1 is not valid yet: is the clock of this machine slow?",
    ],
    [
      new Error("received fatal alert: CertificateRequired"),
      "h:1 wants a client certificate; tls_cert can name its file",
    ],
    [
      new Error("received fatal alert: BadCertificate"),
      "h:1 wants a client certificate; tls_cert can name its file",
    ],
    [new Error("invalid peer certificate: BadEncoding"), "the certificate of h:1 is not accepted"],
    [new Error("received corrupt message"), "h:1 does not speak TLS"],
    [new Error("received fatal alert: X"), "h:1 and this node agree on no TLS"],
    [new Deno.errors.NotCapable("Requires net access"), "the network may not be used for h:1"],
    // What stands in an address is no sign.
    [caused("something else"), undefined],
  ];
  for (const [error, reason] of reasons) assert.equal(networkReason(error, peer), reason);
  assert.equal(
    networkReason(new Error("received fatal alert: UnknownCA"), { ...peer, hasCertificate: true }),
    "h:1 does not accept the client certificate",
  );
});
