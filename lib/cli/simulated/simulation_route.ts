/**
 * The path over which a simulated cluster is looked at as it really is, and over which things are
 * done to it.
 *
 * @module
 */
import type { Route } from "../../http/route.ts";
import { sentence } from "../../http/server/http.ts";
import { jsonDocument } from "../../http/api/json.ts";
import { act, ActionFault, actionSchema } from "./actions.ts";
import type { Simulation } from "./simulation.ts";

/** `/v1/simulation`. */
export function simulationRoute(simulation: Simulation): Route {
  return {
    path: "/v1/simulation",
    summary: "what really is so in the simulated cluster",
    schemas: ["simulation.v1"],
    post: { summary: "does something to the simulated cluster", body: actionSchema },
    answer({ method, body }) {
      if (method === "POST") {
        try {
          act(simulation, body);
        } catch (error) {
          if (error instanceof ActionFault) return sentence(400, error.message);
          throw error;
        }
      }
      return jsonDocument(simulation.report());
    },
  };
}
