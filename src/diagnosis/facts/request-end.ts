import { mainExchange, type Ceremony, type Exchange } from "./trace-facts.js";

/** What the authenticator said to the request, where it came while somebody waited. */
export function takenAnswer(ceremony: Ceremony): Exchange | undefined {
  const exchange = mainExchange(ceremony);
  return exchange?.status === undefined || exchange.discarded ? undefined : exchange;
}

/** Whether the page ended its request itself; a recording of a browser may tell that by the promise alone. */
export function pageAborted({ settled, gaveUp }: Ceremony): boolean {
  return gaveUp?.aborted === true || settled?.name === "AbortError";
}
