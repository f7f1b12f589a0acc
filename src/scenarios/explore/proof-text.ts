import type { KnobOverrides } from "../../sim/knobs/knobs.js";
import { holds, type CeremonyProof, type Proof, type TriedAdvice } from "./proof.js";

/** Renders a proof: each verdict with its status, what heals, changes and does nothing, and what its advice does. */
export function proofToText(proof: Proof): string {
  const { ceremonies, runs, reproduction } = proof;
  return [
    `Proof, from ${runs} runs with the same seed`,
    ...ceremonies.flatMap((one) => ["", ...ceremonyLines(one)]),
    "",
    `Again: ${reproduction}`,
  ].join("\n");
}

function ceremonyLines(one: CeremonyProof): readonly string[] {
  const { ceremony, kind, verdict, status, why } = one;
  const title = `  ${ceremony} ${kind}: ${verdict}, ${STATUS_WORDS[status]}`;
  if (status === "went-well") return [title];
  return [
    `${title} (${why})`,
    ...listed("heals", one.heals),
    ...listed("heals together", one.healsTogether.map(joined)),
    ...listed("changes it", one.changes),
    ...listed("does nothing", one.nothing),
    ...listed("smallest sets", one.smallestSets.map(joined)),
    ...(one.timer === undefined
      ? []
      : [`    ${one.timer.name} lengthened: ${EFFECT_WORDS[one.timer.lengthened]}`]),
    ...adviceLines(one.advice),
  ];
}

const STATUS_WORDS: Readonly<Record<CeremonyProof["status"], string>> = {
  "went-well": "nothing to prove",
  proven: "proven",
  "over-determined": "proven, and not the only cause",
  condition: "a condition, which nothing deviates in",
  corrected: "corrected",
  "not-proven": "not proven",
};

const EFFECT_WORDS: Readonly<Record<TriedAdvice["effect"], string>> = {
  heals: "heals",
  changes: "changes it, and does not heal",
  "heals-together": "heals",
  nothing: "does nothing: not given for this run",
  "not-tried": "not something this simulation can try",
};

function listed(label: string, names: readonly string[]): readonly string[] {
  return names.length === 0 ? [] : [`    ${label}: ${names.join(", ")}`];
}

const joined = (names: readonly string[]) => names.join(" and ") || "nothing";

function adviceLines(advice: readonly TriedAdvice[]): readonly string[] {
  if (advice.length === 0) return [];
  return [
    "    advice, followed:",
    ...advice.map(({ text, change, effect, together }) => {
      const made = change === undefined ? "" : `${knobsText({ ...change, ...together })}: `;
      return `      ${text}\n        ${made}${EFFECT_WORDS[effect]}`;
    }),
  ];
}

/** Writes knobs and their values as the command line takes them. */
export function knobsText(change: KnobOverrides): string {
  return Object.entries(change)
    .map(([name, value]) => `${name}=${value ?? "never"}`)
    .join(", ");
}

/** Says of a run in one line whether its verdicts are proven, and where not, what heals. */
export function proofLine({ ceremonies }: Proof): string {
  const fallen = ceremonies.filter((one) => !holds(one));
  if (fallen.length > 0) return fallen.map(fallenText).join("; ");
  const open = ceremonies.filter(({ status }) => status !== "went-well");
  if (open.length === 0) return "nothing to prove";
  return open.map(({ ceremony, verdict, status }) => `${ceremony} ${verdict} ${status}`).join("; ");
}

function fallenText({ ceremony, verdict, status, heals, healsTogether }: CeremonyProof): string {
  const healing = [...heals, ...healsTogether.map(joined)];
  const what = healing.length === 0 ? "" : `: healed without ${healing.join(", or without ")}`;
  return `${ceremony} ${verdict} ${STATUS_WORDS[status]}${what}`;
}
