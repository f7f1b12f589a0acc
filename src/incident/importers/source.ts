import type { Probe } from "../../diagnosis/probes.js";
import type {
  Anchor,
  Coverage,
  Episode,
  ImportedRecord,
  ImportedSource,
  SourceClock,
  Stamp,
} from "../importer.js";
import type { Counter } from "../tags.js";

/** What an importer found, before it is a source. */
export interface Findings {
  readonly title: string;
  readonly clock: SourceClock;
  readonly records: readonly ImportedRecord[];
  readonly episodes: readonly Episode[];
  readonly anchors: readonly Anchor[];
  /** Layers that the format shows all of, from its first line to its last. */
  readonly probes: readonly Probe[];
  /** From the first line of the file to its last, whatever they are about; that of the records where it is not known. */
  readonly seen?: Span | undefined;
  readonly level?: string | undefined;
  readonly dropped: Counter;
  readonly redactions: Counter;
  readonly notes: readonly string[];
}

/** The first and the last moment of a file. */
export class Span {
  #fromMs = Infinity;
  #toMs = -Infinity;

  take({ fromMs, toMs }: Stamp): void {
    this.#fromMs = Math.min(this.#fromMs, fromMs);
    this.#toMs = Math.max(this.#toMs, toMs);
  }

  get at(): Stamp | undefined {
    return this.#fromMs <= this.#toMs ? { fromMs: this.#fromMs, toMs: this.#toMs } : undefined;
  }
}

/** Makes a source of what was found; coverage is what lies between its first and its last moment. */
export function sourceOf({ probes, seen, dropped, redactions, notes, ...rest }: Findings): ImportedSource {
  const span = seen ?? new Span();
  for (const { at } of rest.records) span.take(at);
  const { at } = span;
  const coverage: readonly Coverage[] = at === undefined ? [] : probes.map((probe) => ({ probe, at }));
  return {
    ...rest,
    coverage,
    dropped: dropped.list,
    redactions: redactions.list,
    notes: [...notes, ...(rest.episodes.length === 0 ? ["No request for a passkey is in it."] : [])],
  };
}

/** A moment that is known exactly, or to the end of its last digit. */
export function stampAt(ms: number, precisionMs = 0): Stamp {
  return { fromMs: ms, toMs: ms + precisionMs };
}
