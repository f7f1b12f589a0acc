import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { isHarnessError } from "../src/core/errors.js";
import { runInGuest } from "./guest.js";

const USAGE = `usage: npm run lab -- [options] PROGRAM [ARGUMENTS]

boot a Linux guest with real HID and Bluetooth stacks and run one program of this project in it, as root

  --out FOLDER       what the guest may write to, as LAB_OUT (artifacts/lab/run)
  --timeout SECONDS  when the guest is switched off, boot included (300)
  --memory MB        a browser wants 8192 (2048)
  --env NAME=VALUE   for the program, as often as you like
`;

const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => interrupted.abort(new Error(`interrupted by ${signal}`)));
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const hint = isHarnessError(error) && error.hint !== undefined ? `\n${error.hint}` : "";
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}${hint}\n`);
  process.exitCode = 1;
}

async function main(argv: readonly string[]): Promise<number> {
  const { own, program, args } = split(argv);
  const { values } = parseArgs({
    args: [...own],
    options: {
      out: { type: "string" },
      timeout: { type: "string" },
      memory: { type: "string" },
      env: { type: "string", multiple: true },
    },
  });
  if (program === undefined) {
    process.stderr.write(USAGE);
    return 2;
  }
  const out = values.out ?? join("artifacts", "lab", "run");
  await mkdir(out, { recursive: true });
  const { exitCode, wallMs } = await runInGuest({
    program,
    args,
    out,
    timeoutSeconds: positive("--timeout", values.timeout) ?? 300,
    memoryMb: positive("--memory", values.memory) ?? 2048,
    env: Object.fromEntries((values.env ?? []).map(variable)),
    onOutput: (text) => process.stdout.write(text),
    signal: interrupted.signal,
  });
  process.stderr.write(`guest ended after ${(wallMs / 1_000).toFixed(1)} s, exit code ${exitCode}\n`);
  return exitCode;
}

/** What follows the program belongs to the program. Every option of ours takes a value. */
function split(argv: readonly string[]): {
  readonly own: readonly string[];
  readonly program: string | undefined;
  readonly args: readonly string[];
} {
  let at = 0;
  while (argv[at]?.startsWith("--") === true) at += argv[at]?.includes("=") === true ? 1 : 2;
  return { own: argv.slice(0, at), program: argv[at], args: argv.slice(at + 1) };
}

function positive(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value <= 0) throw new Error(`${option} wants a whole number above 0`);
  return value;
}

function variable(text: string): readonly [string, string] {
  const at = text.indexOf("=");
  if (at <= 0) throw new Error(`--env wants NAME=VALUE, got ${JSON.stringify(text)}`);
  return [text.slice(0, at), text.slice(at + 1)];
}
