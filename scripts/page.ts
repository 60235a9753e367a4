/**
 * Bundles the page into the module that the program carries: `deno task page`.
 *
 * The sources in `lib/http/page/` become one HTML document with its script and its style inline, so
 * that a browser asks for nothing else. The document is packed with gzip, as it is sent; the hashes
 * beside it are what its Content-Security-Policy allows to run.
 *
 * @module
 */
import { gzipSync } from "node:zlib";
import { fileURLToPath } from "node:url";

const root = new URL("../", import.meta.url);
const sources = new URL("lib/http/page/", root);
const target = new URL("lib/http/page_bundle.ts", root);
const hashesTarget = new URL("lib/http/page_hashes.ts", root);

/** One HTML document, and what a Content-Security-Policy has to allow in it. */
export interface Page {
  readonly html: string;
  /** `sha256-` and the hash in base64, without quotes. */
  readonly scriptHash: string;
  readonly styleHash: string;
}

/** The page as its sources are now. */
export async function bundlePage(): Promise<Page> {
  const [script, style] = await Promise.all([bundle("index.tsx"), bundle("page.css")]);
  // An element ends at the first of these, even within a string.
  if (/<\/s(cript|tyle)|<!--/i.test(script + style)) {
    throw new Error("An end of an element is in it");
  }
  return {
    html: documentText(script, style),
    scriptHash: await sha256(script),
    styleHash: await sha256(style),
  };
}

function documentText(script: string, style: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>clusternode</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<noscript>This page needs JavaScript. The members are listed at /v1/members, too.</noscript>
<script type="module">${script}</script>
</body>
</html>
`;
}

async function bundle(file: string): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--platform", "browser", "--minify", file],
    cwd: fileURLToPath(sources),
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout).trim();
}

async function sha256(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `sha256-${new Uint8Array(hash).toBase64()}`;
}

/** The module, as it is formatted. */
function moduleText({ html }: Page, packed: Uint8Array): string {
  return `/**
 * The page, ready to be sent. Made by \`deno task page\` from \`lib/http/page/\`: not to be edited.
 *
 * @module
 */

/** One HTML document. */
export const pageBundle = {
  /** Bytes of the document, before it was packed. */
  length: ${new TextEncoder().encode(html).length},
  /** The document, packed with gzip, in base64. */
  gzip:
    "${packed.toBase64()}",
} as const;
`;
}

/** What has to be known of the page before anybody asks for it; the page itself is large. */
function hashesText({ scriptHash, styleHash }: Page): string {
  return `/**
 * What in the page may run. Made by \`deno task page\`: not to be edited.
 *
 * @module
 */

/** The hashes that the Content-Security-Policy of the page allows. */
export const pageHashes = {
  scriptHash: "${scriptHash}",
  styleHash: "${styleHash}",
} as const;
`;
}

if (import.meta.main) {
  const page = await bundlePage();
  const packed = gzipSync(page.html, { level: 9 });
  await Deno.writeTextFile(target, moduleText(page, packed));
  await Deno.writeTextFile(hashesTarget, hashesText(page));
  const sizes = [page.html.length, packed.length].map((size) => `${(size / 1024).toFixed(1)} KB`);
  await Deno.stdout.write(
    new TextEncoder().encode(`lib/http/page_bundle.ts: ${sizes[0]}, packed ${sizes[1]}\n`),
  );
}
