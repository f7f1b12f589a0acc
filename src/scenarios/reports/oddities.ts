import type { ReportedRun } from "./run-of-trace.js";

/** Lists the credentials that are on one side only, or says why they cannot be known. */
export type Oddity = readonly string[] | string;

/** Compares the two sides of a run's ledger; a trace that shows one side only, as that of a real key, allows no comparison. */
export function oddities({ ledger, records }: ReportedRun): Readonly<Record<"orphans" | "ghosts", Oddity>> {
  const shows = (layer: string) => records.some(({ kind }) => kind.startsWith(layer));
  const { orphans, ghosts } = ledger.diff();
  const { unknown = [] } = ledger.entries;
  const [side] = unknown;
  if (side !== undefined && shows("rp.")) {
    const why = {
      rows: "not known: the site was not asked what it holds, or did not say",
      keys: "not known: no authenticator's store is in the trace",
    }[side];
    return { orphans: why, ghosts: why };
  }
  return {
    orphans: shows("rp.") ? orphans : "not known: no site is in the trace",
    ghosts:
      shows("ctap.credential") || ledger.entries.keys.length > 0 || ledger.entries.rows.length === 0
        ? ghosts
        : "not known: no authenticator's store is in the trace",
  };
}
