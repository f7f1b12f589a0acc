import type { ParseArgsConfig } from "node:util";
import type { Operation } from "../entry/rig.js";
import { HarnessError } from "../index.js";
import type { Machine } from "./machine.js";
import type { Terminal } from "./terminal.js";

/** Resolves when a signal or the user asks the program to end. */
export function untilInterrupted(): Promise<void> {
  return new Promise((resolve) => {
    process.once("SIGTERM", () => resolve());
    process.once("SIGINT", () => resolve());
  });
}

/** The command line or its surroundings are wrong; nothing was started. Exit code 2. */
export class UsageError extends HarnessError<"USAGE" | "ENVIRONMENT"> {}

export type OptionTable = NonNullable<ParseArgsConfig["options"]>;

/** Holds the arguments of the command line, already split by the option table. */
export interface Invocation {
  readonly values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>>;
  readonly positionals: readonly string[];
  readonly terminal: Terminal;
  readonly machine: Machine;
  /** What the command is going to do to the device: a rig that the device is of is asked before. */
  readonly operation?: Operation | undefined;
}

/** 0 good, 1 an expectation failed, 2 usage or environment, above 128 a signal ended the program. */
export type ExitCode = 0 | 1 | 2 | 129 | 130 | 143;

export interface Outcome {
  readonly exitCode: ExitCode;
  /** The one document `--json` prints; absent when nothing is left to say. */
  readonly json: unknown;
  /** Text for the terminal, where no JSON is asked for. */
  readonly text: string;
}

export interface Command {
  readonly name: string;
  /** One line for the overview. */
  readonly summary: string;
  /** Everything below the usage line of `--help`. */
  readonly help: string;
  /** What follows the command's name in the usage line. */
  readonly synopsis: string;
  readonly options: OptionTable;
  /** The command takes words beside its options; otherwise one is a usage error. */
  readonly takesWords?: true;
  run(invocation: Invocation): Promise<Outcome>;
}
