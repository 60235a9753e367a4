/**
 * Several hosts on one machine: Linux network namespaces joined by a bridge, each with an address of
 * its own, between which packets can be dropped. Only root on Linux can have them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { permitted } from "../permissions.ts";
import { Program, programCommand, succeeds } from "./process.ts";
import { TemporaryFolder } from "../support/temporary_folder.ts";

/** Tells runs apart that go on at the same time. */
const run = crypto.randomUUID().slice(0, 8);

/** Hosts in a network of their own, and the folder that they share. */
export class Hosts implements AsyncDisposable {
  readonly folder = new TemporaryFolder();
  readonly count: number;
  readonly #programs: Program[] = [];

  private constructor(count: number) {
    this.count = count;
  }

  /** Sets up hosts 1 … `count`, or returns `undefined` where that is not permitted. */
  static async open(count: number): Promise<Hosts | undefined> {
    const hosts = new Hosts(count);
    if (await hosts.#setUp()) return hosts;
    await hosts[Symbol.asyncDispose]();
    return undefined;
  }

  /** The address of host `number`. */
  address(number: number): string {
    return `10.77.0.${number}`;
  }

  /** The name of the node on host `number`. */
  name(number: number): string {
    return `n${number}@${this.address(number)}`;
  }

  /** Starts a node on each host. */
  startAll(...more: string[]): Program[] {
    return Array.from({ length: this.count }, (_, index) => this.start(index + 1, ...more));
  }

  /** Starts the node of host `number`. */
  start(number: number, ...more: string[]): Program {
    return this.#start(number, this.name(number), ...more);
  }

  /** Starts the node of host `number` with nothing but the part before the `@` of its name. */
  startDetecting(number: number, ...more: string[]): Program {
    return this.#start(number, `n${number}`, ...more);
  }

  /** Starts a node of any name on host `number`. */
  startAs(name: string, number: number, ...more: string[]): Program {
    return this.#start(number, name, ...more);
  }

  /**
   * Gives a host an address that leads nowhere but to itself, as private ones behind a translation
   * do.
   */
  async addPrivate(number: number, address: string): Promise<void> {
    await this.#ip(number, "addr", "add", `${address}/32`, "dev", "lo");
  }

  /** Runs another command on host `number`, to its end. */
  async command(number: number, ...args: string[]): Promise<{ code: number; text: string }> {
    const program = this.#run(number, [...args, ...this.options]);
    return { code: await program.ended(), text: program.text };
  }

  /** Options that every command of this cluster needs. */
  get options(): string[] {
    return ["--registry", `file://${this.folder.path}/registry`];
  }

  /** Gives a host the address of another `number`, and takes its own away. */
  async readdress(host: number, number: number): Promise<void> {
    await this.#ip(host, "addr", "del", `${this.address(host)}/24`, "dev", "eth0");
    await this.#ip(host, "addr", "add", `${this.address(number)}/24`, "dev", "eth0");
  }

  /** Gives a host a second interface, behind which all other networks lie. */
  async leadOut(host: number, name: string, address: string): Promise<void> {
    const away = `${name}-${host}`;
    const inside = ["peer", "name", name, "netns", namespace(host)];
    await this.#ip(0, "link", "add", away, "type", "veth", ...inside);
    await this.#ip(0, "link", "set", away, "up");
    await this.#ip(host, "addr", "add", `${address}/24`, "dev", name);
    await this.#ip(host, "link", "set", name, "up");
    await this.#ip(host, "route", "add", "default", "dev", name);
  }

  /** Where host `number` is reached over IPv6, once it was given that address. */
  address6(number: number): string {
    return `fd77::${number}`;
  }

  /** Gives a host an address of IPv6, and takes that of IPv4 away if it is to have no other. */
  async addIpv6(number: number, more: "beside IPv4" | "alone"): Promise<void> {
    const address = [`${this.address6(number)}/64`, "dev", "eth0", "nodad"];
    await this.#ip(number, "addr", "add", ...address);
    if (more === "beside IPv4") return;
    await this.#ip(number, "addr", "del", `${this.address(number)}/24`, "dev", "eth0");
  }

  /**
   * Gives what is started on a host from now on another `/etc/NAME`; told again, all see the
   * change.
   */
  async etc(number: number, name: "hosts" | "resolv.conf", ...lines: string[]): Promise<void> {
    // `ip netns exec` mounts what lies there over /etc, for its command alone.
    const folder = `/etc/netns/${namespace(number)}`;
    await Deno.mkdir(folder, { recursive: true });
    await Deno.writeTextFile(`${folder}/${name}`, lines.map((line) => `${line}\n`).join(""));
  }

  /** Has a socket of IPv6 on a host take no connections of IPv4. */
  async separateFamilies(number: number): Promise<void> {
    await this.#inside(number, "sysctl", "-q", "-w", "net.ipv6.bindv6only=1");
  }

  /** Has a host receive questions for names and answer none. */
  async silenceNameServer(number: number): Promise<void> {
    await this.#inside(
      number,
      "iptables",
      "-A",
      "INPUT",
      "-p",
      "udp",
      "--dport",
      "53",
      "-j",
      "DROP",
    );
  }

  /** Drops every packet that host `from` sends to host `to`. */
  async cut(from: number, to: number): Promise<void> {
    await this.#inside(from, "iptables", "-A", "OUTPUT", "-d", this.address(to), "-j", "DROP");
  }

  /** Drops every packet of more than a kilobyte that host `from` sends to host `to`. */
  async cutLarge(from: number, to: number): Promise<void> {
    const large = ["-m", "length", "--length", "1001:65535"];
    const rule = ["OUTPUT", "-d", this.address(to), ...large, "-j", "DROP"];
    await this.#inside(from, "iptables", "-A", ...rule);
  }

  /** Drops every packet from and to a host. */
  async unplug(number: number): Promise<void> {
    await this.#inside(number, "iptables", "-A", "OUTPUT", "-o", "eth0", "-j", "DROP");
    await this.#inside(number, "iptables", "-A", "INPUT", "-i", "eth0", "-j", "DROP");
  }

  /** Lets everything from and to a host through again. */
  async heal(number: number): Promise<void> {
    await this.#inside(number, "iptables", "-F");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#programs.map((program) => program[Symbol.asyncDispose]()));
    for (let number = 1; number <= this.count; number++) {
      await succeeds("ip", "netns", "del", namespace(number));
      await Deno.remove(`/etc/netns/${namespace(number)}`, { recursive: true }).catch(() => {});
    }
    await succeeds("ip", "netns", "del", namespace(0));
    await this.folder[Symbol.asyncDispose]();
  }

  #start(number: number, name: string, ...more: string[]): Program {
    const own = ["start", "--name", name, "--log-file", "none"];
    return this.#run(number, [...own, ...this.options, ...more]);
  }

  #run(number: number, args: string[]): Program {
    const { command, args: before } = programCommand();
    const inside = ["netns", "exec", namespace(number), command, ...before, ...args];
    const program = new Program("ip", inside);
    this.#programs.push(program);
    return program;
  }

  /** The bridge is in a namespace, too, so that this machine's own network stays as it is. */
  async #setUp(): Promise<boolean> {
    if (!await succeeds("ip", "netns", "add", namespace(0))) return false;
    if (!await succeeds("ip", "-n", namespace(0), "link", "add", "bridge", "type", "bridge")) {
      return false;
    }
    await this.#ip(0, "link", "set", "bridge", "up");
    for (let number = 1; number <= this.count; number++) {
      const [host, port] = [namespace(number), `port${number}`];
      await must("ip", "netns", "add", host);
      const pair = ["link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", host];
      await this.#ip(0, ...pair);
      await this.#ip(0, "link", "set", port, "master", "bridge", "up");
      await this.#ip(number, "link", "set", "lo", "up");
      await this.#ip(number, "addr", "add", `${this.address(number)}/24`, "dev", "eth0");
      await this.#ip(number, "link", "set", "eth0", "up");
    }
    return await succeeds("ip", "netns", "exec", namespace(1), "iptables", "-L", "-n");
  }

  async #ip(number: number, ...args: string[]): Promise<void> {
    await must("ip", "-n", namespace(number), ...args);
  }

  async #inside(number: number, command: string, ...args: string[]): Promise<void> {
    await must("ip", "netns", "exec", namespace(number), command, ...args);
  }
}

function namespace(number: number): string {
  return `clusternode-${run}-${number}`;
}

async function must(command: string, ...args: string[]): Promise<void> {
  assert.ok(await succeeds(command, ...args), `${command} ${args.join(" ")}`);
}

/** True if namespaces can be made here; CI must have them. */
function canHaveHosts(): boolean {
  const may = permitted("read", "write", "run", "env", "net", "sys") && Deno.uid() === 0 &&
    Deno.build.os === "linux";
  return may && (Deno.env.get("CI") === "true" || ["ip", "iptables"].every(isInstalled));
}

/** True if a program is there that answers `-V`. */
export function isInstalled(command: string): boolean {
  try {
    return new Deno.Command(command, { args: ["-V"], stdout: "null", stderr: "null" })
      .outputSync().success;
  } catch {
    return false;
  }
}

/** A test with hosts of its own; skipped by name where nobody may have them. */
export function hostsTest(name: string, count: number, fn: (hosts: Hosts) => Promise<void>): void {
  const may = canHaveHosts();
  Deno.test({
    name: may ? name : `${name} (needs root on Linux, ip and iptables; run: deno task test)`,
    ignore: !may,
    async fn() {
      await using hosts = await Hosts.open(count);
      assert.ok(hosts, "network namespaces, a bridge and iptables can be had (iproute2, iptables)");
      await fn(hosts);
    },
  });
}
