import { deepEqual, equal } from "node:assert/strict";
import { notifyAddress, SystemdNotifier } from "../../lib/service/notify.ts";

Deno.test("notifyAddress() finds the socket, and half of the watchdog's time", () => {
  const NOTIFY_SOCKET = "/run/systemd/notify";
  const found = (environment: Record<string, string>): unknown => notifyAddress(environment, 42);
  deepEqual(found({ NOTIFY_SOCKET }), { socket: NOTIFY_SOCKET, watchdogMs: undefined });
  const watched = { NOTIFY_SOCKET, WATCHDOG_USEC: "3000000", WATCHDOG_PID: "42" };
  deepEqual(found(watched), { socket: NOTIFY_SOCKET, watchdogMs: 1500 });
  deepEqual(found({ ...watched, WATCHDOG_PID: "43" }), {
    socket: NOTIFY_SOCKET,
    watchdogMs: undefined,
  });
  deepEqual(found({ NOTIFY_SOCKET: "@sd", WATCHDOG_USEC: "soon" }), {
    socket: "@sd",
    watchdogMs: undefined,
  });
  for (const socket of ["", "vsock:2:1234", "relative", "/"]) {
    equal(found({ NOTIFY_SOCKET: socket }), undefined, socket);
  }
  equal(found({}), undefined);
});

Deno.test("SystemdNotifier says later what could not be said, the newest of each kind", () => {
  const sent: string[] = [];
  let works = false;
  const notifier = new SystemdNotifier({ socket: "@sd", watchdogMs: undefined }, (path, bytes) => {
    equal(path, "@sd");
    if (works) sent.push(new TextDecoder().decode(bytes));
    return works;
  });
  equal(notifier.ready(), false);
  notifier.status("one");
  notifier.status("two\nREADY=0\u2028three");
  works = true;
  equal(notifier.watchdog(), true);
  notifier.stopping();
  notifier.status("x".repeat(300));
  deepEqual(sent, [
    "READY=1\nSTATUS=two READY=0 three\nWATCHDOG=1\n",
    "STOPPING=1\n",
    `STATUS=${"x".repeat(255)}…\n`,
  ]);
});
