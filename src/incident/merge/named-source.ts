import type { Anchor, Episode, ImportedSource, Stamp } from "../importer.js";

/** A source with the name that the report and `--offset` call it by. */
export interface NamedSource extends ImportedSource {
  /** `har`, `chromium-log-2`. */
  readonly id: string;
  /** The file it came from, as the user called it. */
  readonly file: string;
}

/** One identity that two sources share. */
export interface AnchorPair {
  readonly one: NamedSource;
  readonly other: NamedSource;
  readonly a: Anchor;
  readonly b: Anchor;
}

/** Name of an episode among those of all sources. */
export function episodeKey(source: NamedSource, { id }: Pick<Episode, "id">): string {
  return `${source.id} ${id}`;
}

/** Milliseconds that a bound of a stamp may be off by: a beginning is known to a stamp's precision. */
export function beginningOf({ fromMs }: Stamp, { clock }: NamedSource): Stamp {
  return { fromMs, toMs: fromMs + clock.precisionMs };
}

/** The end of a stamp, to its precision. */
export function endOf({ fromMs, toMs }: Stamp, { clock }: NamedSource): Stamp {
  return { fromMs: Math.max(fromMs, toMs - clock.precisionMs), toMs };
}
