import type { CeremonyDiagnosis } from "../explanation.js";
import { fill, valuesOf } from "./fill.js";
import type { SupportMessages } from "./messages.js";
import { goodResultOf, isGoodState, stateOf } from "./state.js";
import type { Telling } from "./telling.js";

/** Tells a support desk who was at fault, what is there now, what to ask and what to say. */
export function tellSupport(diagnosis: CeremonyDiagnosis, messages: SupportMessages): Telling {
  const { kind, mechanism, conditions, consequences } = diagnosis;
  const { labels } = messages;
  const state = stateOf(diagnosis);
  const cause = messages.causes[mechanism];
  const result = isGoodState(state) ? goodResultOf(diagnosis) : "success";
  const denied = result === "success" ? undefined : messages.denied[result];
  // What is left behind is read from both sides; where the trace does not show them it is not told.
  const left = state === "unknown" ? [] : consequences.map(({ id }) => messages.consequences[id]);
  const lines: readonly (readonly [label: string, text: string | undefined])[] = [
    [labels.atFault, messages.parties[cause.atFault]],
    [labels.state, [messages.states[state], denied?.text ?? ""].join(" ").trim()],
    ...conditions.map(({ id }) => [labels.waitedFor, messages.conditions[id]] as const),
    ...left.map(({ text }) => [labels.consequence, text] as const),
    ...cause.ask.map((question) => [labels.ask, question] as const),
    ...left.map(({ ask }) => [labels.ask, ask] as const),
    [labels.say, denied?.say[kind] ?? cause.say],
  ];
  const values = valuesOf(diagnosis, messages.values);
  return {
    title: `${messages.titles[kind]} (${mechanism})`,
    lines: lines.flatMap(([label, text]) => (text === undefined ? [] : [`${label}: ${fill(text, values)}`])),
  };
}
