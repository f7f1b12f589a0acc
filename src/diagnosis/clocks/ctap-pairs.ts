import { eachBeforeEach, firstBeforeFirst, pick, type CausalPair, type Group } from "./causal-pair.js";

const MAIN: readonly string[] = ["makeCredential", "getAssertion"];

/** Pairs what a client, an authenticator and the user recorded of one request, from the command to its answer. */
export function ctapPairs(request: Group): readonly CausalPair[] {
  const asked = pick(request, "ctap.request", isMain);
  const answered = pick(request, "ctap.response", (record) => isMain(record) && record.status === "OK");
  const used = pick(request, "ctap.credential", ({ change }) => change === "created" || change === "used");
  const phone = pick(request, "timer.armed", ({ timer }) => timer === "phone.platform");
  return [
    ...firstBeforeFirst(asked, phone),
    ...firstBeforeFirst(asked, used),
    ...firstBeforeFirst(used, answered),
    ...firstBeforeFirst(
      pick(request, "timer.disarmed", ({ timer }) => timer === "phone.platform"),
      pick(request, "ctap.response", isMain),
    ),
  ];
}

/** Pairs what an authenticator and its user recorded in one span: it asks, and acts on the answer. */
export function gesturePairs(span: Group): readonly CausalPair[] {
  const armed = pick(span, "timer.armed", isKeyTimer);
  const ended = [...pick(span, "timer.disarmed", isKeyTimer), ...pick(span, "timer.fired", isKeyTimer)];
  const approved = pick(span, "user.answered", (record) => isGesture(record) && record.answer === "approved");
  const used = pick(span, "ctap.credential", ({ change }) => change === "created" || change === "used");
  const phone = pick(span, "timer.armed", ({ timer }) => timer === "phone.platform");
  const phoneDone = pick(span, "timer.disarmed", ({ timer }) => timer === "phone.platform");
  return [
    ...eachBeforeEach(armed, pick(span, "user.prompted", isGesture)),
    ...answerPairs(span),
    ...firstBeforeFirst(approved, used),
    ...firstBeforeFirst(ended, pick(span, "ctap.response")),
    ...firstBeforeFirst(phone, armed),
    ...(phone.length === 1 ? firstBeforeFirst(ended.slice(-1), phoneDone) : []),
  ];
}

/** An authenticator stops waiting for an answer once it is given; a prompt is gone once it stopped waiting. */
function answerPairs(span: Group): readonly CausalPair[] {
  const answers = pick(span, "user.answered", isGesture);
  const ended = span.filter(
    (record) => (record.kind === "timer.disarmed" || record.kind === "timer.fired") && isKeyTimer(record),
  );
  if (answers.length !== ended.length) return [];
  return answers.flatMap((answer, index): readonly CausalPair[] => {
    const end = ended[index];
    if (end === undefined) return [];
    return answer.answer === "none" ? [{ before: end, after: answer }] : [{ before: answer, after: end }];
  });
}

const isKeyTimer = ({ timer }: { readonly timer: string }) => timer === "key.up";
const isMain = ({ command }: { readonly command: string }) => MAIN.includes(command);
const isGesture = ({ prompt }: { readonly prompt: string }) => /^(touch|verify|choose-account) /.test(prompt);
