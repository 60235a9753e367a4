/**
 * Names as short as they can be without one being taken for another.
 *
 * @module
 */
/** What a node is called where there is little room. */
export type Label = (name: string) => string;

/** The part in front of the `@` where that tells which of `names` is meant, else the whole name. */
export function labelIn(names: readonly string[]): Label {
  const [once, more] = [new Set<string>(), new Set<string>()];
  for (const local of names.map(localPart)) (once.has(local) ? more : once).add(local);
  return (name) => {
    const local = localPart(name);
    return once.has(local) && !more.has(local) ? local : name;
  };
}

/** `text` with each of `names` in it as its label. */
export function withLabels(
  text: string,
  names: Pick<ReadonlySet<string>, "has">,
  label: Label,
): string {
  return text.replace(/[^\s,;()"]+@[^\s,;()"]+/g, (word) => {
    const name = word.replace(/:$/, "");
    return names.has(name) ? label(name) + word.slice(name.length) : word;
  });
}

/** The part in front of the `@`, if there is one. */
function localPart(name: string): string {
  return name.split("@")[0] ?? name;
}
