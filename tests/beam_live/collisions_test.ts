/**
 * Both sides connect at the same moment, a thousand times: nobody may call the other one dead.
 *
 * @module
 */
import assert from "node:assert/strict";
import { nameOf, openTestBeam } from "../beam/fixtures.ts";
import { ElixirNode, elixirTest } from "./elixir.ts";

/** How often both connect at the same moment, with our name the greater one, and the smaller one. */
const rounds = 500;

/** Disconnects, says so, and pings when told to; counts what `Node.ping` says. */
const script = (name: string): string =>
  `loop = fn loop, seen -> ` +
  `case IO.gets("") do ` +
  `"part\\n" -> Node.disconnect(:"${name}"); ` +
  `wait = fn wait -> if :"${name}" in Node.list(:hidden), do: wait.(wait) end; wait.(wait); ` +
  `IO.puts("apart"); loop.(loop, seen); ` +
  `"meet\\n" -> said = Node.ping(:"${name}"); IO.puts("met"); ` +
  `loop.(loop, Map.update(seen, said, 1, &(&1 + 1))); ` +
  `_ -> seen end end; loop.(loop, %{})`;

async function collide(local: string): Promise<number> {
  await using us = await openTestBeam({ name: local });
  await using node = await ElixirNode.start(nameOf("m"), { epmdPort: us.epmdPort });
  await node.write(script(us.name));
  const failures: unknown[] = [];
  let read = node.lines.length;
  const hear = async (line: RegExp): Promise<void> => {
    await node.line(line, read);
    read = node.lines.length;
  };
  for (let round = 0; round < rounds; round++) {
    await node.write("part");
    await hear(/^apart$/);
    us.beam.disconnect(node.name);
    // Sometimes one side is a little earlier, sometimes the other.
    const ours = round % 3 === 0 ? us.ping(node.name) : undefined;
    for (let turn = 0; turn < round % 5; turn++) await Promise.resolve();
    await node.write("meet");
    const outcome = await (ours ?? us.ping(node.name));
    if (outcome.kind !== "pong") failures.push(outcome);
    await hear(/^met$/);
  }
  const told = await node.eval("that is all");
  assert.deepEqual(failures, []);
  assert.equal(told, `%{pong: ${rounds}}`);
  assert.deepEqual(node.complaints, []);
  return us.beam.collisionCount;
}

for (const [local, whose] of [["a", "smaller"], ["z", "greater"]] as const) {
  elixirTest(`B6 both connect at once, ours being the ${whose} name: no false pang`, async () => {
    const collisions = await collide(local);
    const least = rounds / 10;
    assert.ok(collisions >= least, `only ${collisions} collided: nothing was tested`);
  });
}
