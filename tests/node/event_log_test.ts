/**
 * How a node tells of its own end, and of what happens to several members at once.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { NodeName } from "../../lib/core/base/name.ts";
import { EventLog } from "../../lib/node/event_log.ts";
import { Lines } from "./lines.ts";

const name = "n1@10.0.0.2" as NodeName;

function open(): { lines: string[]; events: EventLog } {
  const log = new Lines();
  return { lines: log.texts, events: new EventLog(log, "off", 1000) };
}

Deno.test("EventLog tells why a node leaves and how long it ran, the first reason of several", () => {
  const { lines, events } = open();
  events.joined(name);
  events.leaving(name, "SIGTERM has come", () => {});
  events.leaving(name, "its program asked it to", () => {});
  events.stopped(name, { kind: "left" }, 11_000);
  events.leaving(name, "its program asked it to", () => {});
  assert.deepEqual(lines, [
    `${name} is leaving: SIGTERM has come`,
    `${name} has stopped after 10 s: SIGTERM has come`,
  ]);
});

Deno.test("EventLog tells what has happened before a node leaves before that, and its end behind", () => {
  const { lines, events } = open();
  events.joined(name);
  events.leaving(name, "its service has ended", () => {
    events.changes([{ kind: "service", name, service: "stopped", reason: "exit code 7" }]);
    events.stopped(name, { kind: "left" }, 2000);
  });
  assert.deepEqual(lines, [
    `${name} says that its service has stopped: exit code 7`,
    `${name} is leaving: its service has ended`,
    `${name} has stopped after 1.0 s: its service has ended`,
  ]);
});

Deno.test("EventLog leaves what has kept a node from joining to who has started it", () => {
  const { lines, events } = open();
  events.stopped(name, { kind: "name-taken", message: "it is taken" }, 2000);
  assert.deepEqual(lines, []);
});

Deno.test("EventLog tells what has ended a node that had joined", () => {
  const { lines, events } = open();
  events.joined(name);
  events.stopped(name, { kind: "name-taken", message: "it is taken" }, 2500);
  assert.deepEqual(lines, [`${name} has stopped after 1.5 s: it is taken`]);
});

Deno.test("EventLog tells the reason of each member where they have not all the same one", () => {
  const log = new Lines();
  const events = new EventLog(log, "off", 0);
  const other = "n2@10.0.0.3" as NodeName;
  const ready = { kind: "service", service: "ready" } as const;
  const tell = (...reasons: [string, string]): unknown[] => {
    events.changes([{ ...ready, name, reason: reasons[0] }, {
      ...ready,
      name: other,
      reason: reasons[1],
    }]);
    const { members, reason, name: subject } = log.properties.at(-1) ?? {};
    assert.equal(subject, undefined, "it is about no single one");
    return [reason, members?.map(({ reason }) => reason)];
  };
  assert.deepEqual(tell("it runs", "it runs"), ["it runs", [undefined, undefined]]);
  assert.deepEqual(tell("it runs", "it answers"), [undefined, ["it runs", "it answers"]]);
});

Deno.test("EventLog warns of the own service that has failed, and leaves those of others to them", () => {
  const log = new Lines();
  const events = new EventLog(log, "off", 0);
  const other = "n2@10.0.0.3" as NodeName;
  const level = (name: NodeName, service: "ready" | "failing" | "stopped"): unknown => {
    events.changes([{ kind: "service", name, service, reason: "exit code 7" }]);
    return log.levels.at(-1);
  };
  events.joined(name);
  assert.equal(level(name, "stopped"), "info", "it was to end");
  events.serviceFailed();
  assert.equal(level(name, "ready"), "info", "what was told before is told first");
  assert.equal(level(other, "stopped"), "info");
  assert.equal(level(name, "stopped"), "warning");
  assert.equal(level(other, "failing"), "warning", "whosever it is");
});
