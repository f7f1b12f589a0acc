import { choice, count, msOrNever, toggle } from "../knobs/knob-spec.js";

/** Bounds how often a page may repeat an action without the user: more is a loop. */
const REPEATS_MAX = 100;

/** Options of the relying party's page: its script in the browser. */
export const PAGE_KNOBS = {
  guardMs: msOrNever(
    null,
    "the page's own timer from the click on the button to the last answer of the site (`page.guard`)",
  ),
  aborts: toggle(false, "when that timer fires the page also aborts the pending request"),
  corrects: toggle(false, "the page replaces its error text when the ceremony succeeds after all"),
  focused: toggle(true, "the page has the focus when create() completes"),
  autoRetry: count(0, "how often the page starts a failed registration again by itself", {
    max: REPEATS_MAX,
  }),
  handlerThrows: toggle(false, "the page's script throws after the relying party accepted"),
  retriesFinish: count(0, "how often the page repeats a finish call that got no answer", {
    max: REPEATS_MAX,
  }),
  asksState: toggle(
    false,
    "before it reports a failure the page asks the relying party for the ceremony's state",
  ),
  checksUvpaa: toggle(
    false,
    "the page offers a platform passkey only where isUserVerifyingPlatformAuthenticatorAvailable() is true",
  ),
  autofillMs: msOrNever(
    null,
    "from the click to the page's own get() for the autofill of a field; 0: it is pending from the loading of the page; never: there is none",
  ),
  abortsPending: toggle(
    true,
    "the page's library ends a pending request before it begins another, whichever of the two the user waits for",
  ),
  frame: choice(
    ["none", "same-origin", "cross-origin"],
    "the page is in a frame, of its own origin or of a portal's",
  ),
  frameAllows: toggle(
    true,
    "a frame of another origin has the permission for WebAuthn (its `allow` attribute)",
  ),
  checksBrowser: toggle(
    false,
    "before a ceremony the page looks for JavaScript, WebAuthn and cookies, and says which is missing",
  ),
  resumesPoll: toggle(false, "a page that waits for a phone asks again after 408 or 504"),
};
