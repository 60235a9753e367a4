/**
 * What was measured beside what is promised: held against each other at once, printed at the end.
 *
 * @module
 */
import assert from "node:assert/strict";

interface Figure {
  readonly what: string;
  readonly value: number;
  readonly most: number;
  readonly unit: string;
}

/** The figures of one test file. */
export class Figures {
  readonly #all: Figure[] = [];

  /** @param title what is printed above them; to be made outside of the tests */
  constructor(title: string) {
    Deno.test.afterAll(async () => {
      if (this.#all.length === 0) return;
      await Deno.stdout.write(new TextEncoder().encode(`\n${title}\n${this.#table()}\n`));
    });
  }

  /** Takes note of a figure; fails if it is more than `most`. */
  note(what: string, value: number, most: number, unit = "ms"): void {
    this.#all.push({ what, value, most, unit });
    assert.ok(value <= most, `${what}: ${Math.round(value)} ${unit}, the most is ${most} ${unit}`);
  }

  #table(): string {
    const width = Math.max(...this.#all.map(({ what }) => what.length));
    return this.#all.map(({ what, value, most, unit }) => {
      const shown = `${Math.round(value)}`.padStart(6);
      return `  ${what.padEnd(width)} ${shown} of ${Math.round(most)} ${unit}`;
    }).join("\n");
  }
}
