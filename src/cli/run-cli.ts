import { namesHint } from "../core/place.js";
import { printableJson } from "../core/printable.js";
import { isHarnessError } from "../index.js";
import { type Command, type ExitCode, type Invocation, UsageError } from "./command.js";
import { COMMANDS } from "./commands.js";
import { exitCodeFor } from "./exit-code.js";
import { COMMON_HELP, textOption } from "./options.js";
import { checkWritable } from "./files/replace-file.js";
import { type Machine, THIS_MACHINE } from "./machine.js";
import { interruptionBehind } from "./interruption.js";
import { parseOptions } from "./parse-options.js";
import { sayError } from "./problems.js";
import type { Terminal } from "./terminal.js";
import { packageVersion } from "./version.js";

const NAME = "passkey-harness";
const VERSION_WORDS: readonly string[] = ["--version", "-V", "version"];
const HELP_WORDS: readonly string[] = ["--help", "-h", "help"];

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
    `'${NAME} COMMAND --help' or '${NAME} help COMMAND' says more; --version, -V prints the version. Exit codes: 0 good, 1 an expectation failed, 2 usage or environment, 130 interrupted.`,
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

/** @throws {UsageError} USAGE with the nearest name. */
function commandNamed(name: string): Command {
  const command = COMMANDS.find((one) => one.name === name);
  if (command !== undefined) return command;
  throw new UsageError("USAGE", `there is no command "${name}"`, {
    hint: namesHint(
      name,
      COMMANDS.map((one) => one.name),
    ),
  });
}

/** @throws {UsageError} USAGE with the first word that a command without words was given. */
function refuseWords({ name, takesWords, options }: Command, [word]: readonly string[]): void {
  if (takesWords === true || word === undefined) return;
  const hint = word in options ? `did you mean --${word}?` : `${NAME} help ${name}`;
  throw new UsageError("USAGE", `${name} takes options only, and "${word}" is none`, { hint });
}

/** Options that name a file to be written once the work is done. */
const OUTPUTS = ["trace", "pcap", "html", "junit", "cert-out", "as-profile", "out", "rates"] as const;

/** @throws {UsageError} ENVIRONMENT before anything starts, for a file that cannot be written at its end. */
function checkOutputs(invocation: Invocation): void {
  for (const name of OUTPUTS) {
    const path = textOption(invocation, name);
    if (path !== undefined) checkWritable(path);
  }
}

/**
 * Runs one command line and prints its outcome. A harness error becomes one readable paragraph, or one JSON document.
 *
 * @param argv The words behind the program's name.
 * @param machine USB ports, environment variables and inventory; a test brings its own.
 * @throws Whatever a command throws that is not a harness error.
 */
export async function runCli(
  argv: readonly string[],
  terminal: Terminal,
  machine: Machine = THIS_MACHINE,
): Promise<ExitCode> {
  const [name = "--help", ...rest] = argv;
  try {
    if (VERSION_WORDS.includes(name)) {
      const version = packageVersion();
      terminal.out(terminal.json ? JSON.stringify({ version }) : version);
      return 0;
    }
    if (HELP_WORDS.includes(name)) {
      const [of] = rest;
      terminal.out(of === undefined || of.startsWith("-") ? overview() : helpOf(commandNamed(of)));
      return 0;
    }
    const command = commandNamed(name);
    const { values, positionals } = parseOptions(command, rest);
    if (values["help"] === true) {
      terminal.out(helpOf(command));
      return 0;
    }
    refuseWords(command, positionals);
    const invocation = { values, positionals, terminal, machine };
    checkOutputs(invocation);
    const outcome = await command.run(invocation);
    if (terminal.json) terminal.out(printableJson(outcome.json, 2));
    else if (outcome.text !== "") terminal.out(outcome.text);
    return outcome.exitCode;
  } catch (error) {
    return report(error, terminal);
  }
}

function report(error: unknown, terminal: Terminal): ExitCode {
  if (!isHarnessError(error)) throw error;
  if (terminal.json) terminal.out(printableJson({ ok: false, error: error.toJSON() }, 2));
  else sayError(error, terminal);
  return interruptionBehind(error)?.exitCode ?? exitCodeFor(error.code);
}
