/**
 * The few calls of the C library that Deno has none for: to look at ended children and take them, to
 * become a subreaper, to send a datagram to a Unix socket.
 *
 * Only Linux on x86-64 and ARM64, whose `siginfo_t` and constants are the same. Deno needs the
 * permission to load the library, `--allow-ffi`; `--allow-ffi=/lib/x86_64-linux-gnu/libc.so.6`
 * grants this one alone.
 *
 * @module
 */
import { encodeUtf8 } from "../core/base/text.ts";
import { errorText } from "../core/base/error_text.ts";

const symbols = {
  waitid: { parameters: ["i32", "u32", "buffer", "i32"], result: "i32" },
  waitpid: { parameters: ["i32", "buffer", "i32"], result: "i32" },
  prctl: { parameters: ["i32", "u64", "u64", "u64", "u64"], result: "i32" },
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  sendto: { parameters: ["i32", "buffer", "usize", "i32", "buffer", "u32"], result: "isize" },
  close: { parameters: ["i32"], result: "i32" },
} as const satisfies Deno.ForeignLibraryInterface;

/** By its short name, which a permission for one file does not cover, and where it lies. */
const libraries = [
  "libc.so.6",
  `/lib/${Deno.build.arch}-linux-gnu/libc.so.6`,
  "/lib64/libc.so.6",
  "/usr/lib/libc.so.6",
];

// From the headers of Linux: wait.h, prctl.h, socket.h, un.h.
const P_ALL = 0;
const WNOHANG = 1;
const WEXITED = 4;
const WNOWAIT = 0x1000000;
const PR_SET_CHILD_SUBREAPER = 36;
const AF_UNIX = 1;
const SOCK_DGRAM_CLOEXEC = 0x80002;
const MSG_DONTWAIT_NOSIGNAL = 0x4040;
const siginfoBytes = 128;
/** Where `si_pid` lies in a `siginfo_t` that tells of a child. */
const siPidOffset = 16;
/** Longest path of a Unix socket, in bytes. */
const pathMaxBytes = 108;

/** The C library, open. */
export class Libc implements Disposable {
  readonly #library: Deno.DynamicLibrary<typeof symbols>;

  private constructor(library: Deno.DynamicLibrary<typeof symbols>) {
    this.#library = library;
  }

  /** Opens it; a text says why it cannot be. */
  static open(): Libc | string {
    if (Deno.build.os !== "linux") return `there is no use for it on ${Deno.build.os}`;
    const faults: string[] = [];
    for (const path of libraries) {
      try {
        return new Libc(Deno.dlopen(path, symbols));
      } catch (error) {
        faults.push(errorText(error));
      }
    }
    return faults[0] ?? "it is not there";
  }

  /**
   * Process id of a child that has ended and was not waited for, left as it is.
   *
   * @returns `undefined` if there is none
   */
  peekEnded(): number | undefined {
    const siginfo = new Uint8Array(siginfoBytes);
    const failed =
      this.#library.symbols.waitid(P_ALL, 0, siginfo, WNOHANG | WEXITED | WNOWAIT) !== 0;
    const pid = new DataView(siginfo.buffer).getInt32(siPidOffset, true);
    return failed || pid === 0 ? undefined : pid;
  }

  /** Takes the exit status of that child, so that it is no zombie any more; false if it is none. */
  reap(pid: number): boolean {
    return this.#library.symbols.waitpid(pid, new Uint8Array(4), WNOHANG) === pid;
  }

  /** From now on orphans among the descendants become children of this process; false on failure. */
  becomeSubreaper(): boolean {
    return this.#library.symbols.prctl(PR_SET_CHILD_SUBREAPER, 1n, 0n, 0n, 0n) === 0;
  }

  /**
   * Sends one datagram and never waits.
   *
   * @param path of a Unix socket; with an `@` in front its name is abstract
   * @returns false if it could not be sent
   */
  sendDatagram(path: string, bytes: Uint8Array<ArrayBuffer>): boolean {
    const address = socketAddress(path);
    if (address === undefined) return false;
    const { socket, sendto, close } = this.#library.symbols;
    const descriptor = socket(AF_UNIX, SOCK_DGRAM_CLOEXEC, 0);
    if (descriptor < 0) return false;
    const flags = MSG_DONTWAIT_NOSIGNAL;
    const sent = sendto(descriptor, bytes, BigInt(bytes.length), flags, address, address.length);
    close(descriptor);
    return Number(sent) === bytes.length;
  }

  [Symbol.dispose](): void {
    this.#library.close();
  }
}

/** A `sockaddr_un`; `undefined` if the path is too long. */
function socketAddress(path: string): Uint8Array<ArrayBuffer> | undefined {
  const name = encodeUtf8(path);
  // An abstract name begins with a zero and ends with the address, others end with a zero.
  const isAbstract = path.startsWith("@");
  if (isAbstract) name[0] = 0;
  if (name.length + (isAbstract ? 0 : 1) > pathMaxBytes) return undefined;
  const address = new Uint8Array(2 + name.length + (isAbstract ? 0 : 1));
  new DataView(address.buffer).setUint16(0, AF_UNIX, true);
  address.set(name, 2);
  return address;
}
