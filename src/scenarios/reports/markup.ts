import { printableLines } from "../../core/printable.js";

/** Text that is markup already; everything else is escaped when it gets into markup. */
export class Markup {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

export type MarkupPart = Markup | string | number | undefined | readonly MarkupPart[];

/**
 * A template whose values are escaped for element text and for quoted attributes, in HTML and in XML.
 *
 * Traces come from anywhere, so nothing of theirs gets in any other way. Lists are joined; `undefined` is
 * nothing.
 */
export function markup(strings: TemplateStringsArray, ...values: readonly MarkupPart[]): Markup {
  return new Markup(strings.reduce((text, part, index) => `${text}${insert(values[index - 1])}${part}`));
}

function insert(value: MarkupPart): string {
  if (value === undefined) return "";
  if (value instanceof Markup) return String(value);
  if (typeof value === "object") return value.map(insert).join("");
  return escapeText(String(value));
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Also makes visible what is forbidden in XML and what would turn the direction of the text around it. */
function escapeText(text: string): string {
  return printableLines(text).replace(/[&<>"']/g, (sign) => ENTITIES[sign] as string);
}
