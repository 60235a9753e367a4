/**
 * What programs are told of a simulated cluster, and of what can be done to it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { act, ActionFault } from "../../../lib/cli/simulated/actions.ts";
import { Simulation } from "../../../lib/cli/simulated/simulation.ts";
import { simulationRoute } from "../../../lib/cli/simulated/simulation_route.ts";
import { openApi } from "../../../lib/http/api/open_api.ts";
import { type JsonSchema, schemaFaults } from "../../http/api/json_schema.ts";
import { fixture } from "../../http/fixtures.ts";
import { ManualClock } from "../../support/manual_clock.ts";

function simulated(): Simulation {
  const { cluster, source } = fixture("five");
  return new Simulation(cluster, source, new ManualClock());
}

/** Why it is not done; empty if it is. */
function faultOf(simulation: Simulation, action: object): string {
  try {
    act(simulation, JSON.stringify(action));
    return "";
  } catch (error) {
    if (error instanceof ActionFault) return error.message;
    throw error;
  }
}

Deno.test("/openapi.json says what can be done to a simulated cluster, and no more", () => {
  using simulation = simulated();
  const document: JsonSchema = openApi([simulationRoute(simulation)], "1.2.3");
  const { get, post } = document.paths["/v1/simulation"];
  assert.notEqual(get.summary, post.summary);
  assert.equal(get.requestBody, undefined);
  assert.equal(post.requestBody.required, true);
  const { schema } = post.requestBody.content["application/json"];
  const words = schema.anyOf.map(({ properties }: JsonSchema) => properties.action.const);
  assert.equal(faultOf(simulation, {}), `action must be one of ${words.join(", ")}`);
  const legal = [
    ...["kill", "freeze", "thaw", "unplug", "plug", "restart", "leave"]
      .map((action) => ({ action, name: "n3" })),
    { action: "observe", name: "n5" },
    { action: "cut", from: "n1", to: "n2" },
    { action: "cut", from: "n1", to: "n2", bothWays: true },
    { action: "divide", names: ["n1", "n2"] },
    { action: "heal", from: "n1", to: "n2" },
    { action: "heal" },
    { action: "add" },
    { action: "add", count: 2 },
    { action: "pace", pace: 0.5 },
    { action: "pause", paused: true },
  ];
  assert.deepEqual([...new Set(legal.map(({ action }) => action))].sort(), words.sort());
  for (const action of legal) {
    assert.deepEqual(schemaFaults(action, schema, document), [], JSON.stringify(action));
    assert.equal(faultOf(simulation, action), "", JSON.stringify(action));
  }
  const illegal = [
    { action: "explode", name: "n3" },
    { action: "kill" },
    { action: "kill", name: 3 },
    { action: "kill", name: "n3", hard: true },
    { action: "add", count: 1.5 },
    { action: "pause", paused: "yes" },
  ];
  for (const action of illegal) {
    assert.notDeepEqual(schemaFaults(action, schema, document), [], JSON.stringify(action));
    assert.notEqual(faultOf(simulation, action), "", JSON.stringify(action));
  }
});

Deno.test("/openapi.json says which path is not to read only", () => {
  using simulation = simulated();
  const said = (routes: Parameters<typeof openApi>[0]): string =>
    (openApi(routes, "1.2.3") as JsonSchema).info.description;
  assert.match(said([]), /All is to read only\.$/);
  assert.match(said([simulationRoute(simulation)]), /but for POST of \/v1\/simulation\.$/);
});
