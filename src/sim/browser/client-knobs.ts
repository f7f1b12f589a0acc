import { CLIENT_PROFILE_IDS } from "../../webauthn/profiles/client-profiles.js";
import { choice, count, ms, msOrNever, nameOf, toggle } from "../knobs/knob-spec.js";

/** Options of the WebAuthn client: the simulated browser. */
export const CLIENT_KNOBS = {
  profile: nameOf(
    CLIENT_PROFILE_IDS,
    "chrome-floor3m",
    "client profile: ceremony timer, error names and failure sheets of a real client",
  ),
  timeoutMs: msOrNever(
    60_000,
    "`timeout` member of the options; never: the relying party leaves the member out",
  ),
  mediation: choice(
    ["modal", "conditional"],
    "mediation of get(): a modal sheet, or the autofill of a field",
  ),
  virtualAuthenticator: toggle(
    false,
    "a WebDriver virtual authenticator is attached: an autofill request is answered without a choice by the user",
  ),
  virtualAnswers: toggle(
    false,
    "the virtual authenticator answers every request by itself, and no other authenticator is asked",
  ),
  linkDeadlineMs: msOrNever(
    null,
    "how long the client looks for a phone (`hybrid.link`); never: as long as the ceremony, as browsers do",
  ),
  webauthn: toggle(true, "the client has `navigator.credentials`; some in-app browsers and old ones do not"),
  javascript: toggle(true, "the client runs the page's script; off: nothing happens at the click"),
  known: toggle(true, "the relying party knows this browser from an earlier login"),
  cookies: toggle(true, "the client keeps cookies; off: none of the relying party's calls brings one"),
  clearCookiesMs: msOrNever(
    null,
    "from the click on the page's button to the user clearing the site's cookies",
  ),
  chooserMs: ms(0, "how long the client shows its account list before it asks for the next assertion"),
};

/** Options of the browser outside WebAuthn. */
export const BROWSER_KNOBS = {
  helloForPasswords: toggle(
    false,
    "with Windows Hello set up, requests go to the Windows dialog, which shows a QR code from version 6 on only",
  ),
};

/** Options of the computer's operating system. */
export const OS_KNOBS = {
  hybridSupported: toggle(true, "browser and operating system support the hybrid transport"),
  btPowered: toggle(
    true,
    "the computer's Bluetooth is on; otherwise a sheet asks for it before a QR code is shown",
  ),
  helloEnabled: toggle(false, "the computer has a platform authenticator that is set up (Windows Hello)"),
  webauthnApi: count(
    0,
    "version of the Windows WebAuthn API; 0: another operating system, without that dialog",
  ),
  dialogResult: choice(
    [
      "none",
      "NTE_EXISTS",
      "ERROR_CANCELLED",
      "ERROR_TIMEOUT",
      "NTE_NOT_FOUND",
      "NTE_NOT_SUPPORTED",
      "NTE_TOKEN_KEYSET_STORAGE_FULL",
      "NTE_INVALID_PARAMETER",
      "E_FAIL",
    ],
    "what the Windows dialog returns instead of asking an authenticator",
  ),
  setsUpPin: toggle(
    false,
    "the operating system has a PIN set on a security key without one before it is used",
  ),
};

/** Options of the program on the computer that sends the CTAP commands. */
export const HOST_KNOBS = {
  stallAfterTokenMs: ms(0, "how long the host waits between a PIN token and the command that uses it"),
};
