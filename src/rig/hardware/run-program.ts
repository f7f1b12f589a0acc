import { execFile } from "node:child_process";

/** How a program ended. */
export interface ProgramResult {
  /** Exit code; null when a signal ended it, or it could not be started. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Code of the operating system where it could not be started, such as ENOENT. */
  readonly failure?: string;
}

export interface ProgramOptions {
  /** Ends the program. */
  readonly signal?: AbortSignal;
}

/** Runs a program with arguments that no shell reads; never rejects. */
export type ProgramRunner = (argv: readonly string[], options?: ProgramOptions) => Promise<ProgramResult>;

const OUTPUT_BYTES_MAX = 1_000_000;

/** Runs a program of this machine until it ends. */
export const runProgram: ProgramRunner = ([program = "", ...args], { signal } = {}) =>
  new Promise((resolve) => {
    const options = {
      encoding: "utf8" as const,
      maxBuffer: OUTPUT_BYTES_MAX,
      windowsHide: true,
      // A program that does not heed a polite request would outlive its limit.
      killSignal: "SIGKILL" as const,
      ...(signal !== undefined && { signal }),
    };
    execFile(program, args, options, (error, stdout, stderr) => {
      const code: unknown = error === null ? 0 : error.code;
      resolve({
        exitCode: typeof code === "number" ? code : null,
        stdout,
        stderr,
        ...(typeof code === "string" && { failure: code }),
      });
    });
  });

/** Puts a program's last words into an error message, shortened to a line. */
export function lastWords({ stdout, stderr, failure, exitCode }: ProgramResult): string {
  if (failure === "ENOENT") return "the program is not installed";
  const lines = `${stdout}\n${stderr}`.split("\n").filter((line) => line.trim() !== "");
  const end = failure ?? (exitCode === null ? "was ended by a signal" : `ended with ${exitCode}`);
  return lines.length === 0 ? end : `${end}: ${(lines.at(-1) as string).trim().slice(0, 200)}`;
}
