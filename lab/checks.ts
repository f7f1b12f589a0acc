import { appendFileSync } from "node:fs";
import { inspect } from "node:util";
import { join } from "node:path";

/** One thing a guest program looked at. */
export interface CheckResult {
  readonly title: string;
  readonly ms: number;
  /** What was wrong; absent when nothing was. */
  readonly failure?: string;
}

/** Lines of JSON in `LAB_OUT`, written as they come: a guest that dies keeps what it had found. */
export const CHECKS_FILE = "checks.jsonl";

/** In the guest: runs one check, writes down what came of it and goes on either way. */
export async function check(title: string, body: () => unknown): Promise<boolean> {
  const began = performance.now();
  const failure = await failureOf(body);
  const ms = Math.round(performance.now() - began);
  const result: CheckResult = { title, ms, ...(failure !== undefined && { failure }) };
  appendFileSync(join(outFolder(), CHECKS_FILE), `${JSON.stringify(result)}\n`);
  process.stdout.write(`${failure === undefined ? "ok" : "FAILED"} ${title} (${ms} ms)\n`);
  if (failure !== undefined) process.stdout.write(`${failure}\n`);
  return failure === undefined;
}

/** Where a guest program leaves its traces, reports and screenshots. */
export function outFolder(): string {
  const folder = process.env["LAB_OUT"];
  if (folder === undefined)
    throw new Error("LAB_OUT is not set: this program runs in the lab, see lab/README.md");
  return folder;
}

async function failureOf(body: () => unknown): Promise<string | undefined> {
  try {
    await body();
    return undefined;
  } catch (error) {
    return inspect(error);
  }
}
