import { mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { cwd } from "node:process";
import { toHex } from "../../core/bytes.js";
import { sha256 } from "../../core/host-crypto.js";
import type { PasskeyOptions } from "../passkeys.js";
import { WindowPasskeys } from "../window/window-passkeys.js";

/** File systems allow names of 255 bytes. */
const NAME_MAX = 60;
/** Of the part that tells apart tests of one name, in characters. */
const TAG_LENGTH = 8;

export interface SuiteOptions extends PasskeyOptions {
  /**
   * Folder for the timeline and the trace of a test that fails or leaves a page waiting; no files when absent. jest does
   * not say which tests fail: there every test has its files.
   */
  readonly reportFolder?: string;
}

export interface EndedTest {
  readonly name: string;
  /** Path of its test file, where the runner says it. */
  readonly file?: string | undefined;
  /** `unknown` where the test runner does not say. */
  readonly hasFailed: boolean | "unknown";
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
  const { hasFailed, onReport = () => undefined } = ended;
  const pending = passkeys.pendingError();
  const text = pending?.message ?? passkeys.verdict();
  try {
    passkeys.end({ hasFailed: hasFailed === true });
  } finally {
    await passkeys.close();
    if (hasFailed !== false || pending !== undefined)
      onReport([text, ...written(passkeys, ended)].join("\n"));
  }
}

function written(passkeys: WindowPasskeys, { name, file = "", options }: EndedTest): readonly string[] {
  const { reportFolder } = options;
  if (reportFolder === undefined) return [];
  mkdirSync(reportFolder, { recursive: true });
  // Names that differ in punctuation alone, or are those of tests of two files, must not share one.
  const tag = toHex(sha256(`${relative(cwd(), file)}\n${name}`)).slice(0, TAG_LENGTH);
  const base = join(reportFolder, `${name.replaceAll(/[^\p{L}\p{N}]+/gu, "-").slice(0, NAME_MAX)}-${tag}`);
  writeFileSync(`${base}.html`, passkeys.timeline());
  writeFileSync(`${base}.jsonl`, passkeys.trace());
  return [`Timeline: ${base}.html`, `Trace: passkey-harness replay ${base}.jsonl`];
}
