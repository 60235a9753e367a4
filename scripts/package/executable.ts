/**
 * The platform that a binary is for, as its first bytes tell.
 *
 * A binary is put on top of whatever base runtime `DENORT_BIN` names, also on that of another
 * platform.
 *
 * @module
 */

/** Numbers of processors in ELF, Mach-O and PE, as Node names them. */
const elfMachines: Readonly<Record<number, string>> = { 62: "x64", 183: "arm64" };
const machMachines: Readonly<Record<number, string>> = { 0x1000007: "x64", 0x100000c: "arm64" };
const peMachines: Readonly<Record<number, string>> = { 0x8664: "x64", 0xaa64: "arm64" };

/** Enough to have the header of a PE file in it, in bytes. */
const headBytes = 4096;

/** The platform of a binary with these first bytes, such as `linux-x64`; `undefined` if of none. */
export function platformOfHead(head: Uint8Array): string | undefined {
  if (head.length < 64) return undefined;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const named = (os: string, cpu: string | undefined): string | undefined => cpu && `${os}-${cpu}`;
  if (view.getUint32(0) === 0x7f454c46) {
    return named("linux", elfMachines[view.getUint16(18, true)]);
  }
  if (view.getUint32(0, true) === 0xfeedfacf) {
    return named("darwin", machMachines[view.getUint32(4, true)]);
  }
  if (view.getUint16(0) !== 0x4d5a) return undefined;
  const at = view.getUint32(60, true);
  if (at + 6 > head.length || view.getUint32(at) !== 0x50450000) return undefined;
  return named("win32", peMachines[view.getUint16(at + 4, true)]);
}

/** The platform of the binary in a file, such as `linux-x64`; `undefined` if of none. */
export async function platformOf(path: string): Promise<string | undefined> {
  using file = await Deno.open(path);
  const head = new Uint8Array(headBytes);
  const length = await file.read(head);
  return platformOfHead(head.subarray(0, length ?? 0));
}
