import type { TraceRecord } from "../../core/trace.js";
import { eachBeforeEach, firstBeforeFirst, pick, type CausalPair, type Group } from "./causal-pair.js";

const MAIN: readonly string[] = ["makeCredential", "getAssertion"];
const KEY_TIMER = "key.up";

/** Pairs what a client, an authenticator and the user recorded of one request, from the command to its answer. */
export function ctapPairs(request: Group): readonly CausalPair[] {
  const asked = pick(request, "ctap.request", ({ command }) => MAIN.includes(command));
  const answered = pick(request, "ctap.response", (record) => isMain(record) && record.status === "OK");
  const used = pick(request, "ctap.credential", ({ change }) => change === "created" || change === "used");
  const phone = pick(request, "timer.armed", ({ timer }) => timer === "phone.platform");
  return [
    ...firstBeforeFirst(asked, phone),
    ...firstBeforeFirst(asked, used),
    ...firstBeforeFirst(used, answered),
  ];
}

const isMain = ({ command }: { readonly command: string }) => MAIN.includes(command);

/** Pairs what an authenticator and its user recorded in one span: it asks, and acts on the answer. */
export function gesturePairs(span: Group): readonly CausalPair[] {
  const armed = pick(span, "timer.armed", ({ timer }) => timer === KEY_TIMER);
  const ended = span.filter(
    (record): record is TraceRecord =>
      (record.kind === "timer.disarmed" || record.kind === "timer.fired") && record.timer === KEY_TIMER,
  );
  const prompted = pick(span, "user.prompted", isGesture);
  const approved = pick(span, "user.answered", (record) => isGesture(record) && record.answer === "approved");
  const gone = pick(span, "user.answered", (record) => isGesture(record) && record.answer === "none");
  const used = pick(span, "ctap.credential", ({ change }) => change === "created" || change === "used");
  const disarmed = ended.filter(({ kind }) => kind === "timer.disarmed");
  const phone = pick(span, "timer.armed", ({ timer }) => timer === "phone.platform");
  const phoneDone = pick(span, "timer.disarmed", ({ timer }) => timer === "phone.platform");
  return [
    ...eachBeforeEach(armed, prompted),
    ...(approved.length === 1 && disarmed.length === 1 && gone.length === 0
      ? eachBeforeEach(approved, disarmed)
      : []),
    ...(gone.length === 1 && ended.length === 1 ? eachBeforeEach(ended, gone) : []),
    ...firstBeforeFirst(approved, used),
    ...firstBeforeFirst(phone, armed),
    ...(phone.length === 1 && used.length === 1 ? firstBeforeFirst(used, phoneDone) : []),
  ];
}

const isGesture = ({ prompt }: { readonly prompt: string }) => /^(touch|verify) /.test(prompt);
