/**
 * Signals to the node that are meant for its service.
 *
 * @module
 */
import { passedSignals } from "../options/option_service.ts";
import type { ServiceSignal } from "../options/option_service.ts";

/**
 * Listens for them until it is disposed.
 *
 * @param sharesTerminal the terminal sends its own ones (hang-up, Ctrl-\, a new size) to the service
 *   as well; only those that no terminal sends are passed on then
 */
export function onPassedSignals(
  sharesTerminal: boolean,
  pass: (signal: ServiceSignal) => void,
): Disposable {
  const signals = sharesTerminal ? passedSignals.filter((name) => /USR/.test(name)) : passedSignals;
  const listeners = signals.map((name) => [name, () => pass(name)] as const);
  for (const [name, listener] of listeners) Deno.addSignalListener(name, listener);
  return {
    [Symbol.dispose]() {
      for (const [name, listener] of listeners) Deno.removeSignalListener(name, listener);
    },
  };
}
