import type { TraceRecord } from "../../core/trace.js";
import type { Explanation } from "../../diagnosis/explanation.js";
import { verdictText } from "../story-text.js";

/** What matchers are about: what `passkeys.settled()` or `runScenario` resolves with, or the fixture itself. */
export interface Judged {
  readonly explanation: Explanation;
  readonly records?: readonly TraceRecord[];
}

/** What an `expect` hands to its matchers, as far as it is used here. */
export interface MatcherContext {
  readonly isNot?: boolean;
  readonly utils?: {
    readonly printExpected?: (value: unknown) => string;
    readonly printReceived?: (value: unknown) => string;
  };
}

export interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

export interface Judgement {
  /** `undefined` where the trace cannot tell, so that neither the matcher nor its negation holds. */
  readonly holds: boolean | undefined;
  /** What was wanted, as a value for the message. */
  readonly expected: unknown;
  readonly received: unknown;
  /** Why, or why it cannot be told. */
  readonly why?: string;
}

/** Reads what an `expect` was given; `undefined` for anything that tells of no run. */
export function judgedOf(received: unknown): Judged | undefined {
  if (typeof received !== "object" || received === null) return undefined;
  if ("story" in received && typeof received.story === "function")
    return judgedOf(Reflect.apply(received.story as () => unknown, received, []));
  if ("explanation" in received && isExplanation(received.explanation)) return received as Judged;
  return isExplanation(received) ? { explanation: received } : undefined;
}

function isExplanation(value: unknown): value is Explanation {
  return typeof value === "object" && value !== null && "ceremonies" in value && "mechanism" in value;
}

/** Turns a judgement into what an `expect` wants of a matcher. */
export function resultOf(
  matcher: string,
  judged: Judged,
  { judgement, context }: { readonly judgement: Judgement; readonly context: MatcherContext },
): MatcherResult {
  const { isNot = false, utils = {} } = context;
  const { holds, expected, received, why } = judgement;
  const { printExpected = String, printReceived = String } = utils;
  const message = () =>
    [
      `expect(story)${isNot ? ".not" : ""}.${matcher}`,
      "",
      `Expected: ${isNot ? "not " : ""}${printExpected(expected)}`,
      `Received: ${isNot ? "    " : ""}${printReceived(received)}`,
      ...(why === undefined ? [] : [why]),
      "",
      verdictText(judged),
    ].join("\n");
  // An expect fails on the negation of `pass` where it is negated.
  return { pass: holds ?? isNot, message };
}

/** Says that a matcher was given something else. */
export function notJudged(matcher: string, { isNot = false }: MatcherContext): MatcherResult {
  return {
    pass: isNot,
    message: () =>
      `${matcher} wants a story: what passkeys.settled() or runScenario() resolves with, an explanation, or passkeys itself`,
  };
}
