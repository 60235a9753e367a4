import { deepEqual } from "node:assert/strict";
import { misspeltVariables } from "../../lib/options/option_variables.ts";

Deno.test("misspeltVariables() names the option that was probably meant", () => {
  const environment = {
    CLUSTERNODE_REGISTRYS: "file:///x",
    clusternode_cluster: "six",
    CLUSTERNODE_COOKIEFILE: "/x",
    CLUSTERNODE_INTERVAL: "2s",
  };
  deepEqual(misspeltVariables(environment), [
    "The variable CLUSTERNODE_COOKIEFILE is no option, did you mean CLUSTERNODE_COOKIE_FILE?",
    "The variable CLUSTERNODE_REGISTRYS is no option, did you mean CLUSTERNODE_REGISTRY?",
    "The variable clusternode_cluster is no option, did you mean CLUSTERNODE_CLUSTER?",
  ]);
});

Deno.test("misspeltVariables() is silent when a variable resembles no option or is empty", () => {
  const environment = {
    CLUSTERNODE_INTERVALL: "",
    // What Kubernetes gives to pods beside a service that is called clusternode.
    CLUSTERNODE_PORT: "tcp://10.96.0.7:4000",
    CLUSTERNODE_PORT_4000_TCP: "tcp://10.96.0.7:4000",
    CLUSTERNODE_PORT_4000_TCP_ADDR: "10.96.0.7",
    CLUSTERNODE_PORT_4000_TCP_PORT: "4000",
    CLUSTERNODE_PORT_4000_TCP_PROTO: "tcp",
    CLUSTERNODE_SERVICE_HOST: "10.96.0.7",
    CLUSTERNODE_SERVICE_PORT: "4000",
    CLUSTERNODE_IMAGE: "clusternode:1",
    MY_CLUSTERNODE_NAME: "n1",
  };
  deepEqual(misspeltVariables(environment), []);
});
