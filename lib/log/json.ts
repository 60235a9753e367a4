/**
 * Any value as JSON, without ever throwing.
 *
 * A log is where the strange values end up: errors, big integers, maps, things that contain
 * themselves, getters that fail. None of them may cost the line they stand in.
 *
 * @module
 */

/**
 * `value` as JSON on one line. Big integers become strings; errors `{name, message, cause?}`; maps
 * objects, sets arrays; a value inside itself `"[circular]"`; what cannot be read `"[unreadable]"`.
 * `undefined` is returned for what JSON leaves out: functions, symbols and `undefined` itself.
 */
export function toJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value, replacer());
  } catch {
    return '"[unreadable]"';
  }
}

/** A replacer that knows the values it is inside of, as `JSON.stringify` tells only the holder. */
function replacer(): (this: unknown, key: string, value: unknown) => unknown {
  const inside: { holder: unknown; original: unknown }[] = [];
  return function (_key, original) {
    if (typeof original === "bigint") return original.toString();
    if (typeof original !== "object" || original === null) return original;
    while (inside.length > 0 && inside.at(-1)?.holder !== this) inside.pop();
    if (inside.some((outer) => outer.original === original)) return "[circular]";
    const holder = plain(original);
    inside.push({ holder, original });
    return holder;
  };
}

/** `value` as something that `JSON.stringify` shows the contents of. */
function plain(value: object): unknown {
  if (value instanceof Error) {
    const { name, message, cause } = value;
    return cause === undefined ? { name, message } : { name, message, cause };
  }
  if (value instanceof Map) {
    return Object.fromEntries([...value].map(([key, item]) => [String(key), item]));
  }
  if (value instanceof Set) return [...value];
  return value;
}
