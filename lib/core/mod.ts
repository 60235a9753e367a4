/**
 * The pure core: everything that decides, without clock, chance or input and output of its own.
 *
 * @module
 */
export * from "./address.ts";
export * from "./errors.ts";
export * from "./hello.ts";
export * from "./name.ts";
export * from "./random.ts";
export * from "./row.ts";
