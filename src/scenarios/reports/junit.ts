import { markup, type Markup } from "./markup.js";
import type { ReportedRun } from "./run-of-trace.js";

const SUITE = "passkey-harness";

/**
 * Runs as JUnit XML: one test case for each, a failure for each that broke its promises, and an error for each that
 * could not begin.
 *
 * Properties hold seed, mechanism, deciding timer and margin. A run held to no promise is skipped, not passed.
 * There is no `time`: a scenario's minutes are virtual and stand in the property `virtual-ms`.
 *
 * @param runs one test case each.
 * @returns the text of a JUnit XML file.
 *
 * @example
 * writeFileSync("junit.xml", toJUnit([run]));
 */
export function toJUnit(runs: readonly ReportedRun[]): string {
  const errors = runs.filter(({ error }) => error !== undefined).length;
  const failures = runs.filter(({ verdict, error }) => verdict === "unexpected" && !error).length;
  const skipped = runs.filter(({ verdict }) => verdict === "no-expectation").length;
  return String(markup`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="${SUITE}" tests="${runs.length}" failures="${failures}" errors="${errors}">
<testsuite name="${SUITE}" tests="${runs.length}" failures="${failures}" errors="${errors}" skipped="${skipped}">
${runs.map((run) => testCase(run, runs))}</testsuite>
</testsuites>
`);
}

function testCase(run: ReportedRun, runs: readonly ReportedRun[]): Markup {
  const { scenario, seed, verdict, explanation } = run;
  // Readers of JUnit files take cases of one name for tries of one test.
  const again = runs.filter((other) => other.scenario.id === scenario.id).length > 1;
  const name = again ? `${scenario.id}, seed ${seed}` : scenario.id;
  const outcome = {
    "as-expected": undefined,
    unexpected: errorOf(run) ?? failureOf(run),
    "no-expectation": markup`<skipped message="held to no promise"/>
`,
  }[verdict];
  return markup`<testcase classname="${SUITE}.${scenario.group ?? "recorded"}" name="${name}">
<properties>
${propertiesOf(run).map(([key, value]) => markup`<property name="${key}" value="${value}"/>\n`)}</properties>
${outcome}<system-out>${explanation.verdict}
Again: ${run.reproduction}</system-out>
</testcase>
`;
}

function propertiesOf({ seed, knobs, explanation, records, properties: more = {} }: ReportedRun) {
  const { decidedBy, marginMs, marginRangeMs, ceremonies, mechanism } = explanation;
  // Of a run without a ceremony nothing else can be said.
  if (ceremonies.length === 0 && records.every(({ actor }) => actor === "harness"))
    return Object.entries(more);
  const mechanisms = ceremonies.length === 0 ? [mechanism] : ceremonies.map((one) => one.mechanism);
  const properties: readonly (readonly [name: string, value: string | number] | undefined)[] = [
    ["seed", seed],
    ["mechanisms", mechanisms.join(" ")],
    ["deciding-timer", decidedBy?.timer ?? "none"],
    decidedBy && ["deciding-timer-owner", decidedBy.owner],
    decidedBy && ["deciding-timer-fired-at-ms", decidedBy.firedAtMs],
    marginMs === undefined ? undefined : ["margin-ms", marginMs],
    marginRangeMs && ["margin-range-ms", marginRangeMs.join(" ")],
    ["virtual-ms", records.at(-1)?.atMs ?? 0],
    ...Object.entries(more),
    ...Object.entries(knobs).map(([name, value]) => [`knob ${name}`, String(value ?? "never")] as const),
  ];
  return properties.filter((property) => property !== undefined);
}

function errorOf({ error, reproduction }: ReportedRun): Markup | undefined {
  if (error === undefined) return undefined;
  const { code, message } = error;
  return markup`<error type="${code}" message="${`${code}: ${message}`}">${message}
Again: ${reproduction}</error>
`;
}

function failureOf({ findings, reproduction }: ReportedRun): Markup {
  const lines = findings.map(
    ({ layer, expected, found }) => `${layer}: expected ${expected}, found ${found}`,
  );
  return markup`<failure type="unexpected" message="${lines[0] ?? "not as expected"}">${lines.join("\n")}
Again: ${reproduction}</failure>
`;
}
