/**
 * The texts in a package for Debian that are made from others: control file, change logs, unit.
 *
 * @module
 */
import { ScriptError } from "../common/script.ts";
import { filled } from "./templates.ts";

/** Who answers for the package; there is no mailbox, and `.invalid` says so. */
const maintainer = "clusternode contributors <contributors@clusternode.invalid>";

/** What the places in a control file are filled with. */
export interface ControlValues {
  readonly version: string;
  readonly architecture: string;
  /** In units of 1024 bytes. */
  readonly installedSize: number;
  readonly homepage: string | undefined;
}

/** The control file of the package, from its template. */
export function controlFile(template: string, values: ControlValues): string {
  const text = filled(template, {
    VERSION: values.version,
    ARCHITECTURE: values.architecture,
    MAINTAINER: maintainer,
    INSTALLED_SIZE: String(values.installedSize),
    HOMEPAGE: values.homepage ?? "",
  });
  return text.replace(/^Homepage: \n/m, "");
}

/** The log of the package itself, as Debian wants it; what changed in the program is in the other. */
export function packageChangelog(version: string, seconds: number): string {
  const date = new Date(seconds * 1000).toUTCString().replace("GMT", "+0000");
  return `clusternode (${version}) unstable; urgency=medium

  * As released; what is new stands in changelog.gz.

 -- ${maintainer}  ${date}
`;
}

/** What differs in the package from the unit that the documents have, which must have each of it once. */
const unitChanges: readonly (readonly [RegExp, string])[] = [
  [
    /^# A node as a unit of systemd[^]*?\n\n/,
    `# A node; configure it in /etc/clusternode, then: systemctl enable --now clusternode
# To change this file, systemctl edit clusternode.

`,
  ],
  [/^Description=.*\n/m, "$&Documentation=man:clusternode(1)\n"],
  [
    /^EnvironmentFile=.*\n/m,
    `# Variables beside those of the configuration, such as AWS_PROFILE or PGPASSFILE.
EnvironmentFile=-/etc/clusternode/environment
`,
  ],
  [
    /^ExecStart=\/usr\/local\/bin\/clusternode start$/m,
    "ExecStart=/usr/bin/clusternode start --config /etc/clusternode/config.json",
  ],
  [/^DynamicUser=yes\n/m, "User=clusternode\nGroup=clusternode\n"],
  [/^StateDirectory=clusternode\n/m, "$&StateDirectoryMode=0750\n"],
  [/^LogsDirectory=clusternode\n/m, "$&LogsDirectoryMode=0750\n"],
  [/(?:^#.*\n)?(?:^Environment=CLUSTERNODE_.*\n)+/m, ""],
];

/**
 * The unit of the package, from the one of the documents.
 *
 * @throws {ScriptError} if that has changed, so that it is not known any more what to change
 */
export function packageUnit(unit: string): string {
  return unitChanges.reduce((text, [old, now]) => {
    const count = [...text.matchAll(new RegExp(old, `${old.flags}g`))].length;
    if (count !== 1) fail(`The unit of the documents has ${count} places like ${old}, not one`);
    return text.replace(old, now);
  }, unit);
}

/** The licence as Debian wants it, in its machine-readable form. */
export function copyrightFile(license: string): string {
  const holders = /^Copyright \(c\) (.*)$/m.exec(license)?.[1] ?? fail("LICENSE names no holder");
  const terms = license.slice(license.indexOf("Permission is hereby granted")).trimEnd();
  const indented = terms.split("\n").map((line) => ` ${line === "" ? "." : line}`).join("\n");
  return `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: clusternode
Comment: The binary also contains Deno, what Deno is made of, and packages of npm,
 under licences of their own: see third-party.txt.gz beside this file.

Files: *
Copyright: ${holders}
License: Expat

License: Expat
${indented}
`;
}

function fail(text: string): never {
  throw new ScriptError(text);
}
