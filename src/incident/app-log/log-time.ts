/** A time of a log line. */
export interface LogTime {
  readonly ms: number;
  readonly precisionMs: number;
  /** It names no zone: taken for UTC here. */
  readonly isLocal: boolean;
}

const ISO = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:[.,](\d{1,9}))?\s*(Z|UTC|[+-]\d{2}:?\d{2})?$/;
const PRECISION_MIN_MS = 0.001;

/** Reads a time in the form that a mapping says; `undefined` for what is none. */
export function timeOf(
  value: unknown,
  form: "iso" | "epoch-ms" | "epoch-s" | "epoch-ns",
): LogTime | undefined {
  if (form === "iso") return typeof value === "string" ? isoTime(value) : undefined;
  const number = typeof value === "string" || typeof value === "number" ? Number(value) : NaN;
  if (!Number.isFinite(number)) return undefined;
  if (form === "epoch-ms") return { ms: number, precisionMs: 1, isLocal: false };
  if (form === "epoch-ns") return { ms: number / 1e6, precisionMs: PRECISION_MIN_MS, isLocal: false };
  const digits = String(value).split(".")[1]?.length ?? 0;
  return { ms: number * 1_000, precisionMs: precisionOf(digits), isLocal: false };
}

function isoTime(text: string): LogTime | undefined {
  const [whole, date = "", time = "", fraction = "", zone] = ISO.exec(text.trim()) ?? [];
  if (whole === undefined) return undefined;
  const offset = zone === undefined || zone === "UTC" ? "Z" : zone.replace(/^([+-]\d{2})(\d{2})$/, "$1:$2");
  const ms = Date.parse(`${date}T${time}${offset}`);
  if (Number.isNaN(ms)) return undefined;
  return {
    ms: ms + Number(`0.${fraction || "0"}`) * 1_000,
    precisionMs: precisionOf(fraction.length),
    isLocal: zone === undefined,
  };
}

function precisionOf(digits: number): number {
  return Math.max(PRECISION_MIN_MS, 1_000 / 10 ** digits);
}
