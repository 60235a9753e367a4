/**
 * What a hostile writer of the registry tries.
 *
 * @module
 */
import { type Dice, extremeNumbers, hostileTexts } from "./dice.ts";
import { bytesOf } from "./noise.ts";
import type { Trap } from "./trap.ts";
import { type Row, rowOf, type Writer } from "./writer.ts";

/** Rows that nobody stands behind. */
const ghostsCount = 100;

/** Most addresses that a row may have. */
const addressesMax = 8;

/** What a writer has to work with. */
export interface WriterScene {
  readonly dice: Dice;
  readonly writer: Writer;
  readonly trap: Trap;
  /** The rows of the honest nodes as they were when all was well. */
  readonly honest: readonly Row[];
}

/** One thing to try. */
export type WriterAttack = (scene: WriterScene) => Promise<void>;

/** Everything that a writer tries, each in its turn or at random. */
export const writerAttacks: Readonly<Record<string, WriterAttack>> = {
  async ghosts({ dice, writer, trap }) {
    for (let count = 0; count < 10; count++) {
      const number = dice.below(ghostsCount);
      const name = `ghost${number}@127.0.0.1`;
      const before = await writer.read(name);
      const heartbeat = (before?.heartbeat ?? 0) + 1;
      const who = before ??
        { name, instance: dice.instance(), addresses: trap.addresses(addressesMax) };
      await writer.write(name, rowOf(who, { heartbeat }));
    }
  },

  async foreignInstance({ dice, writer, trap, honest }) {
    const { name } = dice.pick(honest);
    const who = { name, instance: dice.instance(), addresses: trap.addresses(addressesMax) };
    await writer.write(
      name,
      rowOf(who, { incarnation: dice.pick(extremeNumbers), heartbeat: Date.now() }),
    );
  },

  async copiedInstance({ dice, writer, trap, honest }) {
    const { instance } = dice.pick(honest);
    const who = { name: `evil${dice.below(5)}@127.0.0.1`, instance, addresses: trap.addresses(2) };
    await writer.write(who.name, rowOf(who, { heartbeat: Date.now(), incarnation: dice.below(3) }));
  },

  async swappedRows({ dice, writer, honest }) {
    const [one, other] = [dice.pick(honest), dice.pick(honest)];
    await writer.write(one.name, { ...other, name: one.name, heartbeat: Date.now() });
  },

  async extremeNumbers({ dice, writer, trap, honest }) {
    const row = dice.pick(honest);
    await writer.write(row.name, {
      ...row,
      incarnation: dice.pick(extremeNumbers),
      heartbeat: dice.pick(extremeNumbers),
      heartbeatIntervalMs: dice.pick(extremeNumbers),
      ...(dice.oneIn(2) ? { addresses: trap.addresses(addressesMax) } : {}),
      state: dice.pick(["up", "leaving"]),
    });
  },

  async replay({ dice, writer, honest }) {
    const row = dice.pick(honest);
    await writer.write(row.name, row, dice.oneIn(2));
  },

  async hostileText({ dice, writer, trap }) {
    const text = (): string => dice.pick(hostileTexts);
    const tags = Object.fromEntries(
      Array.from({ length: 31 }, (_, index) => [`${index}${text()}`.slice(0, 64), text()]),
    );
    const who = { name: `text${dice.below(5)}@127.0.0.1`, instance: dice.instance() };
    const addresses = [{ host: text(), port: trap.port }, ...trap.addresses(1)];
    const more = {
      tags,
      software: text(),
      startedAt: text().slice(0, 40),
      heartbeat: dice.below(100),
    };
    await writer.write(who.name, rowOf({ ...who, addresses }, more));
  },

  async malformed({ dice, writer, honest }) {
    const whole = JSON.stringify(dice.pick(honest));
    const name = dice.oneIn(2) ? dice.pick(honest).name : `bad${dice.below(5)}@127.0.0.1`;
    await writer.write(
      name,
      dice.pick([
        () => "",
        () => whole.slice(0, dice.below(whole.length)),
        () => dice.bytes(dice.below(2000)),
        () => "[".repeat(16_000),
        () => `{"version":1,"name":${"9".repeat(10_000)}}`,
        () => "x".repeat(1_000_000),
        () => whole.replace('"version":1', `"version":${dice.pick(extremeNumbers)}`),
        () => whole.replaceAll(/\d+/g, () => "1e999"),
        () => bytesOf(whole).map((byte) => dice.oneIn(30) ? dice.below(256) : byte),
        () => `{"__proto__":${whole},"version":1}`,
        () => "2026-01-01T00:00:00Z",
        () => "null",
      ])(),
    );
  },

  async strangeFiles({ dice, writer }) {
    const path = `${writer.folder}/odd${dice.below(5)}@127.0.0.1`;
    await Deno.remove(path, { recursive: true }).catch(() => {});
    if (dice.oneIn(2)) await Deno.mkdir(path);
    else await Deno.symlink("/dev/zero", path);
    const text = dice.pick(hostileTexts).replaceAll(/[/\0]/g, "").slice(0, 50);
    await Deno.writeTextFile(`${writer.folder}/${text || "x"}@h`, "?").catch(() => {});
  },

  async removals({ dice, writer, honest }) {
    await writer.remove(dice.pick(honest).name);
  },

  async cookie({ writer }) {
    await Deno.writeTextFile(`${writer.folder}/.clusternode/cookie`, "a-cookie-of-a-writer\n");
  },

  async heldLock({ dice, writer, honest }) {
    using lock = await writer.lock(dice.pick(honest).name);
    void lock;
    await new Promise((resolve) => setTimeout(resolve, dice.below(300)));
  },

  async hints({ writer }) {
    for (let count = 0; count < 100; count++) await writer.hint();
  },
};

/**
 * All attacks once, then at random, `pauseMs` apart, until `endMs` on this process's clock.
 *
 * @returns how many there were
 */
export async function attackRegistry(
  scene: WriterScene,
  pauseMs: number,
  endMs: number,
): Promise<number> {
  const all = Object.values(writerAttacks);
  let turn = 0;
  for (; performance.now() < endMs; turn++) {
    const attack = all[turn] ?? scene.dice.pick(all);
    await attack(scene);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  return turn;
}
