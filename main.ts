#!/usr/bin/env -S deno run --allow-all
import process from "node:process";
import { programCommands } from "./lib/cli/commands.ts";
import { realWorld } from "./lib/cli/real_context.ts";
import { main } from "./lib/cli/main.ts";

// What the runtime finds outdated in a driver is nothing that a user can mend.
Object.assign(process, { noDeprecation: true });

Deno.exit(await main(Deno.args, realWorld(), programCommands));
