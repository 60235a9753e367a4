/**
 * The manual page as packages hold it.
 *
 * @module
 */

/** The page in the language of troff; a stand-in from the help where there is no script for it. */
export async function manPageText(version: string): Promise<string> {
  const script = new URL("../man.ts", import.meta.url);
  try {
    const { manPage } = await import(script.href);
    return manPage();
  } catch (error) {
    if (!(error instanceof TypeError && `${error.message}`.includes("Module not found"))) {
      throw error;
    }
    return `.TH CLUSTERNODE 1 "" "clusternode ${version}" "User Commands"
.SH NAME
clusternode \\- know which processes are alive
.SH DESCRIPTION
.B clusternode help
tells of all commands and options.
`;
  }
}
