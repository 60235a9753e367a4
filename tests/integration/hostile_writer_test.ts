/**
 * Whoever can write the registry, but does not hold the cookie, can disturb no node and no verdict.
 *
 * @module
 */
import { Writer } from "../hostile/writer.ts";
import { attackRegistry } from "../hostile/writer_attacks.ts";
import { Besieged } from "./besieged.ts";
import { processTest } from "./process.ts";

/** Pause between two attacks, in milliseconds. */
const pauseMs = 20;

processTest("five nodes endure a hostile writer of their registry for a minute", async () => {
  await using besieged = new Besieged();
  await besieged.start();
  const { dice, trap, honest, cluster } = besieged;
  const writer = new Writer(cluster.registry);
  await besieged.endure((endMs) => attackRegistry({ dice, writer, trap, honest }, pauseMs, endMs));
  for (const name of await writer.names()) await writer.remove(name);
  await besieged.recovers();
});
