import { styleText } from "node:util";

type Style = Parameters<typeof styleText>[0];

/** Where a command speaks: results to stdout, progress and errors to stderr. */
export interface Terminal {
  /** True when `--json` was given: stdout then carries one document and nothing else. */
  readonly json: boolean;
  readonly color: boolean;
  /** Columns of the terminal; undefined when stdout is not one. */
  readonly columns: number | undefined;
  out(text: string): void;
  /** Prints a line of progress for a waiting user; prints nothing where no terminal is attached. */
  progress(line: string): void;
  /** Prints a line that replaces the one before, for a waiting user; an empty text removes the line. */
  status(line: string): void;
  /** A line that must be seen. */
  warn(line: string): void;
  style(style: Style, text: string): string;
}

/** Colour follows the NO_COLOR and FORCE_COLOR conventions, then what the terminal can do. */
function wantsColor(): boolean {
  if ((process.env["NO_COLOR"] ?? "") !== "") return false;
  if ((process.env["FORCE_COLOR"] ?? "") !== "") return true;
  return process.stdout.isTTY;
}

export function processTerminal(options: { readonly json: boolean }): Terminal {
  const color = !options.json && wantsColor();
  return {
    json: options.json,
    color,
    columns: process.stdout.isTTY ? process.stdout.columns : undefined,
    out: (text) => void process.stdout.write(`${text}\n`),
    progress: (line) => {
      if (process.stderr.isTTY && !options.json) process.stderr.write(`${line}\n`);
    },
    status: (line) => {
      if (process.stderr.isTTY && !options.json) process.stderr.write(`\r\x1b[2K${line}`);
    },
    warn: (line) => void process.stderr.write(`${line}\n`),
    style: (style, text) => (color ? styleText(style, text, { validateStream: false }) : text),
  };
}
