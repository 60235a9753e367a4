/** The TCP transport keeps the contract of all transports. */
import { transportSuite } from "./conformance.ts";
import { openNode } from "./fixtures.ts";

transportSuite("TCP", openNode, "net");
