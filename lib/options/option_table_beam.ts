/**
 * The options of a node that shares the pulse with Elixir and Erlang, part of the option table.
 *
 * @module
 */
import { beamCookie, listenAddressOrNone } from "./option_beam.ts";
import { listenAddress } from "./option_identity.ts";
import { option } from "./option_entry.ts";
import { onOff } from "./option_values.ts";

const group = "Elixir and Erlang";

/** By their key in the configuration file. */
export const beamOptionTable = {
  beam: option({
    field: "beam",
    flag: "--beam",
    variable: "CLUSTERNODE_BEAM",
    type: onOff,
    default: "off",
    group,
    commands: ["start", "local", "ping", "doctor"],
    help:
      "share the pulse with the BEAM nodes whose timestamps lie in the registry; their protocol is " +
      "not encrypted, and a registry folder must lie inside of what is mounted",
    trade:
      "They see this node and it sees them, as Node.ping does. What is ours then lies beside the " +
      "folder, as they ping whatever lies in it.",
  }),
  beamCookie: option({
    field: "beamCookie",
    flag: "--beam-cookie",
    variable: "CLUSTERNODE_BEAM_COOKIE",
    type: beamCookie,
    default: undefined,
    defaultText: "that in ~/.erlang.cookie",
    group,
    commands: ["start", "local", "ping", "doctor"],
    help: "the Erlang cookie that the BEAM nodes hold; who learns it can run code on them",
    trade: "On a command line other users of the machine can read it; the file hides it.",
  }),
  beamListen: option({
    field: "beamListen",
    flag: "--beam-listen",
    variable: "CLUSTERNODE_BEAM_LISTEN",
    type: listenAddress,
    default: "0.0.0.0:0",
    defaultText: "0.0.0.0:0, or 127.0.0.1:0 for n1@127.0.0.1",
    group,
    commands: ["start", "doctor"],
    help: "where BEAM nodes connect to; port 0 takes any free one, which EPMD tells them",
    trade: "A fixed port can be opened in a firewall, but only one node of a machine can have it.",
  }),
  beamEpmd: option({
    field: "beamEpmd",
    flag: "--beam-epmd",
    variable: "CLUSTERNODE_BEAM_EPMD",
    type: listenAddressOrNone,
    default: "0.0.0.0",
    defaultText: "0.0.0.0:4369, or 127.0.0.1:4369 for n1@127.0.0.1; another port in ERL_EPMD_PORT",
    group,
    commands: ["start", "local", "doctor"],
    help: "where to serve EPMD if nobody does on this machine; none leaves that to others",
    trade: "With it no Erlang needs to be installed; BEAM nodes of the machine use it, too.",
  }),
};
