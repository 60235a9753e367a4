/**
 * What belongs to one command alone: its operands and its own flags, checked.
 *
 * @module
 */
import { quote } from "../../options/option_values.ts";
import type { OptionChecks, Reading } from "../../options/option_values.ts";
import { commandTable } from "./command_table.ts";
import type { CommandArgument, CommandFlag } from "./command_entry.ts";
import type { CommandLine } from "./args.ts";

/** The flags and operands that belong to one command alone. */
export class CommandArgs {
  readonly #line: CommandLine;
  readonly #checks: OptionChecks;
  readonly #faults: string[];

  constructor(line: CommandLine, checks: OptionChecks, faults: string[]) {
    this.#line = line;
    this.#checks = checks;
    this.#faults = faults;
  }

  /** The one operand; what is returned after a fault is never used. */
  argument<T>(argument: CommandArgument<T>): T {
    const [text, ...more] = this.#line.operands;
    this.#refuse(more);
    if (text === undefined) {
      const { name, help } = argument;
      this.#faults.push(`${this.#line.command}: its argument <${name}> is missing: ${help}`);
      return undefined as T;
    }
    return this.#take(`<${argument.name}>`, text, argument.type.read(text, this.#checks)) as T;
  }

  noArgument(): void {
    this.#refuse(this.#line.operands);
  }

  /** For commands whose only flag is `--json`. */
  jsonFlags(): { readonly json: boolean } {
    return { json: this.isOn(commandTable.matrix.flags.json) };
  }

  /** Notes what is wrong with the flags together; `undefined` if nothing is. */
  fault(text: string | undefined): void {
    if (text !== undefined && this.#faults.length === 0) this.#faults.push(text);
  }

  isOn({ flag }: Pick<CommandFlag<never>, "flag">): boolean {
    return this.#line.ownFlags.has(flag);
  }

  value<T>({ flag }: { readonly flag: string }, type: CommandArgument<T>["type"]): T | undefined {
    const text = this.#line.ownFlags.get(flag)?.at(-1);
    return text === undefined ? undefined : this.#take(flag, text, type.read(text, this.#checks));
  }

  #take<T>(source: string, text: string, reading: Reading<T>): T | undefined {
    if ("value" in reading) return reading.value;
    this.#faults.push(`${source} ${quote(text)}: ${reading.fault}`);
    return undefined;
  }

  #refuse(operands: readonly string[]): void {
    const { command } = this.#line;
    for (const word of operands) {
      this.#faults.push(`operand ${quote(word)}: ${command} takes no such word`);
    }
  }
}
