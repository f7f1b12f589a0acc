/** Actors that run on another actor's machine, and read its clock. */
const SHARED: Readonly<Record<string, string>> = {
  desktop: "browser",
  link: "browser",
  port: "browser",
  "phone-link": "phone-browser",
};

/**
 * Names the clock that an actor's records are timed by: its own, unless the actor is a part of another one's machine.
 *
 * A page has a clock of its own: what it records may reach the trace by way of the site.
 */
export function clockOf(actor: string): string {
  return SHARED[actor] ?? actor;
}

/** The clock that a trace is read by where nothing else says which of two is right. */
export const REFERENCE_CLOCK = "browser";
