import { existsSync, readFileSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CHECKS_FILE, type CheckResult } from "../../lab/checks.js";
import { runInGuest, type GuestRun } from "../../lab/guest.js";
import { whyNoLab } from "../../lab/tools.js";

export interface GuestChecks extends Omit<GuestRun, "out" | "onOutput"> {
  /** What the artefacts' folder is called, under artifacts/lab. */
  readonly name: string;
  /** Titles the program must have come to; one that is missing fails. */
  readonly titles: readonly string[];
}

/** Runs a program in the guest and makes a test out of each of its checks; call it with a top-level `await`. */
export async function guestChecks({ name, titles, ...run }: GuestChecks): Promise<void> {
  const why = whyNoLab(run.tools, run.natives);
  if (why !== undefined) {
    process.stdout.write(`skipped: lab/${name}: ${why}\n`);
    describe.skip(`lab/${name}: ${why}`, () => {
      for (const title of titles) it(title, () => undefined);
    });
    return;
  }
  const out = join("artifacts", "lab", name);
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  const ended = await runInGuest({ ...run, out, onOutput: (text) => process.stdout.write(text) }).catch(
    (error: unknown) => error,
  );
  const results = resultsIn(out);
  describe(`lab/${name}`, () => {
    for (const title of new Set([...titles, ...results.keys()])) {
      it(title, () => {
        const result = results.get(title);
        expect(result, "the program never came to this check").toBeDefined();
        expect(result?.failure).toBeUndefined();
      });
    }
    it("runs to its end in the guest", () => {
      expect(ended).toMatchObject({ exitCode: 0 });
      if (typeof ended === "object" && ended !== null && "wallMs" in ended) {
        process.stdout.write(`lab/${name}: ${Number(ended.wallMs) / 1_000} s, artefacts in ${out}\n`);
      }
    });
  });
}

function resultsIn(out: string): ReadonlyMap<string, CheckResult> {
  const file = join(out, CHECKS_FILE);
  if (!existsSync(file)) return new Map();
  const lines = readFileSync(file, "utf8").trim().split("\n");
  const results = lines.map((line) => JSON.parse(line) as CheckResult);
  return new Map(results.map((result) => [result.title, result]));
}
