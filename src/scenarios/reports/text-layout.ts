/** Terminal colours by meaning; without colour every one of them returns its text as it is. */
export interface Palette {
  readonly strong: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
}

const plain = (text: string) => text;
const ansi = (code: number) => (text: string) => `\u001b[${code}m${text}\u001b[0m`;

export function paletteFor(color: boolean): Palette {
  if (!color) return { strong: plain, faint: plain, good: plain, bad: plain };
  return { strong: ansi(1), faint: ansi(2), good: ansi(32), bad: ansi(31) };
}

/** Breaks a text at spaces; a word longer than the line gets a line of its own. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** A wrapped text whose first line starts with `head` and whose others are indented as far. */
export function hang(head: string, text: string, width: number): readonly string[] {
  const [first = "", ...others] = wrap(text, Math.max(width - head.length, 20));
  return [`${head}${first}`, ...others.map((line) => `${" ".repeat(head.length)}${line}`)];
}
