/**
 * A simulated cluster that can be watched, for programs.
 *
 * @module
 */
import type * as v from "valibot";
import { fields, list, report } from "./fields.ts";

/** Shape of a simulated cluster. */
export const simulationSchema = report(
  "simulation.v1",
  "`/v1/simulation`: what really is so in a simulated cluster",
  {
    time: fields.time,
    asked: fields.asked,
    virtualMs: fields.virtualMs,
    pace: fields.pace,
    actualPace: fields.actualPace,
    paused: fields.paused,
    nodes: list("all nodes, in the order of their first starts", {
      name: fields.name,
      processState: fields.processState,
      plugged: fields.plugged,
    }),
    cuts: list("directions in which nothing arrives", { from: fields.from, to: fields.to }),
    cutOff: fields.cutOff,
  },
);

/** A simulated cluster. */
export type SimulationReport = v.InferOutput<typeof simulationSchema>;
