import { choice, count, countOrNever, fixed, ms, msOrNever, toggle, type KnobSpec } from "./knob-spec.js";

/** What the road to a phone is like; obeyed where `link.road` is `hybrid`. */
export const HYBRID_KNOBS = {
  ble: {
    advertDelayMs: ms(300, "from the phone's first broadcast to the computer hearing it"),
    advertLossPct: count(0, "share of broadcasts that are not heard, in percent; 100: none ever is"),
    suffixBytes: count(0, "bytes the phone puts behind the 20 of its advert"),
    readsSuffix: toggle(false, "the computer takes adverts that are longer than 20 bytes"),
    repeats: count(0, "how often every broadcast is heard again, once every 250 ms"),
    foreignAdverts: count(0, "strangers in the room whose phones broadcast as well"),
    rateHz: count(50, "how many of those begin in a second; 0: none does"),
    wrongServiceUuid: toggle(false, "the phone broadcasts under a UUID nobody listens for"),
  },
  adapter: {
    present: toggle(true, "the computer has Bluetooth at all; a browser without it offers no code"),
    readyAfterMs: ms(0, "from Bluetooth being switched on to the computer's adapter letting anybody scan"),
  },
  qr: {
    scanned: choice(
      ["shown", "previous"],
      "the person scans the code of this request, or the one before it: another tab's, a photo",
    ),
  },
  tunnel: {
    connectDelayMs: ms(400, "name look-up, TLS and upgrade, for each side"),
    latencyMs: ms(50, "one way between a side and the tunnel service"),
    refuse: choice(
      ["nobody", "phone", "desktop", "contact", "everybody"],
      "whom the tunnel service turns away; contact: computers that call a linked phone",
    ),
    httpStatus: countOrNever(
      null,
      "what it answers those it turns away, everybody where nobody else is named; never: it cannot be reached",
    ),
    ttlMs: msOrNever(120_000, "whole life of a tunnel, from the phone's arrival (`tunnel.ttl`)"),
    dropAfter: countOrNever(
      null,
      "messages until the tunnel breaks; 5 are handshake, hello, update and request: the answer is lost",
    ),
    garble: countOrNever(
      null,
      "which message of both sides arrives with one bit changed: 1 and 2 are the handshake, then as for dropAfter",
    ),
    maxMessages: count(16, "messages one side may send"),
    maxBytes: count(16_384, "bytes one message may have, once sealed"),
  },
  phone: {
    scanDelayMs: msOrNever(8_000, "from the QR code on the screen to the phone having read it"),
    rescanMs: msOrNever(
      null,
      "from the phone refusing for want of something to the person scanning again, 1 s at least; never: they give up",
    ),
    secondScanMs: msOrNever(
      null,
      "from the QR code on the screen to the person's other phone reading it, from a photo if need be; never",
    ),
    startDelayMs: ms(250, "from the scan to the phone opening its tunnel"),
    leavesAfterMs: msOrNever(
      null,
      "from the phone's broadcast to its owner closing the sheet, or the app with it; never: they stay",
    ),
    platformTimeoutMs: msOrNever(60_000, "how long the phone's own request may take (`phone.platform`)"),
    ignoresShutdown: toggle(true, "a prompt on the phone outlives the browser's shutdown"),
    screenLock: toggle(true, "the phone has one, without which it uses no passkeys"),
    btPermission: toggle(true, "the phone's app may use Bluetooth, without which it sends nothing"),
    bluetoothOn: toggle(true, "otherwise the phone switches it on first, which takes 2 s"),
    mobileData: toggle(true, "the phone can reach its tunnel service"),
    linked: toggle(false, "the browser knows the phone, and calls it instead of showing a code"),
    codeWhenGone: toggle(
      true,
      "the browser shows a code at once when the service says a linked phone is gone",
    ),
    protocolRev: choice(
      ["1", "0"],
      "revision the phone speaks; 0 is the draft without frame types, updates and shutdown",
    ),
    updateFrames: count(1, "updates the phone sends behind its hello"),
    responseBytes: count(0, "bytes its answers have at least: filled up with an extension nobody asked for"),
    tapDelayMs: msOrNever(1_500, "from the notification of such a call to the person's tap"),
    discoverable: toggle(true, "the phone makes passkeys that sign without being named"),
    nothingFound: choice(
      ["0x2e", "0x27"],
      "what it answers without a passkey for the site; 0x2e tells, and is silence to a site that named none",
    ),
    provider: choice(["first", "second"], "which of the phone's two passkey providers saves and is asked"),
    second: fixed(
      choice(["same-make", "iphone"], "the make of the second phone; copies stay within one make"),
    ),
  },
  push: {
    delayMs: msOrNever(
      1_000,
      "from the browser's call to the linked phone hearing of it (`push.deliver`); never: the message is lost",
    ),
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, KnobSpec>>>>;
