/**
 * The pure core: everything that decides, without clock, chance or input and output of its own.
 *
 * @module
 */
export * from "./base/address.ts";
export * from "./base/errors.ts";
export * from "./base/name.ts";
export * from "./base/random.ts";
export * from "./registration/row.ts";
