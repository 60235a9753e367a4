/**
 * What copies of the program have to say of others' work in it.
 *
 * Nearly all of that is under the MIT licence, which asks for two things in each copy: whose it is, and
 * the permission. So each package stands here with its own lines, and a text that several share stands
 * once, behind them.
 *
 * @module
 */
import type { LicensedPackage } from "./packages.ts";

/** Licences whose text several packages share, with the words that it begins and ends with. */
const sharedTexts: Readonly<Record<string, readonly [start: string, end: string]>> = {
  "MIT": ["Permission is hereby granted", "DEALINGS IN THE SOFTWARE."],
  "Apache-2.0": ["Apache License Version 2.0", "limitations under the License."],
};

/** The part of `text` from one group of words to another, and what is beside it. */
function cutOut(
  text: string,
  [start, end]: readonly [string, string],
): { readonly shared: string; readonly own: string } {
  const pattern = (words: string): string => words.split(" ").join("\\s+");
  const whole = new RegExp(`^[ \\t]*${pattern(start)}[^]*?${pattern(end)}`, "mi").exec(text)?.[0] ??
    "";
  return { shared: whole, own: text.replace(whole, "") };
}

/** The notice: packages in the order given, then the texts that they share. */
export function noticeOf(packages: readonly LicensedPackage[]): string {
  const texts = new Map<string, string>();
  const parts = packages.map((one) => {
    const { name, version, license, text } = one;
    const limits = sharedTexts[license];
    const { shared, own } = limits === undefined ? { shared: "", own: text } : cutOut(text, limits);
    if (shared !== "" && !texts.has(license)) texts.set(license, tidy(shared));
    const copyright = shared.split("\n").filter((line) => /^\s*Copyright \d{4}/.test(line));
    const lines = tidy([own, ...copyright].join("\n"));
    return [`== ${name} ${version} (${license})`, ...lines === "" ? [] : ["", lines]].join("\n");
  });
  const ends = [...texts].map(([license, text]) => `== The ${license} licence\n\n${text}`);
  return [...parts, ...ends].join("\n\n");
}

/** Without blanks at ends of lines, headings that repeat the name of a licence, and empty lines in a row. */
function tidy(text: string): string {
  return text.replaceAll("\r", "").split("\n").map((line) => line.trimEnd())
    .filter((line) => !/^#*\s*\(?(The )?MIT( License)?( \(MIT\))?\)?:?$/i.test(line))
    .join("\n").replaceAll(/\n{3,}/g, "\n\n").replace(/^\n+/, "").trimEnd();
}
