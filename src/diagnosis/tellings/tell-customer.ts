import type { CeremonyDiagnosis } from "../explanation.js";
import { fill, valuesOf } from "./fill.js";
import type { CustomerMessages, Sentences } from "./messages.js";
import { goodResultOf, isGoodState, stateOf, type FailedState } from "./state.js";
import type { Telling } from "./telling.js";

/** Tells a customer in two sentences whether the passkey exists now, and what to do next. */
export function tellCustomer(diagnosis: CeremonyDiagnosis, messages: CustomerMessages): Telling {
  const state = stateOf(diagnosis);
  const sentences = isGoodState(state)
    ? messages.results[diagnosis.kind][goodResultOf(diagnosis)]
    : afterTrouble(diagnosis, state, messages);
  return { title: messages.titles[diagnosis.kind], lines: sentences };
}

/** What a state or a consequence says comes before what the cause says: it is true of this ceremony alone. */
function afterTrouble(
  diagnosis: CeremonyDiagnosis,
  state: FailedState,
  messages: CustomerMessages,
): Sentences {
  const { clause, next: nextOfState } = messages.states[state];
  const [nowOfCause, nextOfCause] = messages.causes[diagnosis.mechanism];
  // What is left behind is read from both sides; where the trace does not show them it is not told.
  const left = state === "unknown" ? [] : diagnosis.consequences.map(({ id }) => messages.consequences[id]);
  const now = left.find((message) => message.now !== undefined)?.now ?? nowOfCause;
  const next = left.find((message) => message.next !== undefined)?.next ?? nextOfState ?? nextOfCause;
  const values = { ...valuesOf(diagnosis, messages.values), state: clause };
  return [fill(now, values), fill(next, values)];
}
