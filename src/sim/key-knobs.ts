import { choice, count, fixed, ms, msOrNever, nameOf, toggle } from "./knobs/knob-spec.js";
import { GENERIC_PROFILE, PROFILES } from "./profiles/profiles.js";

const { limits: LIMITS, timeouts: TIMEOUTS } = GENERIC_PROFILE;

/** Options of the authenticator, and of the user's gesture on it. */
export const KEY_KNOBS = {
  present: toggle(true, "a security key is plugged in"),
  profile: fixed(
    nameOf(
      [...PROFILES.keys()],
      GENERIC_PROFILE.name,
      "authenticator profile; `phone` is a phone's authenticator behind the same link",
    ),
  ),
  touchDelayMs: msOrNever(1_500, "from the prompt to the user's gesture; never: the prompt is not answered"),
  decision: choice(["approve", "decline"], "what the user's gesture says"),
  upTimeoutMs: fixed(ms(TIMEOUTS.upTimeoutMs, "how long the authenticator waits for a gesture (`key.up`)")),
  upStatus: fixed(choice(["0x2f", "0x3a", "0x27"], "CTAP status when that time is over")),
  createMs: ms(0, "from the gesture to the answer with the new credential: key generation, backup"),
  processingMs: fixed(ms(100, "processing of every command but getInfo")),
  ignoresCancel: toggle(false, "like a phone: a prompt on its screen outlives the client's cancel"),
  transport: fixed(
    choice(["usb", "nfc"], "how the authenticator says it is reached; its token times depend on it"),
  ),
  slots: fixed(count(LIMITS.discoverableCredentials, "discoverable credentials it has room for")),
  used: fixed(count(0, "how many of those slots are taken already")),
  resetWindowMs: fixed(
    ms(TIMEOUTS.resetWindowMs, "how long after power-up it accepts a reset (`key.reset-window`)"),
  ),
  pinSet: fixed(toggle(false, "it has a PIN; the user knows it")),
  pinRetries: fixed(count(LIMITS.pinRetries, "PIN retries left", { max: LIMITS.pinRetries })),
  which: choice(["first", "second"], "which of the user's two authenticators is at hand"),
  second: choice(
    ["empty", "synced", "imported"],
    "the second one has no passkeys, copies of the first one's by synchronisation, or an export of them from any make",
  ),
  backup: choice(
    ["profile", "none", "eligible", "backed-up"],
    "its flags BE and BS from now on; profile: as its profile has them",
  ),
  syncMs: ms(0, "how long such a copy takes (`sync.delay`); 0: it is there when the second one is used"),
  listOrder: choice(["newest-first", "oldest-first"], "how its display lists several accounts"),
  signCounter: fixed(
    choice(
      ["profile", "zero", "global", "per-credential"],
      "how it counts signatures; profile: as its profile does",
    ),
  ),
  picksAccount: count(0, "which of several accounts the user selects on its display, counted from the top"),
  indexLagMs: ms(0, "from the making of a passkey to the authenticator finding it"),
  elsewhere: toggle(
    false,
    "it is on another device, a phone: reached only where the browser may offer a QR code",
  ),
};

/** Options of PIN entry. */
export const PIN_KNOBS = {
  wrongFirst: count(0, "how many wrong PINs the user enters before the right one"),
  strikesPerBoot: fixed(
    count(
      LIMITS.pinMismatchesUntilPowerCycle,
      "wrong PINs in a row until the authenticator must be unplugged (PIN_AUTH_BLOCKED)",
      { min: 1 },
    ),
  ),
};
