import type { Machine, SourceClock, Stamp } from "../importer.js";
import { Span } from "./source.js";

type Kind = SourceClock["kind"];

interface Reading {
  readonly kind: Kind;
  readonly ms: number;
  readonly precisionMs: number;
  readonly hasNoDate?: true;
}

const ISO =
  /(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2}):(\d{2})(?:[.,](\d{1,9}))?(?: ?(Z|UTC|[+-]\d{2}:?\d{2})(?![\w:]))?/;
const EPOCH = /^\s*\[?\s*(\d{10})\.(\d{1,9})\]?\s/;
const DAY_TIME = /(?:^|[\s[])(\d{2}):(\d{2}):(\d{2})(?:[.,](\d{1,6}))?(?=[\s\]]|$)/;
const DAY_MS = 86_400_000;

export interface LineClockOptions {
  readonly machine: Machine;
  /** Midnight UTC of the day of stamps without a date. */
  readonly dateMs?: number | undefined;
  /** Stamps' fractions are counts of milliseconds that are not padded: `.5` is 5 ms. */
  readonly hasPlainMs?: boolean;
}

/**
 * Times the lines of a log that programs stamp in their own ways: RFC 3339 and its like, seconds of the epoch, or the time of
 * the day. Lines without a stamp have that of the line before; a log without any counts its lines.
 */
export class LineClock {
  readonly seen = new Span();
  readonly #options: LineClockOptions;
  #kind: Kind = "none";
  #hasNoDate = false;
  #precisionMs = 1;
  #days = 0;
  #last: Stamp | undefined;
  #lines = 0;

  constructor(options: LineClockOptions) {
    this.#options = options;
  }

  /** Returns the moment of the next line. Only its beginning is looked at. */
  take(line: string): Stamp {
    const found = this.#read(line.slice(0, 80));
    this.#lines += 1;
    if (found !== undefined && (this.#kind === "none" || found.kind === this.#kind)) {
      this.#kind = found.kind;
      this.#precisionMs = found.precisionMs;
      this.#hasNoDate = found.hasNoDate ?? false;
      this.#last = { fromMs: found.ms, toMs: found.ms + found.precisionMs };
    }
    // Numbers of lines are no times: they are only used where the whole log has none.
    const at = this.#last ?? { fromMs: this.#lines, toMs: this.#lines };
    if (this.#last !== undefined || this.#kind === "none") this.seen.take(at);
    return at;
  }

  get clock(): SourceClock {
    return {
      machine: this.#options.machine,
      kind: this.#kind,
      precisionMs: this.#precisionMs,
      ...(this.#hasNoDate && this.#options.dateMs === undefined && { hasNoDate: true as const }),
    };
  }

  #read(head: string): Reading | undefined {
    const iso = ISO.exec(head);
    if (iso !== null) return isoReading(iso);
    const epoch = EPOCH.exec(head);
    if (epoch !== null) {
      const [, seconds = "", fraction = ""] = epoch;
      return {
        kind: "utc",
        ms: Number(seconds) * 1_000 + thousandths(fraction),
        precisionMs: precisionOf(fraction),
      };
    }
    const day = DAY_TIME.exec(head);
    return day === null ? undefined : this.#dayReading(day);
  }

  #dayReading([, hour, minute, second, fraction = ""]: RegExpExecArray): Reading {
    const { hasPlainMs = false, dateMs = 0 } = this.#options;
    const inSecond = hasPlainMs ? Number(fraction || 0) : thousandths(fraction);
    let ms =
      dateMs +
      this.#days * DAY_MS +
      (Number(hour) * 3_600 + Number(minute) * 60 + Number(second)) * 1_000 +
      inSecond;
    // Half a day back is the next day.
    if (this.#last !== undefined && ms < this.#last.fromMs - DAY_MS / 2) {
      this.#days += 1;
      ms += DAY_MS;
    }
    return { kind: "local", ms, precisionMs: hasPlainMs ? 1 : precisionOf(fraction), hasNoDate: true };
  }
}

function isoReading(found: RegExpExecArray): Reading | undefined {
  const [, year, month, day, hour, minute, second, fraction = "", zone] = found;
  const offset = zone === undefined || zone === "UTC" ? "Z" : zone.replace(/^([+-]\d{2}):?(\d{2})$/, "$1:$2");
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${offset}`);
  if (Number.isNaN(ms)) return undefined;
  return {
    kind: zone === undefined ? "local" : "utc",
    ms: ms + thousandths(fraction),
    precisionMs: precisionOf(fraction),
  };
}

function thousandths(fraction: string): number {
  return fraction === "" ? 0 : Number(`0.${fraction}`) * 1_000;
}

function precisionOf(fraction: string): number {
  return 1_000 / 10 ** Math.min(fraction.length, 6);
}
