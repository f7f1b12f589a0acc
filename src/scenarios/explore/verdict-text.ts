import type { RootCauseId } from "../../diagnosis/rules/registry.js";
import { PROBE_LAYERS } from "../../diagnosis/without-probe.js";
import type { VerdictCell, VerdictTable, WrongSample } from "./verdict-table.js";

/** How often a mechanism was named when it was the cause. */
export interface RootCauseRate {
  readonly mechanism: RootCauseId | "none";
  readonly ceremonies: number;
  readonly right: number;
  /** What was said instead, and how often. */
  readonly instead: readonly { readonly said: RootCauseId | "none"; readonly ceremonies: number }[];
}

/** The rows of the confusion table, in the order in which the scenarios contain them. */
export function rootCauseRates({ cells }: Pick<VerdictTable, "cells">): readonly RootCauseRate[] {
  const truths = [...new Set(cells.map(({ truth }) => truth))];
  return truths.map((mechanism) => {
    const row = cells.filter(({ truth }) => truth === mechanism);
    const sum = (some: readonly VerdictCell[]) => some.reduce((all, { ceremonies }) => all + ceremonies, 0);
    const others = row.filter(({ said }) => said !== mechanism);
    return {
      mechanism,
      ceremonies: sum(row),
      right: sum(row) - sum(others),
      instead: others.map(({ said, ceremonies }) => ({ said, ceremonies })),
    };
  });
}

/** Limits the number of faults that are listed one by one. */
const TOLD_MAX = 20;

/** Formats the table as text: causes in rows, verdicts in columns, then every sample that was judged wrongly. */
export function verdictTableToText(table: VerdictTable): string {
  const { runs, draws, presets, right, seed, wrong, astray, guessed } = table;
  const whole = presets.filter((preset) => preset.right === preset.draws).length;
  return [
    ...confusion(table),
    "",
    ...withoutProbes(table),
    "",
    ...presets
      .filter((preset) => preset.right < preset.draws)
      .map(({ scenario, right: good }) => `${scenario}: ${good} of ${draws} right`),
    ...told("judged wrongly", wrong, ({ findings }) =>
      findings.map(({ expected, found }) => `${expected}, said ${found}`).join("; "),
    ),
    ...told("not the scenario any more", astray, ({ findings }) =>
      findings.map(({ expected, found }) => `expected ${expected}, found ${found.slice(0, 80)}`).join("; "),
    ),
    ...told(
      "guessed without a probe",
      guessed,
      ({ layer, truth, said }) => `${truth}, said ${said} without ${layer}`,
    ),
    `${right} of ${runs} runs right (${percent(right, runs)}), ${whole} of ${presets.length} presets in every sample; ` +
      `${draws} samples each, seed ${seed}`,
  ].join("\n");
}

function confusion(table: VerdictTable): readonly string[] {
  const rates = rootCauseRates(table);
  const width = Math.max(...rates.map(({ mechanism }) => mechanism.length), 10) + 2;
  return [
    `${"cause".padEnd(width)}${"ceremonies".padStart(10)}${"right".padStart(9)}${"rate".padStart(9)}  said instead`,
    ...rates.map(({ mechanism, ceremonies, right, instead }) =>
      (
        mechanism.padEnd(width) +
        String(ceremonies).padStart(10) +
        String(right).padStart(9) +
        percent(right, ceremonies).padStart(9) +
        `  ${instead.map(({ said, ceremonies: times }) => `${said} ${times}`).join(", ")}`
      ).trimEnd(),
    ),
  ];
}

function withoutProbes({ probes }: VerdictTable): readonly string[] {
  const columns = ["ceremonies", "right", "undecided", "unseen", "wrong"] as const;
  return [
    `without${columns.map((name) => name.padStart(12)).join("")}`,
    ...[...probes]
      .sort((a, b) => PROBE_LAYERS.indexOf(a.layer) - PROBE_LAYERS.indexOf(b.layer))
      .map((rate) => rate.layer.padEnd(7) + columns.map((name) => String(rate[name]).padStart(12)).join("")),
  ];
}

function told<Draw extends Pick<WrongSample, "reproduction">>(
  what: string,
  draws: readonly Draw[],
  say: (draw: Draw) => string,
): readonly string[] {
  if (draws.length === 0) return [];
  const more = draws.length > TOLD_MAX ? [`  and ${draws.length - TOLD_MAX} more`] : [];
  return [
    `${draws.length} ${what}:`,
    ...draws.slice(0, TOLD_MAX).flatMap((draw) => [`  ${say(draw)}`, `    ${draw.reproduction}`]),
    ...more,
    "",
  ];
}

function percent(part: number, whole: number): string {
  return whole === 0 ? "-" : `${((100 * part) / whole).toFixed(part === whole ? 0 : 2)} %`;
}
