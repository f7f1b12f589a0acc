import { parseArgs } from "node:util";
import { isHarnessError } from "../index.js";
import { type Command, type ExitCode, UsageError } from "./command.js";
import { COMMANDS } from "./commands.js";
import { COMMON_HELP, COMMON_OPTIONS } from "./options.js";
import type { Terminal } from "./terminal.js";

const NAME = "passkey-harness";

/** Error codes of Node for faults in the command line. */
const PARSE_FAULTS = new Set([
  "ERR_PARSE_ARGS_UNKNOWN_OPTION",
  "ERR_PARSE_ARGS_INVALID_OPTION_VALUE",
  "ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL",
]);

function overview(): string {
  const width = Math.max(...COMMANDS.map(({ name }) => name.length)) + 3;
  const lines = COMMANDS.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`);
  return [
    `usage: ${NAME} COMMAND [options]`,
    "",
    "Drives FIDO2 keys and phones, real or simulated, through registration and login,",
    "and says whose timer fired when it goes wrong.",
    "",
    ...lines,
    "",
    `'${NAME} COMMAND --help' says more. Exit codes: 0 good, 1 an expectation failed, 2 usage or environment.`,
  ].join("\n");
}

function helpOf(command: Command): string {
  return [
    `usage: ${NAME} ${command.name} ${command.synopsis}`.trimEnd(),
    "",
    command.summary,
    "",
    command.help,
    COMMON_HELP,
  ].join("\n");
}

/**
 * Runs one command line and prints its outcome. A harness error becomes one readable paragraph, or one JSON document.
 *
 * @param argv The words behind the program's name.
 * @throws Whatever a command throws that is not a harness error.
 */
export async function runCli(argv: readonly string[], terminal: Terminal): Promise<ExitCode> {
  const [name = "--help", ...rest] = argv;
  if (name === "--help" || name === "-h" || name === "help") {
    terminal.out(overview());
    return 0;
  }
  try {
    const command = COMMANDS.find((one) => one.name === name);
    if (command === undefined) {
      throw new UsageError("USAGE", `there is no command "${name}"`, {
        hint: `one of ${COMMANDS.map((one) => one.name).join(", ")}`,
      });
    }
    const { values, positionals } = parse(command, rest);
    if (values.help) {
      terminal.out(helpOf(command));
      return 0;
    }
    const outcome = await command.run({ values, positionals, terminal });
    if (terminal.json) terminal.out(JSON.stringify(outcome.json, null, 2));
    else if (outcome.text !== "") terminal.out(outcome.text);
    return outcome.exitCode;
  } catch (error) {
    return report(error, terminal);
  }
}

function parse(command: Command, args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: { ...COMMON_OPTIONS, ...command.options },
      allowPositionals: true,
      strict: true,
    });
  } catch (error) {
    if (error instanceof Error && "code" in error && PARSE_FAULTS.has(String(error.code))) {
      throw new UsageError("USAGE", error.message, {
        hint: `${NAME} ${command.name} --help lists the options`,
      });
    }
    throw error;
  }
}

function report(error: unknown, terminal: Terminal): ExitCode {
  if (!isHarnessError(error)) throw error;
  if (terminal.json) terminal.out(JSON.stringify({ ok: false, error: error.toJSON() }, null, 2));
  else {
    terminal.warn(`${terminal.style("red", error.code)}: ${error.message}`);
    if (error.hint !== undefined) terminal.warn(`  hint: ${error.hint}`);
    if (error.aftermath === "unknown") terminal.warn("  the other side may still have acted on the request");
  }
  return ENVIRONMENT_CODES.test(error.code) ? 2 : 1;
}

/** Codes that speak of the command line and its surroundings, not of the device under test. */
const ENVIRONMENT_CODES =
  /^(USAGE|ENVIRONMENT|NATIVE_MISSING|PERMISSION_DENIED|DEVICE_BUSY|(RADIO|PROFILE|STORE|KNOB|SCENARIO|SITE|SWEEP|SHRINK|EXPOSE|TRACE|PCAP)_.*)$/;
