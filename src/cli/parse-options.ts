import { parseArgs } from "node:util";
import { namesHint } from "../core/place.js";
import { type Command, type Invocation, type OptionTable, UsageError } from "./command.js";
import { COMMON_OPTIONS } from "./options.js";

/**
 * Splits what follows a command by its option table.
 *
 * @throws {UsageError} USAGE for an option that does not exist, lacks its value, or has one it does not take.
 */
export function parseOptions(
  command: Command,
  args: readonly string[],
): Omit<Invocation, "terminal" | "machine"> {
  const options: OptionTable = { ...COMMON_OPTIONS, ...command.options };
  const { values, positionals, tokens } = parseArgs({
    args: [...args],
    options,
    allowPositionals: true,
    // Node's own refusals speak to programmers; the tokens say the same, and are judged below.
    strict: false,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind !== "option") continue;
    const { name, rawName, value, inlineValue } = token;
    const type = Object.hasOwn(options, name) ? options[name]?.type : undefined;
    if (type === undefined) throw unknownOption(command, rawName, Object.keys(options));
    if (type === "boolean" && value !== undefined) throw usage(command, `${rawName} takes no value`);
    if (type !== "string") continue;
    if (value === undefined) throw usage(command, `${rawName} takes a value, and none follows`);
    // A number may be negative, and a lone hyphen stands for standard input.
    if (inlineValue || !/^-[^\d]/.test(value)) continue;
    throw usage(
      command,
      `${rawName} takes a value, and "${value}" is an option`,
      `${rawName}=${value} if it is meant`,
    );
  }
  return { values, positionals };
}

function unknownOption({ name }: Command, rawName: string, known: readonly string[]): UsageError {
  const names = known.map((one) => `--${one}`);
  const hint = namesHint(rawName, names);
  return new UsageError("USAGE", `${name} has no option ${rawName}`, {
    hint: hint.startsWith("did you mean") ? hint : helpHint(name),
  });
}

function usage({ name }: Command, message: string, hint = helpHint(name)): UsageError {
  return new UsageError("USAGE", message, { hint });
}

function helpHint(name: string): string {
  return `passkey-harness ${name} --help lists the options`;
}
