/**
 * The README where there is nothing beside it, as on the page of a package.
 *
 * @module
 */

/**
 * The text with its relative links made absolute.
 *
 * @param repository the address of the repository; without one the text stays as it is
 * @param tag the version that the links lead to
 */
export function readmeForPackage(
  text: string,
  repository: string | undefined,
  tag: string,
): string {
  if (repository === undefined) return text;
  return text.replace(
    /(!?)\[((?:[^\[\]]|!?\[[^\]]*\])*)\]\((?!https?:|#)([^)\s]+)\)/g,
    (_, image: string, label: string, path: string) =>
      `${image}[${label}](${repository}/${image === "" ? "blob" : "raw"}/${tag}/${path})`,
  );
}
