/**
 * The program with faults that are planted into its process once it is a node: a callback that throws,
 * and a promise that nobody awaits, each again and again.
 *
 * @module
 */
const everyMs = 50;

/** From when on the program says that it takes what nobody has caught. */
const listen = globalThis.addEventListener;
globalThis.addEventListener = (...args: Parameters<typeof listen>): void => {
  listen.apply(globalThis, args);
  if (args[0] === "error") plant();
};

function plant(): void {
  setInterval(() => {
    throw new TypeError("planted in a callback");
  }, everyMs);
  setInterval(() => {
    Promise.reject(new TypeError("planted in a promise"));
  }, everyMs);
}

await import("../../main.ts");
