import type { TraceEvent } from "../../core/trace.js";
import type { Stamp } from "../importer.js";

/** A record of one source in the merged trace, before its time is chosen. */
export interface PlacedRecord {
  /** Id of the source whose clock timed it. */
  readonly source: string;
  /** By the source's own clock. */
  readonly at: Stamp;
  readonly actor: string;
  /** `c1`; absent for what belongs to none. */
  readonly ceremony?: string | undefined;
  /** Name of the exchange's span, unique in the source. */
  readonly span?: string | undefined;
  readonly event: TraceEvent;
  readonly derived?: string | undefined;
}
