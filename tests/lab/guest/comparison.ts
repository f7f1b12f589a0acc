import type { CeremonyFacts } from "./browser-story.js";

/** One moment or word of a ceremony, as the browser had it and as it was predicted. */
interface Line {
  readonly what: string;
  readonly measured: string;
  readonly predicted: string;
  readonly differenceMs?: number;
  readonly agrees: boolean;
}

export interface Comparison {
  readonly title: string;
  readonly lines: readonly Line[];
  readonly text: string;
  /** What contradicts the prediction: which line, and how. */
  readonly differences: readonly { readonly what: string; readonly text: string }[];
}

export interface BothFacts {
  readonly measured: CeremonyFacts;
  readonly predicted: CeremonyFacts;
}

/** Emulation: each step of a browser takes seconds, above all the first of its kind. Nothing is ever early. */
const STEP_MS = 45_000;
const EARLY_MS = 1_000;
/** A timer is late by no more than a busy processor makes it. */
const TIMER_MS = 8_000;

const MOMENTS = {
  promptedMs: { what: "the key asks for a touch", lateMs: STEP_MS },
  cancelledMs: { what: "the key is told to stop", lateMs: TIMER_MS },
  storedMs: { what: "the passkey is in the key", lateMs: STEP_MS },
  gaveUpMs: { what: "the page's own timer, since the press", lateMs: TIMER_MS },
} as const;

export function comparisonOf(title: string, { measured, predicted }: BothFacts): Comparison {
  const moments = Object.entries(MOMENTS).map(([name, about]) => {
    const moment = name as keyof typeof MOMENTS;
    return momentLine(about, { measured: measured[moment], predicted: predicted[moment] });
  });
  const about = {
    what: "the promise",
    lateMs: measured.settled?.outcome === "resolved" ? STEP_MS : TIMER_MS,
  };
  const settled = {
    ...momentLine(about, { measured: measured.settled?.ms, predicted: predicted.settled?.ms }),
    ...wordsOfSettling({ measured, predicted }),
  };
  const lines: readonly Line[] = [
    ...moments,
    { ...settled, agrees: settled.agrees && measured.settled?.outcome === predicted.settled?.outcome },
    wordLine("the key refuses", { measured: measured.refusals, predicted: predicted.refusals }),
  ].filter((line) => line.measured !== "-" || line.predicted !== "-");
  const differences = lines
    .filter(({ agrees }) => !agrees)
    .map(({ what, measured: is, predicted: should }) => ({
      what,
      text: `${what}: ${is}, predicted ${should}`,
    }));
  return { title, lines, differences, text: textOf(title, lines) };
}

interface Two<Value> {
  readonly measured: Value;
  readonly predicted: Value;
}

interface Timestamped {
  readonly what: string;
  readonly lateMs: number;
}

function momentLine({ what, lateMs }: Timestamped, { measured, predicted }: Two<number | undefined>): Line {
  const words = { what, measured: inSeconds(measured), predicted: inSeconds(predicted) };
  if (measured === undefined || predicted === undefined) return { ...words, agrees: measured === predicted };
  const differenceMs = measured - predicted;
  return { ...words, differenceMs, agrees: differenceMs >= -EARLY_MS && differenceMs <= lateMs };
}

function wordsOfSettling({ measured, predicted }: BothFacts): Pick<Line, "measured" | "predicted"> {
  const word = ({ settled }: CeremonyFacts) =>
    settled === undefined ? "pending" : `${settled.outcome} ${inSeconds(settled.ms)}`;
  return { measured: word(measured), predicted: word(predicted) };
}

function wordLine(what: string, { measured, predicted }: Two<readonly string[]>): Line {
  const is = measured.join(", ") || "-";
  const should = predicted.join(", ") || "-";
  return { what, measured: is, predicted: should, agrees: is === should };
}

function inSeconds(ms: number | undefined): string {
  return ms === undefined ? "-" : `${(ms / 1_000).toFixed(1)} s`;
}

function differenceOf({ differenceMs }: Line): string {
  return differenceMs === undefined ? "" : `${differenceMs >= 0 ? "+" : ""}${differenceMs} ms`;
}

function textOf(title: string, lines: readonly Line[]): string {
  const cells = lines.map((line) => [
    line.agrees ? "  " : "! ",
    line.what.padEnd(40),
    `measured ${line.measured}`.padEnd(36),
    `predicted ${line.predicted}`.padEnd(36),
    differenceOf(line),
  ]);
  return [title, ...cells.map((row) => `  ${row.join(" ").trimEnd()}`)].join("\n");
}

export interface ComparisonReportParts {
  readonly browser: string;
  readonly profile: string;
  readonly comparisons: readonly Comparison[];
}

/** Measured and predicted side by side. */
export class ComparisonReport {
  readonly #parts: ComparisonReportParts;

  constructor(parts: ComparisonReportParts) {
    this.#parts = parts;
  }

  get #title(): string {
    return `${this.#parts.browser} in the virtual lab, and the simulated browser with the profile ${this.#parts.profile}`;
  }

  get text(): string {
    return `${[this.#title, ...this.#parts.comparisons.map(({ text }) => text)].join("\n\n")}\n`;
  }

  get html(): string {
    const tables = this.#parts.comparisons.map(
      ({ title, lines }) =>
        `<h2>${escaped(title)}</h2>\n<table><tr><th>since the page's call<th>measured<th>predicted<th>difference</tr>\n` +
        `${lines.map(rowOf).join("\n")}\n</table>`,
    );
    return (
      `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escaped(this.#title)}</title>\n` +
      "<style>body{font:15px sans-serif;margin:2em}table{border-collapse:collapse}td,th{border:1px solid #ccc;" +
      "padding:.3em .7em;text-align:left}.differs{background:#fdd}</style>\n" +
      `<h1>${escaped(this.#title)}</h1>\n${tables.join("\n")}\n</html>\n`
    );
  }
}

function rowOf(line: Line): string {
  const cells = [line.what, line.measured, line.predicted, differenceOf(line)].map(
    (text) => `<td>${escaped(text)}`,
  );
  return `<tr${line.agrees ? "" : ' class="differs"'}>${cells.join("")}</tr>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
