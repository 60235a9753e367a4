/**
 * Whether a node runs, and whether it can be relied on, for those who start it again or send it work.
 *
 * @module
 */
import { sentence } from "../server/http.ts";
import type { HttpDocument } from "../server/http.ts";
import type { ClusterSource } from "../source.ts";

/** It answers, so it runs. */
export function livez({ name }: ClusterSource): HttpDocument {
  return sentence(200, `${name} runs`);
}

/** Its view can be relied on. Without the registry it can: pings go on. */
export function readyz(source: ClusterSource): HttpDocument {
  const { name } = source;
  const { phase, isolated } = source.standing();
  if (phase !== "joined") return sentence(503, `${name} is ${phase}`);
  const { healthy, reason } = source.health();
  if (!healthy) return sentence(503, `${name} is not healthy: ${reason}`);
  return isolated
    ? sentence(503, `${name} may be isolated: most of the members that it watches are silent`)
    : sentence(200, `${name} has joined: ${reason}`);
}
