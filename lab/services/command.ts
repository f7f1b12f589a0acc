import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

export interface CommandEnd {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** One of the project's own commands, running as a process of its own in the guest. */
export interface RunningCommand {
  readonly child: ChildProcess;
  readonly ended: Promise<CommandEnd>;
  /**
   * Waits for a line of standard error.
   *
   * @returns what the pattern matched.
   * @throws {Error} with all it said when the command ends before.
   */
  hears(pattern: RegExp): Promise<string>;
}

export interface StartOptions {
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The first argument of a guest program that is to be `passkey-harness` with the arguments that follow. */
export const COMMAND_LINE = "command-line";

/** Starts `passkey-harness ARGS`: the guest program itself, which has to ask {@link isCommandLine} first of all. */
export function startCommand(args: readonly string[], options?: StartOptions): RunningCommand {
  return startSelf([COMMAND_LINE, ...args], options);
}

/** Starts the guest program once more, as a process of its own with other arguments. */
export function startSelf(
  args: readonly string[],
  { stdin = "", env = {} }: StartOptions = {},
): RunningCommand {
  const [, program = ""] = process.argv;
  const child = spawn(process.execPath, [program, ...args], {
    env: { ...process.env, ...env },
    stdio: "pipe",
  });
  child.stdin.end(stdin);
  let stdout = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  const said: string[] = [];
  const lines = createInterface(child.stderr);
  lines.on("line", (line) => said.push(line));
  const ended = once(child, "close").then(([exitCode]) => ({
    exitCode: exitCode as number | null,
    stdout,
    stderr: said.join("\n"),
  }));
  return {
    child,
    ended,
    async hears(pattern) {
      for (;;) {
        const found = said.map((line) => pattern.exec(line)?.[0]).find((match) => match !== undefined);
        if (found !== undefined) return found;
        if (child.exitCode !== null) throw new Error(`ended without ${pattern.source}: ${said.join("\n")}`);
        await Promise.race([once(lines, "line"), ended]);
      }
    },
  };
}

/** Whether this process is one that {@link startCommand} started; its arguments are then those of the command. */
export function isCommandLine(): boolean {
  if (process.argv[2] !== COMMAND_LINE) return false;
  process.argv.splice(2, 1);
  return true;
}
