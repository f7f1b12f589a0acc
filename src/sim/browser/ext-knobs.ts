import { choice, msOrNever, toggle } from "../knobs/knob-spec.js";

/** Options of a password manager with passkeys of its own: an extension that replaces the WebAuthn API, or a provider. */
export const EXT_KNOBS = {
  focusWaitMs: msOrNever(
    null,
    "an extension holds every request back until the page has focus, this long at most (`ext.focus`)",
  ),
  vault: choice(
    ["none", "open", "locked", "signed-out"],
    "the vault of a password manager's extension, which takes requests before the browser does; none: no such extension",
  ),
  place: choice(
    ["extension", "system"],
    "the password manager is an extension in front of the browser, or a credential provider of the system behind it",
  ),
  unlockMs: msOrNever(
    8_000,
    "from the extension asking for the vault to the user unlocking it; never: dismissed",
  ),
  whenClosed: choice(
    ["refuses", "hands-on"],
    "what the extension does with a request while the vault is signed out, or the user does not unlock it",
  ),
  whenEmpty: choice(["hands-on", "refuses"], "what it does with a get() for which its vault has no passkey"),
  inFrames: choice(["answers", "refuses", "hands-on"], "what it does with a request from within a frame"),
  wantsInternal: toggle(
    false,
    "it hands a get() on whose credentials all name transports, `internal` not among them",
  ),
  statesOrigin: choice(
    ["page", "top", "own"],
    "the origin in the client data that it signs: the page's, that of the page around the frame, or the extension's own",
  ),
};
