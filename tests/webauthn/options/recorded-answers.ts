/** Chromium's answers to {@link oddOptions} as `tests/vectors/chromium-options.json` keeps them. */
import { isDeepStrictEqual } from "node:util";
import type { ChromiumAnswer } from "../../helpers/credentials-page.js";
import { loadVectors } from "../../helpers/vectors.js";
import { oddOptions, type OddOptions } from "./odd-options.js";

/** One answer; `parsed` holds only the members in which it differs from that to plain options. */
export interface RecordedAnswer extends Omit<ChromiumAnswer, "parsed"> {
  readonly name: string;
  readonly parsed?: Readonly<Record<string, unknown>>;
}

export type AnswerTo = (odd: OddOptions) => Promise<ChromiumAnswer>;

/** What is written where a member of the plain options is not there any more. */
const ABSENT = "(absent)";

export function recordedAnswers(): readonly RecordedAnswer[] {
  return loadVectors<RecordedAnswer>("chromium-options");
}

/** Asks for some of the odd options, and shortens the answers as a recording has them. */
export async function answersFrom(
  answerTo: AnswerTo,
  chosen: readonly OddOptions[] = oddOptions(),
): Promise<readonly RecordedAnswer[]> {
  const plain = new Map<string, Readonly<Record<string, unknown>>>();
  for (const odd of oddOptions().filter(({ name }) => name.endsWith(": plain"))) {
    plain.set(odd.method, (await answerTo(odd)).parsed as Readonly<Record<string, unknown>>);
  }
  const answers: RecordedAnswer[] = [];
  for (const odd of chosen) {
    const { parsed, ...rest } = await answerTo(odd);
    const base = odd.name.endsWith(": plain") ? {} : (plain.get(odd.method) ?? {});
    answers.push({
      name: odd.name,
      ...(parsed !== undefined && { parsed: changes(base, parsed as object) }),
      ...rest,
    });
  }
  return answers;
}

function changes(base: Readonly<Record<string, unknown>>, parsed: object): Readonly<Record<string, unknown>> {
  const now = parsed as Readonly<Record<string, unknown>>;
  const names = [...new Set([...Object.keys(base), ...Object.keys(now)])].sort();
  return Object.fromEntries(
    names
      .filter((name) => !isDeepStrictEqual(base[name], now[name]))
      .map((name) => [name, Object.hasOwn(now, name) ? shortened(now[name]) : ABSENT]),
  );
}

/** Long lists and texts tell nothing by their length. */
function shortened(value: unknown): unknown {
  const text = JSON.stringify(value);
  return text.length > 1_000 ? `${text.slice(0, 60)}... (${text.length} characters)` : value;
}
