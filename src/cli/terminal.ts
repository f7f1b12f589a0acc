import { styleText } from "node:util";
import { printable, printableLines } from "../core/printable.js";

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

/**
 * Lets nothing through but text, line breaks and our own colours. Texts from outside are `printable` before they
 * get here; this is for the one that was forgotten.
 */
function guarded(text: string, escape = printableLines): string {
  return text
    .split(OWN_STYLE)
    .map((part, index) => (index % 2 === 1 ? part : escape(part)))
    .join("");
}

/** What `style` and the reports make colours with. */
// eslint-disable-next-line no-control-regex -- the escape character is what it looks for
const OWN_STYLE = /(\u001b\[[0-9;]*m)/;

export function processTerminal(options: { readonly json: boolean }): Terminal {
  const color = !options.json && wantsColor();
  return {
    json: options.json,
    color,
    columns: process.stdout.isTTY ? process.stdout.columns : undefined,
    out: (text) => void process.stdout.write(`${guarded(text)}\n`),
    progress: (line) => {
      if (process.stderr.isTTY && !options.json) process.stderr.write(`${guarded(line, printable)}\n`);
    },
    status: (line) => {
      if (process.stderr.isTTY && !options.json) process.stderr.write(`\r\x1b[2K${guarded(line, printable)}`);
    },
    warn: (line) => void process.stderr.write(`${guarded(line, printable)}\n`),
    style: (style, text) => (color ? styleText(style, text, { validateStream: false }) : text),
  };
}
