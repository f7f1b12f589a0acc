import { spawn, type ChildProcessByStdio } from "node:child_process";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { inject, onTestFinished } from "vitest";
import { PROJECT } from "./project.js";
import type { Finished } from "./run-cli.js";

/** A process whose three standard streams are pipes. */
export type PipedProcess = ChildProcessByStdio<Writable, Readable, Readable>;

/**
 * Returns the path of a file that the global setup bundled, such as `index.js`.
 *
 * @throws {Error} when the test file is not among those that start processes.
 */
export function bundled(file: string): string {
  const folder = inject("bundleFolder");
  if (folder === undefined) throw new Error("list the test file in PROCESS_TESTS of vitest.config.ts");
  return join(folder, file);
}

/** Starts Node with the project as its working directory; a process that outlives its test is killed. */
export function startNode(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): PipedProcess {
  // The test runner sets FORCE_COLOR for itself; a user's shell does not.
  const { FORCE_COLOR: _, ...plain } = process.env;
  const child = spawn(process.execPath, args, {
    cwd: PROJECT,
    env: { ...plain, NO_COLOR: "1", ...environment },
    stdio: ["pipe", "pipe", "pipe"],
  });
  onTestFinished(() => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
  });
  return child;
}

/** Starts `passkey-harness ...` as a process; a process that outlives its test is killed. */
export function startCli(args: readonly string[]): PipedProcess {
  return startNode([bundled("cli.js"), ...args]);
}

/** Runs Node on a program until the process ends, with nothing on stdin. */
export function runProgram(
  args: readonly string[],
  environment?: Readonly<Record<string, string>>,
): Promise<Finished> {
  const child = startNode(args, environment);
  child.stdin.end();
  const output = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => (output.stdout += String(chunk)));
  child.stderr.on("data", (chunk) => (output.stderr += String(chunk)));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exitCode) => resolve({ exitCode, ...output }));
  });
}

/** Runs `passkey-harness ...` as a process until it ends. */
export function spawnCli(
  args: readonly string[],
  environment?: Readonly<Record<string, string>>,
): Promise<Finished> {
  return runProgram([bundled("cli.js"), ...args], environment);
}
