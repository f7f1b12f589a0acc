import { type HarnessError, isHarnessError } from "../index.js";
import type { Outcome } from "./command.js";
import type { Terminal } from "./terminal.js";

/**
 * Runs steps that keep a result which is already there, such as writing files: one that fails does not stop the others.
 *
 * @returns the failures that this library knows. @throws any other.
 */
export async function failuresOf(steps: readonly (() => unknown)[]): Promise<readonly HarnessError[]> {
  const failures: HarnessError[] = [];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      if (!isHarnessError(error)) throw error;
      failures.push(error);
    }
  }
  return failures;
}

/** Adds what could not be kept to a result that stays: as `problems` in the document, on stderr otherwise. Exit code 2 in place of 0. */
export function withProblems(
  outcome: Outcome,
  problems: readonly HarnessError[],
  terminal: Terminal,
): Outcome {
  if (problems.length === 0) return outcome;
  const before = outcome.json as { readonly problems?: readonly unknown[] };
  for (const problem of terminal.json ? [] : problems) sayError(problem, terminal);
  return {
    ...outcome,
    exitCode: outcome.exitCode === 0 ? 2 : outcome.exitCode,
    json: {
      ...before,
      ok: false,
      problems: [...(before.problems ?? []), ...problems.map((problem) => problem.toJSON())],
    },
  };
}

/** Prints an error with its hint. */
export function sayError({ code, message, hint, aftermath }: HarnessError, terminal: Terminal): void {
  const [first, ...further] = message.split("\n");
  terminal.warn(`${terminal.style("red", code)}: ${first}`);
  for (const line of further) terminal.warn(line);
  if (hint !== undefined) terminal.warn(`  hint: ${hint}`);
  if (aftermath === "unknown") terminal.warn("  the other side may still have acted on the request");
}
