import { eachBeforeEach, firstBeforeFirst, pick, type CausalPair, type Group } from "./causal-pair.js";

/**
 * Pairs what became of the messages of one ceremony: a code arrives after it was issued, and is accepted after it
 * arrived; a mail is queued by a call of the ceremony.
 */
export function messagePairs(ceremony: Group): readonly CausalPair[] {
  const codes = pick(ceremony, "factor.code");
  const numbers = new Set(codes.map(({ factor, number }) => JSON.stringify([factor, number])));
  const ofCodes = [...numbers].flatMap((key) => {
    const own = codes.filter(({ factor, number }) => JSON.stringify([factor, number]) === key);
    const issued = own.filter(({ change }) => change === "issued");
    const received = own.filter(({ actor }) => actor !== issued[0]?.actor);
    const sent = own.filter(({ change }) => change === "issued" || change === "sent-again");
    return [...firstBeforeFirst(issued, received), ...eachBeforeEach(sent, received)];
  });
  const sender = codes.find(({ change }) => change === "issued")?.actor;
  const received = codes.filter(({ actor }) => actor !== sender);
  const accepted = pick(ceremony, "factor.attempt", ({ outcome }) => outcome === "accepted");
  const typed = pick(
    ceremony,
    "user.answered",
    ({ prompt, answer }) => prompt.startsWith("code ") && answer === "typed",
  );
  return [
    ...ofCodes,
    ...firstBeforeFirst(received, accepted),
    ...firstBeforeFirst(received, typed),
    ...firstBeforeFirst(pick(ceremony, "rp.request"), pick(ceremony, "rp.mail")),
  ];
}
