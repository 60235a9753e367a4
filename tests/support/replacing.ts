/** A runtime in which one thing is another one for a while. */
import assert from "node:assert/strict";

/** Puts `value` in the place of what `holder`, such as the runtime, has, while `work` runs. */
export async function withReplaced<T>(
  holder: object,
  key: string,
  value: unknown,
  work: () => Promise<T>,
): Promise<T> {
  const before = Object.getOwnPropertyDescriptor(holder, key) ?? assert.fail(key);
  Object.defineProperty(holder, key, { value, configurable: true });
  try {
    return await work();
  } finally {
    Object.defineProperty(holder, key, before);
  }
}
