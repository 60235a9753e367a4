/**
 * As much XML as S3 speaks: elements without attributes, found by their names.
 *
 * What answers may be anything, and megabytes of it, so each character is looked at a bounded number
 * of times: there is no pattern that could go back and try again from every place.
 *
 * @module
 */

/** What stands in each element of that name, from its tag to the next closing one. */
export function* elements(name: string, xml: string): Generator<string, undefined> {
  const [opening, closing] = [`<${name}>`, `</${name}>`];
  for (let from = 0;;) {
    const start = xml.indexOf(opening, from);
    const end = start < 0 ? -1 : xml.indexOf(closing, start);
    if (end < 0) return;
    yield xml.slice(start + opening.length, end);
    from = end + closing.length;
  }
}

/** The text of the first element of that name which holds nothing but text. */
export function element(name: string, xml: string): string | undefined {
  const [opening, closing] = [`<${name}>`, `</${name}>`];
  for (let from = 0;;) {
    const start = xml.indexOf(opening, from);
    if (start < 0) return undefined;
    const end = xml.indexOf("<", start + opening.length);
    if (end < 0) return undefined;
    if (xml.startsWith(closing, end)) return xml.slice(start + opening.length, end);
    from = end;
  }
}

const entities: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
};

/** Text of an element without its escapes. */
export function plainText(xml: string): string {
  return xml.replace(
    /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|(\w{1,8}));/gi,
    (all, decimal, hex, name) => {
      if (name !== undefined) return entities[name] ?? all;
      const point = decimal === undefined ? parseInt(hex, 16) : Number(decimal);
      return point <= 0x10ffff ? String.fromCodePoint(point) : all;
    },
  );
}
