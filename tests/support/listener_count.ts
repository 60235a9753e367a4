/** A signal that is never aborted, and knows how many listen to it. */
export class ListenerCount {
  /** How many listen now. */
  listeners = 0;
  readonly signal: AbortSignal = Object.assign(new AbortController().signal, {
    addEventListener: () => void this.listeners++,
    removeEventListener: () => void this.listeners--,
  });
}
