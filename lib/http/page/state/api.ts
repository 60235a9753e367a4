/**
 * Asks the node. All of it comes from the origin of the page.
 *
 * @module
 */

/**
 * The answer to `path` as JSON.
 *
 * @throws Error with the sentence of the node, or one that says that it cannot be reached
 */
// deno-lint-ignore no-explicit-any -- what comes is what the API describes
export async function ask(path: string, signal: AbortSignal): Promise<any> {
  return await answerOf(await fetch(path, { signal, headers: { accept: "application/json" } }));
}

/**
 * Tells a simulated cluster to do something.
 *
 * @throws Error with the sentence of the node
 */
// deno-lint-ignore no-explicit-any -- what comes is what the API describes
export async function tell(path: string, body: unknown): Promise<any> {
  const headers = { "content-type": "application/json" };
  return await answerOf(await fetch(path, { method: "POST", headers, body: JSON.stringify(body) }));
}

// deno-lint-ignore no-explicit-any -- as above
async function answerOf(response: Response): Promise<any> {
  const text = await response.text();
  if (!response.ok) throw new Error(text.trim() || `Status ${response.status}`);
  return text === "" ? undefined : JSON.parse(text);
}
