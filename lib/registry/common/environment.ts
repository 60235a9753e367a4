/**
 * The environment variables that clients of storages read.
 *
 * @module
 */

/** The value of an environment variable. */
export type Environment = (name: string) => string | undefined;
