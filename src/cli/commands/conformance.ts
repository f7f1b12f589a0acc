import {
  CHECKS,
  type CheckResult,
  compareResults,
  type Comparison,
  conformanceHtml,
  conformanceJUnit,
  type ConformanceResult,
  parseResult,
  runConformance,
  selectChecks,
} from "../../entry/conformance.js";
import { printable } from "../../core/printable.js";
import { type Command, type Invocation, type Outcome, UsageError } from "../command.js";
import { TARGET_HELP, TARGET_OPTIONS, targetFrom } from "../conformance/targets.js";
import { namingFile } from "../files/file-error.js";
import { readJsonFile } from "../files/read-file.js";
import { replaceFile } from "../files/replace-file.js";
import { watchForInterruption } from "../interruption.js";
import { counted, flag, textOption, textsOf } from "../options.js";
import { failuresOf, withProblems } from "../problems.js";

export const conformance: Command = {
  name: "conformance",
  summary: "check what an authenticator does against CTAP 2.3, each deviation by its id",
  synopsis: "[--device WHICH] [options] | --list | --compare BEFORE.json AFTER.json",
  help: `${TARGET_HELP}
  --only GLOB          run the checks of these ids alone, such as "hid.*"; may be given more than once, and with commas
  --list               name the checks and run none
  --compare FILE FILE  say what differs between two results that --json printed
  --junit FILE         write JUnit XML
  --html FILE          write the result as one page
  Exit code 1 when a check of severity must fails, or with --compare when one fails that did not.
  This is no certification, and says nothing of one.`,
  options: {
    ...TARGET_OPTIONS,
    only: { type: "string", multiple: true },
    list: { type: "boolean", default: false },
    compare: { type: "string" },
    junit: { type: "string" },
    html: { type: "string" },
  },
  takesWords: true,
  async run(invocation) {
    const before = textOption(invocation, "compare");
    if (before !== undefined) return compared(before, invocation);
    const [word] = invocation.positionals;
    if (word !== undefined) throw new UsageError("USAGE", `conformance does not take "${word}"`);
    const only = textsOf(invocation, "only").flatMap((text) => text.split(","));
    if (selectChecks(only).length === 0) {
      throw new UsageError("USAGE", `no check is called ${only.join(", ")}`, {
        hint: "--list names them all",
      });
    }
    return flag(invocation, "list") ? listed(only) : run(invocation, only);
  },
};

async function run(invocation: Invocation, only: readonly string[]): Promise<Outcome> {
  const { env, target, settle, release } = await targetFrom(invocation);
  const { terminal } = invocation;
  const { signal, stop } = watchForInterruption();
  const onResult = ({ id, outcome }: CheckResult) => terminal.status(`${outcome} ${id}`);
  try {
    const result = await settle(runConformance(env, target, { only, onResult, signal }));
    terminal.status("");
    const file = (name: string, text: () => string) => {
      const path = textOption(invocation, name);
      return path === undefined ? [] : [() => void replaceFile(path, text())];
    };
    const problems = await failuresOf([
      ...file("junit", () => conformanceJUnit(result)),
      ...file("html", () => conformanceHtml(result)),
    ]);
    const failed = result.results.some(({ outcome, severity }) => outcome === "fail" && severity === "must");
    const outcome: Outcome = {
      exitCode: failed ? 1 : 0,
      json: { ok: !failed, conformance: result },
      text: textOf(result),
    };
    return withProblems(outcome, problems, terminal);
  } finally {
    stop();
    await release?.();
  }
}

function textOf({ device, counts, results }: ConformanceResult): string {
  const told = results.filter(({ outcome }) => outcome === "fail" || outcome === "inconclusive");
  const reasons = new Map<string, number>();
  for (const { outcome, reason = "" } of results) {
    if (outcome === "left-out") reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  }
  return [
    printable(device.label),
    ...told.flatMap(({ id, outcome, severity, section, failure, reason }) => [
      printable(`  ${outcome}  ${id}  (${severity}, ${section})`),
      printable(`      ${failure ? `expected ${failure.expected}; saw ${failure.seen}` : (reason ?? "")}`),
    ]),
    ...[...reasons].map(([reason, count]) => `  left out: ${counted(count, "check")}: ${reason}`),
    Object.entries(counts)
      .map(([outcome, count]) => `${count} ${outcome}`)
      .join(", "),
  ].join("\n");
}

function listed(only: readonly string[]): Outcome {
  const checks = selectChecks(only);
  return {
    exitCode: 0,
    json: {
      ok: true,
      checks: checks.map(({ id, title, section, severity, uses = [] }) => ({
        id,
        title,
        section,
        severity,
        uses,
      })),
    },
    text: [
      ...checks.map(({ id, severity, section, title }) => `${id}\n    ${title} (${severity}, ${section})`),
      `${checks.length} of ${counted(CHECKS.length, "check")}`,
    ].join("\n"),
  };
}

function compared(beforePath: string, { positionals }: Invocation): Outcome {
  const [afterPath, ...more] = positionals;
  if (afterPath === undefined || more.length > 0) {
    throw new UsageError("USAGE", "--compare takes two files: --compare BEFORE.json AFTER.json");
  }
  const read = (path: string) =>
    namingFile(path, () => parseResult(readJsonFile(path, { what: "result", limit: "PROFILE_BYTES_MAX" })));
  const comparison = compareResults(read(beforePath), read(afterPath));
  const worse = comparison.changed.some(({ kind }) => kind === "worse");
  return { exitCode: worse ? 1 : 0, json: { ok: !worse, ...comparison }, text: comparisonText(comparison) };
}

function comparisonText({ changed, observations }: Comparison): string {
  if (changed.length === 0 && observations.length === 0) return "nothing differs";
  return [
    ...changed.flatMap(({ id, kind, before = "not run", after = "not run", detail }) => [
      printable(`${kind.padEnd(6)}  ${id}: ${before} -> ${after}`),
      ...(detail === undefined ? [] : [printable(`        ${detail}`)]),
    ]),
    ...observations.map(({ id, name, before, after }) =>
      printable(`seen    ${id} ${name}: ${before} -> ${after}`),
    ),
  ].join("\n");
}
