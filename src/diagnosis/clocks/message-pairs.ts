import { eachBeforeEach, firstBeforeFirst, pick, type CausalPair, type Group } from "./causal-pair.js";

/**
 * Pairs what became of the messages of one ceremony: a code arrives after it was issued, a mail is queued by a call.
 *
 * That a code is accepted after it arrived is left out: it may have reached the user another way.
 */
export function messagePairs(ceremony: Group): readonly CausalPair[] {
  const codes = pick(ceremony, "factor.code");
  const sender = codes.find(({ change }) => change === "issued")?.actor;
  const isReceived = ({ actor }: { readonly actor: string }) => actor !== sender;
  const messages = new Set(codes.map(({ factor, number }) => JSON.stringify([factor, number])));
  const mails = pick(ceremony, "rp.mail");
  return [
    ...[...messages].flatMap((message) => {
      const own = codes.filter(({ factor, number }) => JSON.stringify([factor, number]) === message);
      const sent = own.filter(({ change }) => change === "issued" || change === "sent-again");
      const received = own.filter(isReceived);
      return [...firstBeforeFirst(sent, received), ...eachBeforeEach(sent, received)];
    }),
    ...firstBeforeFirst(mails.length > 0 ? pick(ceremony, "rp.request") : [], mails),
  ];
}
