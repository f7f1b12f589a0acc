import { namesHint } from "../core/place.js";
import { type Invocation, type OptionTable, UsageError } from "./command.js";

/** Options every command has. */
export const COMMON_OPTIONS = {
  json: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const satisfies OptionTable;

export const COMMON_HELP = `  --json               print one JSON document on stdout and nothing else
  -h, --help           this text`;

/** A text option, or undefined when it was not given. @throws {UsageError} USAGE when it is empty. */
export function textOption(invocation: Invocation, name: string): string | undefined {
  const value = invocation.values[name];
  if (typeof value !== "string") return undefined;
  if (value === "") throw new UsageError("USAGE", `--${name} is empty`);
  return value;
}

/** The texts of an option that may be given more than once. */
export function textsOf(invocation: Invocation, name: string): readonly string[] {
  const value = invocation.values[name];
  return Array.isArray(value) ? value.map(String) : [];
}

/** A whole number within bounds. @throws {UsageError} USAGE otherwise. */
export function numberOption(
  invocation: Invocation,
  name: string,
  bounds: { readonly min: number; readonly max: number },
): number | undefined {
  const text = textOption(invocation, name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isInteger(value) || value < bounds.min || value > bounds.max) {
    throw new UsageError(
      "USAGE",
      `--${name} takes a whole number from ${bounds.min} to ${bounds.max}, not "${text}"`,
    );
  }
  return value;
}

/** One of a few words. @throws {UsageError} USAGE otherwise. */
export function choiceOption<Choice extends string>(
  invocation: Invocation,
  name: string,
  choices: readonly Choice[],
): Choice | undefined {
  const text = textOption(invocation, name);
  if (text === undefined) return undefined;
  const choice = choices.find((one) => one === text);
  if (choice === undefined) {
    // The message has the list; only a near name is worth a hint.
    const hint = namesHint(text, choices);
    throw new UsageError("USAGE", `--${name} takes one of ${choices.join(", ")}, not "${text}"`, {
      ...(hint.startsWith("did you mean") && { hint }),
    });
  }
  return choice;
}

export function flag(invocation: Invocation, name: string): boolean {
  return invocation.values[name] === true;
}

/** `1 point`, `2 points`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
