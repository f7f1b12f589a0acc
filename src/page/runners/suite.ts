import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PasskeyOptions } from "../passkeys.js";
import { WindowPasskeys } from "../window/window-passkeys.js";

/** File systems allow names of 255 bytes. */
const NAME_MAX = 80;

export interface SuiteOptions extends PasskeyOptions {
  /** Folder for the timeline and the trace of a test that fails or leaves a page waiting; no files when absent. */
  readonly reportFolder?: string;
}

export interface EndedTest {
  readonly name: string;
  readonly hasFailed: boolean;
  readonly options: SuiteOptions;
  /** Takes the verdict as text, of a test that failed or left a page waiting. */
  readonly onReport?: (text: string) => void;
}

/** Makes the passkeys of one test; where the test environment has a window, they are in it. */
export function passkeysForTest({ reportFolder: _, ...options }: SuiteOptions): WindowPasskeys {
  const passkeys = new WindowPasskeys(options);
  if ("document" in globalThis) passkeys.install(globalThis);
  return passkeys;
}

/**
 * Ends the passkeys of one test.
 *
 * @throws {PageRigError} `CEREMONY_PENDING`.
 */
export async function endPasskeys(passkeys: WindowPasskeys, ended: EndedTest): Promise<void> {
  const { hasFailed, onReport } = ended;
  const pending = passkeys.pendingError();
  const text = pending?.message ?? passkeys.verdict();
  try {
    passkeys.end({ hasFailed });
  } finally {
    await passkeys.close();
    if (hasFailed || pending !== undefined) onReport?.([text, ...written(passkeys, ended)].join("\n"));
  }
}

function written(passkeys: WindowPasskeys, { name, options }: EndedTest): readonly string[] {
  const { reportFolder } = options;
  if (reportFolder === undefined) return [];
  mkdirSync(reportFolder, { recursive: true });
  const base = join(reportFolder, name.replaceAll(/[^\p{L}\p{N}]+/gu, "-").slice(0, NAME_MAX));
  writeFileSync(`${base}.html`, passkeys.timeline());
  writeFileSync(`${base}.jsonl`, passkeys.trace());
  return [`Timeline: ${base}.html`, `Trace: passkey-harness replay ${base}.jsonl`];
}
