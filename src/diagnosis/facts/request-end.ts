import { seconds } from "../evidence.js";
import { mainExchange, type CeremonyTrace } from "./ceremony.js";
import type { CtapCommandFact } from "./exchanges.js";

/** Returns the authenticator's answer to the request, where the answer came while the client waited. */
export function takenAnswer(ceremony: CeremonyTrace): CtapCommandFact | undefined {
  const exchange = mainExchange(ceremony);
  return exchange?.status === undefined || exchange.discarded ? undefined : exchange;
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
