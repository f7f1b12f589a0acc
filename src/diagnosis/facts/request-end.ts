import { seconds } from "../evidence.js";
import { firedTimer, mainExchange, type CeremonyTrace } from "./ceremony.js";
import type { CtapCommandFact } from "./exchanges.js";

/** Returns the authenticator's answer to the request, where the answer came while the client waited. */
export function takenAnswer(ceremony: CeremonyTrace): CtapCommandFact | undefined {
  const exchange = mainExchange(ceremony);
  return exchange?.status === undefined || exchange.discarded ? undefined : exchange;
}

/**
 * Returns the answer that ended the request: that to the request itself, or, where it was never sent, the refusal of
 * what had to come before it (a PIN, a fingerprint).
 */
export function finalAnswer(ceremony: CeremonyTrace): CtapCommandFact | undefined {
  if (mainExchange(ceremony) !== undefined) return takenAnswer(ceremony);
  const last = ceremony.exchanges.findLast(({ command }) => command === "clientPin");
  const isRefusal = last?.status !== undefined && last.status !== "OK" && !last.discarded;
  return isRefusal ? last : undefined;
}

/** The user's last answer to a prompt of the command that was answered so. */
export function lastGesture({ gestures }: CeremonyTrace, answer: CtapCommandFact): string | undefined {
  const { askedAtMs, answeredAtMs = Infinity } = answer;
  return gestures.findLast(({ atMs }) => atMs >= askedAtMs && atMs <= answeredAtMs)?.answer;
}

/** Says whether the page ended its request itself; a recording of a browser may show that by the promise alone. */
export function pageAborted({ settled, gaveUp }: CeremonyTrace): boolean {
  return gaveUp?.aborted === true || settled?.name === "AbortError";
}

/** `12.000 s: the promise was rejected with NotAllowedError` */
export function settledLine({ settled }: CeremonyTrace): string | undefined {
  if (settled === undefined) return "the promise never settled";
  const how = settled.resolved ? "resolved" : `was rejected with ${settled.name ?? "an error"}`;
  return `${seconds(settled.atMs)}: the promise ${how}`;
}

/**
 * Says whether a key that came after a loss took the request on until the browser's timer fired: the loss then ended
 * nothing.
 */
export function wasTakenOn(ceremony: CeremonyTrace, lostAtMs: number): boolean {
  if (firedTimer(ceremony, "client.ceremony") === undefined) return false;
  return ceremony.exchanges.some(({ askedAtMs, status }) => askedAtMs >= lostAtMs && status === "OK");
}
