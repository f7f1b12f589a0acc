/** One line of logcat, whatever its format. */
export interface LogcatLine {
  /** Milliseconds since 1970, or of the year 1970 where the stamps have no year; absent in formats without times. */
  readonly ms: number | undefined;
  readonly precisionMs: number;
  readonly hasYear: boolean;
  /** The stamp counts from the epoch, or says its zone. */
  readonly isUtc: boolean;
  readonly tag: string;
  readonly text: string;
}

const STAMP = String.raw`(?:(\d{4})-)?(\d{2})-(\d{2}) (\d{2}):(\d{2}):(\d{2})\.(\d{3,6})(?: ([+-]\d{4}))?`;
/** `03-02 10:11:12.345  3123  3201 I Fido    : text`, with the user's id where `-v uid` asked for it. */
const THREADTIME = new RegExp(`^${STAMP} +(?:\\S+ +)?\\d+ +\\d+ ([VDIWEFA]) ([^:]{0,80}?) *: (.*)$`);
/** Android Studio: `2026-03-02 10:11:12.345  3123-3201  Fido  com.example  I  text`. */
const STUDIO = new RegExp(`^${STAMP} +\\d+-\\d+ +(\\S{1,80}) +\\S+ +[VDIWEFA] +(.*)$`);
/** `-v long`: `[ 03-02 10:11:12.345  3123: 3201 I/Fido ]`, and the text in the lines below. */
const LONG = new RegExp(`^\\[ ${STAMP} +\\d+: *\\d+ [VDIWEFA]/(.{0,80}?) *\\]$`);
const EPOCH = /^ *(\d{10})\.(\d{3,6}) +(?:\S+ +)?\d+ +\d+ [VDIWEFA] ([^:]{0,80}?) *: (.*)$/;
const BRIEF = /^[VDIWEFA]\/(.{0,80}?) *\( *\d+\): (.*)$/;

/** Reads lines of logcat one after the other: threadtime, brief, long, epoch, and what Android Studio exports. */
export class LogcatReader {
  readonly #yearMs: number | undefined;
  #long: LogcatLine | undefined;

  /** @param dateMs midnight of a day in the year of stamps without one. */
  constructor(dateMs: number | undefined) {
    this.#yearMs = dateMs;
  }

  /** @returns `undefined` for what is no line of logcat. */
  read(line: string): LogcatLine | undefined {
    if (line.length > 65_536) return undefined;
    const thread = THREADTIME.exec(line);
    if (thread !== null) return this.#stamped(thread, thread[10] ?? "", thread[11] ?? "");
    const studio = STUDIO.exec(line);
    if (studio !== null) return this.#stamped(studio, studio[9] ?? "", studio[10] ?? "");
    const long = LONG.exec(line);
    if (long !== null) {
      this.#long = this.#stamped(long, long[9] ?? "", "");
      return this.#long;
    }
    const epoch = EPOCH.exec(line);
    if (epoch !== null) {
      const [, seconds = "", fraction = "", tag = "", text = ""] = epoch;
      const ms = Number(seconds) * 1_000 + Number(`0.${fraction}`) * 1_000;
      return { ms, precisionMs: precisionOf(fraction), hasYear: true, isUtc: true, tag, text };
    }
    const brief = BRIEF.exec(line);
    if (brief !== null) {
      const [, tag = "", text = ""] = brief;
      return { ms: undefined, precisionMs: 1, hasYear: false, isUtc: false, tag, text };
    }
    return this.#long === undefined || line === "" ? undefined : { ...this.#long, text: line };
  }

  #stamped(found: RegExpExecArray, tag: string, text: string): LogcatLine {
    const [, year, month, day, hour, minute, second, fraction = "", zone] = found;
    this.#long = undefined;
    const fallback = this.#yearMs === undefined ? 1970 : new Date(this.#yearMs).getUTCFullYear();
    const local = Date.UTC(
      year === undefined ? fallback : Number(year),
      Number(month) - 1,
      Number(day),
      Number(hour),
      Number(minute),
      Number(second),
    );
    return {
      ms: local + Number(`0.${fraction}`) * 1_000 - offsetMs(zone),
      precisionMs: precisionOf(fraction),
      hasYear: year !== undefined || this.#yearMs !== undefined,
      isUtc: zone !== undefined,
      tag,
      text,
    };
  }
}

const precisionOf = (fraction: string) => 1_000 / 10 ** fraction.length;

function offsetMs(zone: string | undefined): number {
  const [, sign, hours = "0", minutes = "0"] = /^([+-])(\d{2})(\d{2})$/.exec(zone ?? "") ?? [];
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}
