import { printable } from "../../core/printable.js";
import type { CeremonyDiagnosis } from "../explanation.js";
import { inOrder } from "../facts/order.js";
import { checkOutput, type ExplainedTrace, inActorOrder } from "./explained-trace.js";
import { type Message, messagesOf } from "./mermaid-messages.js";

/** More than this is no longer read, and issue trackers refuse large diagrams. */
const MESSAGES_MAX = 56;
const TEXT_CHARS_MAX = 160;
const VERDICT_CHARS_MAX = 600;
const NAME_CHARS_MAX = 40;
/** Columns after which the text of a note goes on in the next line. */
const NOTE_COLUMNS = 72;

/**
 * A trace as a Mermaid sequence diagram, for issues and pull requests of GitHub and GitLab: paste it between
 * <code>```mermaid</code> and <code>```</code>.
 *
 * At most 56 messages and notes, and the verdicts. Of a longer trace the steps that tell least are left out first; the last
 * note says how many of what. Times are seconds since the trace began.
 *
 * @param trace a run, or records with what `explain` says of them.
 * @returns the text of a diagram, beginning with `sequenceDiagram`.
 * @throws {ArgumentError} for what is no explained trace.
 *
 * @example
 * console.log("```mermaid\n" + toMermaid(run) + "```");
 */
export function toMermaid(trace: ExplainedTrace): string {
  checkOutput("toMermaid", trace, {});
  const all = messagesOf(inOrder(trace.records));
  const { kept, left } = chosen(all);
  const actors = inActorOrder(kept.flatMap(({ from, to }) => (to === undefined ? [from] : [from, to])));
  const columns = new Map(actors.map((actor, index) => [actor, `p${index + 1}`]));
  const over = overAll(actors.length);
  const lines = [
    "sequenceDiagram",
    ...actors.map(
      (actor, index) => `  participant p${index + 1} as ${escaped(shortened(actor, NAME_CHARS_MAX))}`,
    ),
    ...(actors.length === 0 ? ["  participant p1 as trace"] : []),
    ...kept.map((message) => `  ${lineOf(message, columns)}`),
    ...trace.explanation.ceremonies.map(
      (ceremony) => `  Note over ${over}: ${wrapped(verdictText(ceremony))}`,
    ),
    ...(left === "" ? [] : [`  Note over ${over}: ${wrapped(left)}`]),
  ];
  return `${lines.join("\n")}\n`;
}

function overAll(actors: number): string {
  return actors > 1 ? `p1,p${actors}` : "p1";
}

function verdictText({ kind, ceremony, mechanism, verdict }: CeremonyDiagnosis): string {
  return `${kind} ${ceremony}: ${mechanism}. ${verdict}`;
}

function lineOf({ from, to, isAnswer, text }: Message, columns: ReadonlyMap<string, string>): string {
  const own = columns.get(from);
  const said = escaped(shortened(text, TEXT_CHARS_MAX));
  if (to === undefined) return `Note over ${own}: ${said}`;
  return `${own}${isAnswer ? "-->>" : "->>"}${columns.get(to)}: ${said}`;
}

/** Leaves out, rank by rank, what tells least, and then the middle of what is still too much. */
function chosen(all: readonly Message[]): { readonly kept: readonly Message[]; readonly left: string } {
  let kept = all;
  for (const rank of [3, 2, 1]) {
    if (kept.length <= MESSAGES_MAX) break;
    kept = kept.filter((message) => message.rank < rank);
  }
  if (kept.length > MESSAGES_MAX)
    kept = [...kept.slice(0, MESSAGES_MAX / 2), ...kept.slice(-MESSAGES_MAX / 2)];
  if (kept.length === all.length) return { kept, left: "" };
  const stays = new Set(kept);
  const counts = new Map<string, number>();
  for (const message of all) {
    const { kind } = message.record;
    if (!stays.has(message)) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const told = [...counts].map(([kind, count]) => `${count} of ${kind}`).join(", ");
  return { kept, left: `Left out ${all.length - kept.length} of ${all.length} steps: ${told}` };
}

function shortened(text: string, charsMax: number): string {
  const signs = Array.from(text);
  return signs.length <= charsMax ? text : `${signs.slice(0, charsMax - 1).join("")}…`;
}

/** Breaks a note into lines; Mermaid takes `<br/>` for a line break. */
function wrapped(text: string): string {
  const lines: string[] = [];
  for (const word of shortened(text, VERDICT_CHARS_MAX).split(" ")) {
    const line = lines.at(-1);
    if (line === undefined || line.length + word.length >= NOTE_COLUMNS) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines.map(escaped).join("<br/>");
}

/**
 * Escapes a text for one line of a diagram. `;` ends a statement, `#` begins an entity, and others are arrows, comments
 * and markup: all but letters, digits and plain punctuation become entities.
 */
function escaped(text: string): string {
  const safe = printable(text).replace(
    /[^\p{L}\p{N} .,()/'"=?!+*_…-]/gu,
    (sign) => `#${sign.codePointAt(0)};`,
  );
  // Two dashes would begin an arrow, and no text is a syntax error.
  const plain = safe.replaceAll("--", "#45;#45;").trim();
  return plain === "" ? "#45;" : plain;
}
