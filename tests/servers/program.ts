/**
 * What tests with servers need of the system: programs that run to their end, certificates.
 *
 * @module
 */
import assert from "node:assert/strict";

/** How a program is run. */
export interface RunOptions {
  /** What it reads. */
  readonly input?: string;
  readonly env?: Record<string, string>;
  /** It leaves a server behind, which would keep a pipe of ours open: what it says is not read. */
  readonly isDaemon?: boolean;
}

/** Runs a program to its end; what it prints. */
export async function run(
  program: string,
  args: readonly string[],
  { input = "", env = {}, isDaemon = false }: RunOptions = {},
): Promise<string> {
  const stdio = isDaemon ? "null" : "piped";
  const child = new Deno.Command(program, {
    args: [...args],
    env,
    stdin: "piped",
    stdout: stdio,
    stderr: stdio,
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input)).catch(() => {});
  await writer.close().catch(() => {});
  if (isDaemon) {
    assert.ok((await child.status).success, `${program} ${args.join(" ")}`);
    return "";
  }
  const { success, stdout, stderr } = await child.output();
  const [said = "", ...more] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assert.ok(success, `${program} ${args.join(" ")}: ${said} ${more}`);
  return said.trimEnd();
}

/** Whom the certificate `client.crt` names. */
export const clientName = "client_with_certificate";

/**
 * Makes an authority, `ca.crt`, and two certificates that it has signed, `server.crt` and
 * `client.crt` with their keys, in `folder`.
 */
export async function makeCertificates(
  folder: string,
  names = "DNS:localhost,IP:127.0.0.1",
): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const file = (name: string): string => `${folder}/${name}`;
  const request = (subject: string, key: string): string[] => [
    ...["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"],
    ...["-subj", `/CN=${subject}`, "-keyout", file(key)],
  ];
  const days = ["-days", "2"];
  await run("openssl", [...request("test", "ca.key"), "-x509", ...days, "-out", file("ca.crt")]);
  await Deno.writeTextFile(file("names"), `subjectAltName = ${names}`);
  for (const [name, subject] of [["server", "localhost"], ["client", clientName]] as const) {
    await run("openssl", [...request(subject, `${name}.key`), "-out", file(`${name}.csr`)]);
    await run("openssl", [
      ...["x509", "-req", "-in", file(`${name}.csr`), "-extfile", file("names"), ...days],
      ...["-CA", file("ca.crt"), "-CAkey", file("ca.key"), "-CAcreateserial"],
      ...["-out", file(`${name}.crt`)],
    ]);
  }
}
