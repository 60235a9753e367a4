/** One of the shares of all unit tests. @module */
import { importShare } from "./shares.ts";

await importShare(1);
