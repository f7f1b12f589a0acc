import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface ToolResult {
  readonly exitCode: number | null;
  readonly out: string;
  readonly err: string;
}

export interface ToolInput {
  /** What the tool asks for on its input, in order: PINs, as there is no terminal. */
  readonly lines?: readonly string[];
  readonly signal?: AbortSignal;
}

/** Runs one of Debian's own tools to its end, whatever becomes of it. */
export async function tool(
  command: string,
  args: readonly string[],
  input: ToolInput = {},
): Promise<ToolResult> {
  const child = spawn(command, args, {
    // In a session of its own there is no terminal to ask for a PIN on.
    detached: true,
    stdio: "pipe",
    killSignal: "SIGKILL",
    ...(input.signal && { signal: input.signal }),
  });
  const said = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (said.out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said.err += text));
  child.on("error", (error) => (said.err += String(error)));
  // A tool that asks for nothing does not read.
  child.stdin.on("error", () => undefined);
  child.stdin.end((input.lines ?? []).map((line) => `${line}\n`).join(""));
  // Not `once`: a tool that is killed has an error first.
  const exitCode = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { exitCode, ...said };
}

/** The same, for a run that must succeed. @returns the lines it printed. */
export async function succeed(
  command: string,
  args: readonly string[],
  input?: ToolInput,
): Promise<readonly string[]> {
  const { exitCode, out, err } = await tool(command, args, input);
  if (exitCode === 0) return out.split("\n").filter((line) => line !== "");
  throw new Error(`${command} ${args.join(" ")} exited with ${exitCode}: ${err}${out}`);
}

/** The same, for a run that must not. @returns libfido2's name of what went wrong. */
export async function fail(command: string, args: readonly string[], input?: ToolInput): Promise<string> {
  const { exitCode, out, err } = await tool(command, args, input);
  if (exitCode === 0) throw new Error(`${command} ${args.join(" ")} succeeded: ${out}`);
  return /FIDO_ERR_\w+/.exec(err)?.[0] ?? err.trim();
}

const folder = mkdtempSync(join(tmpdir(), "fido2-tools-"));
let files = 0;

/** A file for a tool to read. @returns its path. */
export function fileOf(content: string | Uint8Array): string {
  files += 1;
  const path = join(folder, String(files));
  writeFileSync(path, content);
  return path;
}

export function contentOf(path: string): Uint8Array {
  return Uint8Array.from(readFileSync(path));
}

export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
