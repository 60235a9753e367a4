#!/usr/bin/env -S deno run --allow-all
import { realCommands } from "./lib/cli/real_commands.ts";
import { realWorld } from "./lib/cli/real_world.ts";
import { main } from "./lib/cli/main.ts";

const world = realWorld();
Deno.exit(await main(Deno.args, world, realCommands(world)));
