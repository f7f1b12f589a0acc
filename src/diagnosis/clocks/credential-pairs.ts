import type { TraceRecord } from "../../core/trace.js";
import { firstBeforeFirst, type CausalPair } from "./causal-pair.js";

/** What one trace says of one credential. */
interface CredentialRecords {
  readonly made: TraceRecord[];
  readonly stored: TraceRecord[];
}

/** Pairs what became of each credential in the whole trace: the site stores it after an authenticator made it. */
export function credentialPairs(records: readonly TraceRecord[]): readonly CausalPair[] {
  const byTag = new Map<string, CredentialRecords>();
  const of = (tag: string) => {
    const known = byTag.get(tag) ?? { made: [], stored: [] };
    byTag.set(tag, known);
    return known;
  };
  for (const record of records) {
    if (record.kind === "ctap.credential" && record.change === "created")
      of(record.credential).made.push(record);
    if (record.kind === "rp.row" && record.change === "created") of(record.credential).stored.push(record);
  }
  return [...byTag.values()].flatMap(({ made, stored }) => firstBeforeFirst(made.slice(0, 1), stored));
}
