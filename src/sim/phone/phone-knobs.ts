import { PHONE_OPENS_TUNNEL_AFTER_MS, PHONE_REQUEST_MS } from "../../hybrid/protocol/constants.js";
import { choice, count, fixed, ms, msOrNever, toggle } from "../knobs/knob-spec.js";

/** Options of a phone as a hybrid authenticator. */
export const PHONE_KNOBS = {
  /** Source: Chromium, v2_authenticator.cc */
  startDelayMs: ms(
    PHONE_OPENS_TUNNEL_AFTER_MS,
    "from the scan to the phone opening its tunnel (`phone.start`)",
  ),
  leavesAfterMs: msOrNever(
    null,
    "from the phone's advert to the user closing the sheet, or the app with it; never: it stays open",
  ),
  /** Source: Chromium, v2_authenticator.cc */
  platformTimeoutMs: msOrNever(
    PHONE_REQUEST_MS,
    "how long the phone's own request may take (`phone.platform`)",
  ),
  ignoresShutdown: toggle(true, "a prompt on the phone outlives the client's shutdown message"),
  screenLock: toggle(true, "the phone has a screen lock, without which it uses no passkeys"),
  btPermission: toggle(true, "the phone's app may use Bluetooth, without which it sends no advert"),
  bluetoothOn: toggle(true, "the phone's Bluetooth is on; otherwise the phone switches it on first, in 2 s"),
  mobileData: toggle(true, "the phone can reach its tunnel service"),
  protocolRev: choice(
    ["1", "0"],
    "hybrid revision of the phone; 0 is the draft without frame types, updates and shutdown",
  ),
  updateFrames: count(1, "updates the phone sends after its post-handshake message", { max: 100 }),
  tapDelayMs: msOrNever(1_500, "from the notification of a call to the user's tap; never: it stays unread"),
  discoverable: toggle(true, "the phone makes discoverable credentials"),
  nothingFound: choice(
    ["0x2e", "0x27"],
    "CTAP status without a passkey for the relying party; 0x2e is silence where the request named none",
  ),
};

/** Options of the user with phones, of the link between phone and browser, and of the phone's authenticator. */
export const PHONE_USE_KNOBS = {
  scanDelayMs: msOrNever(8_000, "from the QR code on the screen to the phone having read it"),
  rescanMs: msOrNever(
    null,
    "from the phone refusing for want of a setting to the user scanning again, 1 s at least; never: no second scan",
  ),
  secondScanMs: msOrNever(
    null,
    "from the QR code on the screen to the user's other phone reading it, from a photo if need be; never: it does not",
  ),
  linked: toggle(
    false,
    "the browser knows the phone (state-assisted), and calls it instead of showing a QR code",
  ),
  codeWhenGone: toggle(
    true,
    "the browser shows a QR code at once when the tunnel service says that a linked phone is gone",
  ),
  responseBytes: count(0, "least size of the phone's answers: an unknown extension fills them up", {
    unit: "bytes",
  }),
  provider: choice(["first", "second"], "which of the phone's two passkey providers saves and is asked"),
  account: choice(
    ["same", "other"],
    "the provider's account that the second phone is signed in to; with another one nothing is synchronised",
  ),
  second: fixed(
    choice(["same-make", "iphone"], "the make of the second phone; passkeys synchronise within one make"),
  ),
};

/** Options of the QR code. */
export const QR_KNOBS = {
  scanned: choice(
    ["shown", "previous"],
    "the user scans the QR code of this request, or the one before it: another tab's, a photo",
  ),
};
