/**
 * Environment variables that look like options and are none.
 *
 * @module
 */
import { optionEntries } from "./option_table.ts";
import { closestWord } from "./suggestion.ts";

const prefix = "CLUSTERNODE_";

/**
 * Sentences about variables that were probably meant to be options, in the order of their names.
 *
 * Others that begin alike are none of our business: Kubernetes gives a pod `CLUSTERNODE_PORT` and
 * more of that kind if there is a service called clusternode.
 */
export function misspeltVariables(
  environment: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  const known: readonly string[] = optionEntries.map(([, { variable }]) => variable);
  const endings = known.map((variable) => variable.slice(prefix.length));
  return Object.keys(environment).sort().flatMap((name) => {
    const isOurs = name.toUpperCase().startsWith(prefix) && !known.includes(name);
    if (!isOurs || (environment[name] ?? "") === "") return [];
    // Compared without what all have in common, which would make all of them alike.
    const meant = closestWord(name.slice(prefix.length), endings);
    return meant === undefined
      ? []
      : [`The variable ${name} is no option, did you mean ${prefix}${meant}?`];
  });
}
