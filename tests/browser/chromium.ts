/**
 * A headless Chromium that looks at pages of the program, and fails the test if a page does what it
 * must not: ask another origin for something, or complain on the console.
 *
 * @module
 */
import assert from "node:assert/strict";
import { chromium } from "playwright-core";
import type { Browser, BrowserContext, ConsoleMessage, Page, Request } from "playwright-core";
import { needingServer, programPath, sharedServer } from "../servers/server.ts";
import type { ServerNeeds } from "../servers/server.ts";

const needs: ServerNeeds = {
  permissions: ["read", "write", "net", "run", "env", "sys"],
  programs: ["chromium|chromium-browser|google-chrome"],
};

/** Options of a test with a browser: its pipes outlive the test. */
export function needingBrowser(
  name: string,
): { name: string; ignore: boolean; sanitizeOps: false; sanitizeResources: false } {
  return { ...needingServer(name, needs), sanitizeOps: false, sanitizeResources: false };
}

/** How long a page may take to become as it should, in milliseconds; a busy machine is slow. */
export const patienceMs = 20_000;

/** How a page is looked at. */
export interface Look {
  readonly width?: number;
  readonly height?: number;
  readonly scheme?: "light" | "dark";
  /** Complaints on the console that are expected, such as those of a connection that is refused. */
  readonly expected?: RegExp;
}

/** Begins a browser for all tests of a file, on first use. */
export function sharedBrowser(): (look?: Look) => Promise<Tab> {
  const running = sharedServer(async () => {
    const browser = await chromium.launch({
      executablePath: programPath(needs.programs[0] ?? "", needs),
      // As root, which tests in containers are, there is no sandbox.
      args: ["--no-sandbox", "--force-color-profile=srgb", "--font-render-hinting=none"],
    });
    return { browser, [Symbol.asyncDispose]: () => browser.close() };
  });
  return async (look = {}) => await Tab.open((await running()).browser, look);
}

/** A page that is watched. Disposed, it fails the test if the page did what it must not. */
export class Tab implements AsyncDisposable {
  readonly page: Page;
  readonly #context: BrowserContext;
  readonly #expected: RegExp | undefined;
  readonly #requested: string[] = [];
  readonly #complaints: string[] = [];

  private constructor(context: BrowserContext, page: Page, expected: RegExp | undefined) {
    this.#context = context;
    this.page = page;
    this.#expected = expected;
    context.on("request", (request: Request) => this.#requested.push(request.url()));
    page.on("console", (message: ConsoleMessage) => {
      if (["error", "warning"].includes(message.type())) this.#complaints.push(message.text());
    });
    page.on("pageerror", (error: Error) => this.#complaints.push(error.stack ?? error.message));
  }

  /** An empty page. */
  static async open(browser: Browser, look: Look): Promise<Tab> {
    const { width = 1440, height = 900, scheme = "light", expected } = look;
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme: scheme,
      reducedMotion: "reduce",
    });
    context.setDefaultTimeout(patienceMs);
    return new Tab(context, await context.newPage(), expected);
  }

  /** Goes to a page of the program and waits until it shows what it knows. */
  async show(url: string): Promise<Page> {
    await this.page.goto(url);
    await this.page.waitForSelector("h1 .head");
    return this.page;
  }

  /** Waits until the sentence on top is as it should be. */
  async sentence(expected: RegExp): Promise<void> {
    const heading = this.page.locator("h1");
    await heading.filter({ hasText: expected }).waitFor().catch(async () => {
      assert.match(await heading.textContent({ timeout: 100 }).catch(() => "") ?? "", expected);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { origin } = new URL(this.page.url());
    await this.#context.close();
    const foreign = this.#requested.filter((url) =>
      !url.startsWith("data:") && !url.startsWith("blob:") && new URL(url).origin !== origin
    );
    assert.deepEqual(foreign, [], "requests that left the origin");
    const told = this.#complaints.filter((text) => this.#expected?.test(text) !== true);
    assert.deepEqual(told, [], "complaints on the console");
  }
}
