import { namesHint } from "../../core/place.js";
import type { Operation } from "../../entry/rig.js";
import { type Invocation, type Outcome, UsageError } from "../command.js";

/** One thing that a command does, named by its first word. */
export interface Subcommand {
  /** What each word behind the name stands for, such as `ID`. */
  readonly words: readonly string[];
  /** Options that this one takes and others of the command do not. */
  readonly options?: readonly string[];
  /** What it does to the key, in the words of a rig file. */
  readonly operation?: Operation;
  run(invocation: Invocation, words: readonly string[]): Promise<Outcome>;
}

/**
 * Runs the subcommand that the first word names.
 *
 * @param fallback runs where no word is given; a command without one needs a word.
 * @throws {UsageError} USAGE for a name that does not exist, a word too many or too few, and an option of another subcommand.
 */
export async function runSubcommand(
  command: string,
  subcommands: Readonly<Record<string, Subcommand>>,
  invocation: Invocation,
  fallback?: string,
): Promise<Outcome> {
  const [name = fallback, ...words] = invocation.positionals;
  const subcommand = name !== undefined && Object.hasOwn(subcommands, name) ? subcommands[name] : undefined;
  const names = Object.keys(subcommands);
  if (name === undefined || subcommand === undefined) {
    const what = name === undefined ? "" : `, not "${name}"`;
    throw new UsageError("USAGE", `${command} takes one of ${names.join(", ")}${what}`, {
      hint: namesHint(name ?? "", names),
    });
  }
  if (words.length !== subcommand.words.length) {
    const takes = subcommand.words.length === 0 ? "no further word" : subcommand.words.join(" and ");
    throw new UsageError("USAGE", `${command} ${name} takes ${takes}`, {
      hint: `passkey-harness ${[command, name, ...subcommand.words].join(" ")}`,
    });
  }
  refuseOptionsOfOthers(`${command} ${name}`, subcommand, { subcommands, invocation });
  return subcommand.run({ ...invocation, operation: subcommand.operation }, words);
}

function refuseOptionsOfOthers(
  called: string,
  { options = [] }: Subcommand,
  {
    subcommands,
    invocation,
  }: { readonly subcommands: Readonly<Record<string, Subcommand>>; readonly invocation: Invocation },
): void {
  const some = new Set(Object.values(subcommands).flatMap((one) => one.options ?? []));
  const stray = [...some].find((name) => !options.includes(name) && isGiven(invocation.values[name]));
  if (stray !== undefined) throw new UsageError("USAGE", `--${stray} has no effect on ${called}`);
}

function isGiven(value: Invocation["values"][string]): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== false;
}
