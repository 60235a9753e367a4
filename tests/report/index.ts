/**
 * What stores of logs make of JSON, as far as it can go wrong: an index like Elasticsearch's, which
 * learns the type of each field from the first document that has it, and labels like Loki's.
 *
 * @module
 */

/** What would be taken for a moment by an index that looks for them. */
const moment = /^\d{4}[-/]\d\d[-/]\d\d/;

/** An index with dynamic mapping: each field has the type of its first value, for good. */
export class DynamicIndex {
  readonly #types = new Map<string, { readonly type: string; readonly line: string }>();

  /** The fields with their types, by name. */
  get fields(): ReadonlyMap<string, string> {
    return new Map([...this.#types].map(([path, { type }]) => [path, type]));
  }

  /**
   * Takes in one document, the text of an object.
   *
   * @throws {TypeError} if a field of it has another type than before, with both documents
   */
  add(line: string): void {
    this.#addObject("", JSON.parse(line), line);
  }

  #addObject(path: string, object: object, line: string): void {
    for (const [key, value] of Object.entries(object)) {
      // A dot in a key is as good as an object in an object.
      if (key.includes(".")) throw new TypeError(`The key ${key} has a dot: ${line}`);
      this.#addValue(`${path}${key}`, value, line);
    }
  }

  #addValue(path: string, value: unknown, line: string): void {
    // A list is as good as several values.
    if (Array.isArray(value)) return value.forEach((one) => this.#addValue(path, one, line));
    const type = typeOf(value);
    const known = this.#types.get(path);
    if (known === undefined) this.#types.set(path, { type, line });
    else if (known.type !== type) {
      throw new TypeError(`${path} is ${type}, and was ${known.type}:\n${line}\n${known.line}`);
    }
    if (type === "object") this.#addObject(`${path}.`, value as object, line);
  }
}

function typeOf(value: unknown): string {
  if (value === null) throw new TypeError("null has no type");
  return typeof value === "string" && moment.test(value) ? "moment" : typeof value;
}

/**
 * The labels that a line is stored under: the texts of some of its own keys.
 *
 * @throws {TypeError} if one of them is missing, or is no text of a few words
 */
export function labelsOf(line: string, keys: readonly string[]): Record<string, string> {
  const object = JSON.parse(line);
  return Object.fromEntries(keys.map((key) => {
    const value = object[key];
    if (typeof value !== "string" || !/^[\w.@:-]{1,255}$/.test(value)) {
      throw new TypeError(`${key} is ${JSON.stringify(value)}, which is no label: ${line}`);
    }
    return [key, value];
  }));
}
