/**
 * What goes wrong on the way to a server, in the same words for every back end.
 *
 * Sockets give codes, `fetch` gives texts only, and both word TLS as the library below them does. So
 * everything that an error says is searched for signs.
 *
 * @module
 */

/** The other end of a connection. */
export interface Peer {
  /** Host and port, as people write them. */
  readonly at: string;
  /** The parameter of the URL that names a file of certificates to trust. */
  readonly caParameter: string;
  /** Host and port of the HTTP proxy on the way, if there is one. */
  readonly proxy?: string | undefined;
  /** The one that names the file of a certificate of our own; `undefined` if there is none. */
  readonly certParameter?: string;
  /** True if one was shown. */
  readonly hasCertificate?: boolean;
}

type Words = (peer: Peer) => string;

/** Characters that are looked at of what an error says: some repeat what the other side has sent. */
const saidMaxLength = 4_000;

/** The one that is dialled: a proxy, where there is one. */
function dialled({ at, proxy }: Peer): string {
  return proxy === undefined ? at : `the proxy ${proxy}`;
}

/** The first sign that is found counts. */
const signs: readonly (readonly [sign: RegExp, words: Words])[] = [
  [/NotCapable|requires net access/i, ({ at }) => `the network may not be used for ${at}`],
  [/proxy auth/i, (peer) => `${dialled(peer)} wants a user and a password`],
  [/unsuccessful tunnel/i, (peer) => `${dialled(peer)} opens no way to ${peer.at}`],
  // Alerts are what the other side says, so these are about a certificate of ours, or the lack of it.
  [
    /CertificateRequired|CERTIFICATE_REQUIRED|alert:? .*(BadCertificate|UnknownCA|CertificateUnknown|CertificateExpired|CertificateRevoked|UnsupportedCertificate|AccessDenied)/i,
    ({ at, certParameter, hasCertificate }) =>
      hasCertificate === true
        ? `${at} does not accept the client certificate`
        : `${at} wants a client certificate; ${certParameter ?? "nothing"} can name its file`,
  ],
  [
    /UnknownIssuer|SELF_SIGNED|self.signed|UNABLE_TO_|unable to get .*issuer/i,
    ({ at, caParameter }) =>
      `the certificate of ${at} comes from an authority that is not known here; ` +
      `${caParameter} can name its file`,
  ],
  // Three that OpenSSL makes unless it is told otherwise, and that its own clients accept.
  [
    /CaUsedAsEndEntity/i,
    ({ at }) =>
      `the certificate of ${at} is that of an authority (CA:TRUE), which may not be a server's own; ` +
      "make one with basicConstraints=CA:FALSE",
  ],
  [
    /UnsupportedCertVersion/i,
    ({ at }) =>
      `the certificate of ${at} is of version 1, without extensions; make one of version 3, with ` +
      "subjectAltName",
  ],
  [
    /not valid for any names/i,
    ({ at }) =>
      `the certificate of ${at} names its host nowhere but in the common name, which does not count; ` +
      "make one with subjectAltName",
  ],
  [
    /NotValidForName|not valid for name|ALTNAME/i,
    ({ at }) => `the certificate of ${at} is for another host`,
  ],
  [
    /NotValidYet|NOT_YET_VALID|not valid yet|not yet valid/i,
    ({ at }) => `the certificate of ${at} is not valid yet: is the clock of this machine slow?`,
  ],
  [
    /CERT_HAS_EXPIRED|CertificateExpired|certificate.*expired/i,
    ({ at }) => `the certificate of ${at} has expired`,
  ],
  [
    /InvalidContentType|WRONG_VERSION_NUMBER|corrupt message|handshake eof/i,
    ({ at }) => `${at} does not speak TLS`,
  ],
  [/certificate|\bCERT_/i, ({ at }) => `the certificate of ${at} is not accepted`],
  [/handshake|fatal alert/i, ({ at }) => `${at} and this node agree on no TLS`],
  [/refused/i, (peer) => `${dialled(peer)} refuses the connection`],
  [/ENOTFOUND|EAI_|dns error|lookup/i, (peer) => `the host of ${dialled(peer)} is not known`],
  [/EHOSTUNREACH|ENETUNREACH|unreachable/i, (peer) => `${dialled(peer)} cannot be reached`],
  [/ETIMEDOUT|timed out/i, (peer) => `${dialled(peer)} does not answer`],
  [
    /ECONNRESET|ECONNABORTED|EPIPE|reset by peer|broken pipe|closed before message/i,
    (peer) => brokenReason(dialled(peer)),
  ],
];

/** What an error of a socket, of TLS or of `fetch` means, or `undefined` if it shows no sign. */
export function networkReason(error: unknown, peer: Peer): string | undefined {
  const said = saidBy(error);
  return signs.find(([sign]) => sign.test(said))?.[1](peer);
}

/** A connection that ended without saying why. */
export function brokenReason(at: string): string {
  return `the connection to ${at} broke`;
}

/** Names, codes and messages of an error and of what caused it, without the URLs in them. */
export function saidBy(error: unknown): string {
  let said = "";
  for (let each = error; each instanceof Error; each = each.cause) {
    const code = "code" in each && each.code !== undefined ? `${each.code} ` : "";
    said += `${each.name} ${code}${each.message}\n`;
  }
  return said.slice(0, saidMaxLength).replace(/https?:\/\/[^\s)]*/g, "");
}
