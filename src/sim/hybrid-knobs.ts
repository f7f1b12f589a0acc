import { count, countOrNever, ms, msOrNever, toggle, type KnobSpec } from "./knob-spec.js";

/** What the road to a phone is like; obeyed where `link.road` is `hybrid`. */
export const HYBRID_KNOBS = {
  ble: {
    advertDelayMs: ms(300, "from the phone's first broadcast to the computer hearing it"),
    advertLossPct: count(0, "share of broadcasts that are not heard, in percent; 100: none ever is"),
    suffixBytes: count(0, "bytes the phone puts behind the 20 of its advert"),
    readsSuffix: toggle(false, "the computer takes adverts that are longer than 20 bytes"),
    wrongServiceUuid: toggle(false, "the phone broadcasts under a UUID nobody listens for"),
  },
  tunnel: {
    connectDelayMs: ms(400, "name look-up, TLS and upgrade, for each side"),
    latencyMs: ms(50, "one way between a side and the tunnel service"),
    refuse: toggle(false, "nobody gets through to the tunnel service"),
    httpStatus: countOrNever(null, "what the tunnel service answers every upgrade with; never: it lets in"),
    ttlMs: msOrNever(120_000, "whole life of a tunnel, from the phone's arrival (`tunnel.ttl`)"),
    dropAfter: countOrNever(
      null,
      "messages until the tunnel breaks; 5 are handshake, hello, update and request: the answer is lost",
    ),
    maxMessages: count(16, "messages one side may send"),
  },
  phone: {
    scanDelayMs: msOrNever(8_000, "from the QR code on the screen to the phone having read it"),
    startDelayMs: ms(250, "from the scan to the phone opening its tunnel"),
    platformTimeoutMs: msOrNever(60_000, "how long the phone's own request may take (`phone.platform`)"),
    ignoresShutdown: toggle(true, "a prompt on the phone outlives the browser's shutdown"),
    screenLock: toggle(true, "the phone has one, without which it uses no passkeys"),
    bluetoothOn: toggle(true, "otherwise the phone switches it on first, which takes 2 s"),
    mobileData: toggle(true, "the phone can reach its tunnel service"),
    linked: toggle(false, "the browser knows the phone, and calls it instead of showing a code"),
    tapDelayMs: msOrNever(1_500, "from the notification of such a call to the person's tap"),
  },
  push: {
    delayMs: ms(1_000, "from the browser's call to the linked phone hearing of it (`push.deliver`)"),
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, KnobSpec>>>>;
