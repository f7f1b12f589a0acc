import type { Terminal } from "../../src/cli/terminal.js";
import { type Machine, THIS_MACHINE } from "../../src/cli/machine.js";
import { runCli as runInProcess } from "../../src/cli/run-cli.js";

/** What a command line printed and how it ended. */
export interface Finished {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs `passkey-harness ...` inside the test's process, with a terminal that is no TTY and has no colour.
 *
 * @param machine what the command finds outside of its command line, where it is to be something else.
 * What belongs to a process is for `spawnCli`: its environment, signals, standard input and native packages.
 */
export async function runCli(args: readonly string[], machine: Partial<Machine> = {}): Promise<Finished> {
  const output = { stdout: "", stderr: "" };
  const terminal = terminalInto(output, args.includes("--json"));
  const exitCode = await runInProcess(args, terminal, { ...THIS_MACHINE, ...machine });
  return { exitCode, ...output };
}

/** Makes a terminal that keeps what is printed. */
export function terminalInto(output: { stdout: string; stderr: string }, json = false): Terminal {
  return {
    json,
    color: false,
    columns: undefined,
    out: (text) => (output.stdout += `${text}\n`),
    progress: () => undefined,
    status: () => undefined,
    warn: (line) => (output.stderr += `${line}\n`),
    style: (_, text) => text,
  };
}
