/**
 * What nobody has caught: in a node it is a fault like any other, and no reason to end.
 *
 * @module
 */
import type { Barrier } from "../../barrier.ts";

/** Hands exceptions of callbacks and rejections of promises to `barrier`; dispose it to stop. */
export function takeUncaught(barrier: Barrier): Disposable {
  const onRejection = (event: PromiseRejectionEvent): void => {
    event.preventDefault();
    barrier.caught("a promise that nobody awaits", event.reason);
  };
  const onError = (event: ErrorEvent): void => {
    event.preventDefault();
    barrier.caught("a callback", event.error);
  };
  globalThis.addEventListener("unhandledrejection", onRejection);
  globalThis.addEventListener("error", onError);
  return {
    [Symbol.dispose]() {
      globalThis.removeEventListener("unhandledrejection", onRejection);
      globalThis.removeEventListener("error", onError);
    },
  };
}
