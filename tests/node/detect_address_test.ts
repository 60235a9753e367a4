import { deepEqual, equal, match, ok } from "node:assert/strict";
import { decideAddresses, detectAddresses, rankAddresses } from "../../lib/node/detect_address.ts";
import type { InterfaceAddress } from "../../lib/node/detect_address.ts";
import { needing } from "../permissions.ts";

const head4 =
  "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n";

function route4(name: string, metric = 0, destination = "00000000", flags = "0003"): string {
  const mask = destination === "00000000" ? "00000000" : "00FFFFFF";
  return `${name}\t${destination}\t0100000A\t${flags}\t0\t0\t${metric}\t${mask}\t0\t0\t0   \n`;
}

const zeros = "0".repeat(32);

function route6(name: string, metric = "00000400", flags = "00000003"): string {
  const hop = "fd000000000000000000000000000001";
  return `${zeros} 00 ${zeros} 00 ${hop} ${metric} 00000001 00000000 ${flags} ${name}\n`;
}

function on(name: string, ...addresses: string[]): InterfaceAddress[] {
  return addresses.map((address) => ({
    name,
    address,
    family: address.includes(":") ? "IPv6" : "IPv4",
  }));
}

function decide(
  interfaces: InterfaceAddress[],
  ipv4Routes = "",
  ipv6Routes = "",
): readonly string[] {
  return decideAddresses({ interfaces, ipv4Routes, ipv6Routes }).addresses;
}

Deno.test("decideAddresses() puts the interface with the default route first", () => {
  const interfaces = [
    ...on("lo", "127.0.0.1", "::1"),
    ...on("eth0", "192.168.1.5"),
    ...on("eth1", "10.0.0.5"),
  ];
  const routes = head4 + route4("eth0", 0, "0001A8C0", "0001") + route4("eth1");
  deepEqual(decide(interfaces, routes), ["10.0.0.5", "192.168.1.5"]);
});

Deno.test("decideAddresses() takes the default route with the least metric that is up", () => {
  const interfaces = [
    ...on("wlan0", "192.168.1.5"),
    ...on("eth0", "10.0.0.5"),
    ...on("b", "9.9.9.9"),
    ...on("c", "9.9.9.8"),
  ];
  // One that is down, and one that throws packets away.
  const routes = head4 + route4("wlan0", 600) + route4("eth0", 100) +
    route4("b", 0, "00000000", "0002") + route4("c", 0, "00000000", "0201");
  deepEqual(decide(interfaces, routes), ["10.0.0.5", "192.168.1.5", "9.9.9.9", "9.9.9.8"]);
});

Deno.test("decideAddresses() puts bridges and cables of containers last", () => {
  const interfaces = [
    ...on("docker0", "172.17.0.1"),
    ...on("br-1a2b", "172.18.0.1"),
    ...on("veth12", "172.19.0.9"),
    ...on("virbr0", "192.168.122.1"),
    ...on("eth1", "192.168.1.5"),
    ...on("eth0", "10.0.0.5"),
  ];
  deepEqual(decide(interfaces, head4 + route4("eth0")), [
    "10.0.0.5",
    "192.168.1.5",
    "172.17.0.1",
    "172.18.0.1",
    "172.19.0.9",
    "192.168.122.1",
  ]);
});

Deno.test("rankAddresses() says what each address was ranked by", () => {
  const interfaces = [
    ...on("docker0", "172.17.0.1"),
    ...on("wg0", "10.8.0.5"),
    ...on("eth1", "192.168.1.5"),
    ...on("eth0", "10.0.0.5"),
  ];
  const ranked = rankAddresses({ interfaces, ipv4Routes: head4 + route4("eth0"), ipv6Routes: "" });
  deepEqual(ranked, [
    { address: "10.0.0.5", interfaceName: "eth0", rank: "default" },
    { address: "192.168.1.5", interfaceName: "eth1", rank: "other" },
    { address: "10.8.0.5", interfaceName: "wg0", rank: "tunnel" },
    { address: "172.17.0.1", interfaceName: "docker0", rank: "internal" },
  ]);
});

Deno.test("decideAddresses() puts tunnels behind cables, unless the default route is theirs", () => {
  const interfaces = [
    ...on("tun0", "10.8.0.2"),
    ...on("wg0", "10.9.0.2"),
    ...on("docker0", "172.17.0.1"),
    ...on("eth0", "10.0.0.5"),
  ];
  deepEqual(decide(interfaces, head4 + route4("eth0")), [
    "10.0.0.5",
    "10.8.0.2",
    "10.9.0.2",
    "172.17.0.1",
  ]);
  equal(decide(interfaces, head4 + route4("tun0", 50) + route4("eth0", 100))[0], "10.8.0.2");
});

Deno.test("decideAddresses() finds the default route of each family on its own", () => {
  const interfaces = [
    ...on("eth0", "10.0.0.5", "2001:db8::5"),
    ...on("eth1", "192.168.1.5", "2001:db8:1::5", "fe80::1"),
  ];
  const local = `${zeros} 00 ${zeros} 00 ${zeros} ffffffff 00000001 00000000 00200200 lo\n`;
  deepEqual(decide(interfaces, head4 + route4("eth0"), local + route6("eth1")), [
    "10.0.0.5",
    "2001:db8:1::5",
    "192.168.1.5",
    "2001:db8::5",
  ]);
});

Deno.test("decideAddresses() leaves out loopback, link-local, zoned, multicast and doubled ones", () => {
  const interfaces = [
    ...on("lo", "127.0.0.1", "127.0.1.1", "::1"),
    ...on("eth0", "169.254.7.7", "fe80::1", "fe80::1%eth0", "ff02::1", "0.0.0.0", "::"),
    ...on("eth0", "10.0.0.5", "10.0.0.5"),
  ];
  deepEqual(decide(interfaces), ["10.0.0.5"]);
});

Deno.test("decideAddresses() falls back to 127.0.0.1 and says why when there is nothing else", () => {
  const noteOf = (interfaces: InterfaceAddress[], fault?: string): string => {
    const routes = { ipv4Routes: "", ipv6Routes: "" };
    const { addresses, note = "" } = decideAddresses({ interfaces, ...routes, fault });
    deepEqual(addresses, ["127.0.0.1"]);
    match(
      note,
      /^No address was found that other machines could reach, as .*: using 127\.0\.0\.1$/,
    );
    return note;
  };
  match(noteOf([]), /as no interface of this machine is up:/);
  match(
    noteOf([], "netlink: EPERM"),
    /as the system does not tell the interfaces \(netlink: EPERM\):/,
  );
  match(
    noteOf([...on("lo", "127.0.0.1"), ...on("eth0", "169.254.7.7", "fe80::1")]),
    /only: lo 127\.0\.0\.1 \(loopback\); eth0 169\.254\.7\.7 \(valid on one link only\); eth0 fe80::1 /,
  );
  const many = Array.from({ length: 20 }, (_, index) => on(`if${index}`, "fe80::1")).flat();
  match(noteOf(many), /; if7 fe80::1 \(valid on one link only\) and 12 more:/);
});

Deno.test("decideAddresses() makes do with routing tables that it cannot read", () => {
  for (const text of ["", "\n\n", "garbage", "\0\0", head4, "eth0\t00000000"]) {
    deepEqual(decide(on("eth0", "10.0.0.5"), text, text), ["10.0.0.5"]);
  }
});

Deno.test({
  ...needing("detectAddresses() finds at least one address", "read", "sys"),
  fn: async () => ok((await detectAddresses()).addresses.length > 0),
});
