import type { Probe } from "../../diagnosis/probes.js";
import type { JoinedCeremony } from "./join-episodes.js";
import type { PlacedRecord } from "./placed-record.js";
import type { SourceClocks } from "./source-clocks.js";

/** All sources as one set of records, whose times are still intervals. */
export interface Merged {
  readonly clocks: SourceClocks;
  readonly ceremonies: readonly (JoinedCeremony & { readonly id: string })[];
  readonly records: readonly PlacedRecord[];
  /** When each probe covers what, by the source's own clock. */
  readonly coverage: readonly {
    readonly source: string;
    readonly probe: Probe;
    readonly fromMs: number;
    readonly toMs: number;
  }[];
  /** Sources that nothing ties to the others, and that are left out. */
  readonly loose: readonly string[];
}

/** What each ceremony is for, where a log has what pages tell of themselves. */
export function labelsOf({
  ceremonies,
  coverage,
}: Pick<Merged, "ceremonies" | "coverage">): ReadonlyMap<string, string> {
  if (!coverage.some(({ probe }) => probe === "page.script")) return new Map();
  return new Map(ceremonies.map(({ id, kind }) => [id, kind]));
}
