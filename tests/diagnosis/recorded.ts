import type { TraceRecord } from "../../src/core/trace.js";
import type { CeremonyDiagnosis } from "../../src/diagnosis/explanation.js";
import { CATALOGUE } from "../../src/scenarios/catalogue.js";
import { runScenario } from "../../src/scenarios/run.js";
import type { Action } from "../../src/scenarios/scenario.js";

export const isPasskeyVerb = ({ do: action }: Action): boolean => action === "register" || action === "login";

/**
 * Scenarios of the catalogue with exactly one registration or login. Without those that no rule explains: what an
 * undecided verdict misses depends on the whole trace.
 */
export const SINGLE = CATALOGUE.filter(
  ({ script, expect: { mechanisms } }) =>
    script.filter(isPasskeyVerb).length === 1 && !mechanisms.includes("undecided"),
);

const played = new Map<string, Promise<readonly TraceRecord[]>>();

/** The records of a scenario without its first and last line; played once for each seed. */
export function recordsOf(id: string, seed: string): Promise<readonly TraceRecord[]> {
  const key = `${seed} ${id}`;
  const known = played.get(key);
  if (known !== undefined) return known;
  const scenario = CATALOGUE.find((one) => one.id === id);
  if (scenario === undefined) throw new Error(`there is no scenario ${id}`);
  const records = runScenario(scenario, { seed }).then((run) =>
    run.records.filter(({ kind }) => !kind.startsWith("run.")),
  );
  played.set(key, records);
  return records;
}

const NAMES: readonly string[] = ["actor", "link", "span", "parent", "ceremony", "id", "account"];

/** The same records with other names for parties, links, spans, ceremonies, timers and accounts: of other people on other devices. */
export function renamed(records: readonly TraceRecord[], prefix: string): readonly TraceRecord[] {
  return records.map((record) => {
    const entries = Object.entries(record).map(([name, value]: [string, unknown]) => [
      name,
      NAMES.includes(name) && value !== "run" ? `${prefix}${String(value)}` : value,
    ]);
    return Object.fromEntries(entries) as TraceRecord;
  });
}

/** What a verdict says, without the ids in it and without quotations. */
export function saidOf({ kind, mechanism, decidedBy, marginMs, verdict }: CeremonyDiagnosis) {
  return { kind, mechanism, decidedBy, marginMs, verdict: withoutIds(verdict) };
}

/** Tags of credentials and codes, and ids of ceremonies, replaced. */
function withoutIds(text: string): string {
  return text.replace(/\b[0-9a-f]{8}\b/g, "TAG").replace(/\b[a-z]*c\d+\b/g, "CEREMONY");
}
