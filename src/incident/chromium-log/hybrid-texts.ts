import type { TraceEvent } from "../../core/trace.js";

type HybridEvent = Extract<TraceEvent, { readonly kind: "link.hybrid" }>;

/** What a text of the log says of the way to a phone. Paths of URLs are derived from secrets: only the host is kept. */
const HYBRID_TEXTS: readonly (readonly [
  pattern: RegExp,
  stage: HybridEvent["stage"],
  more?: (found: RegExpExecArray) => Partial<HybridEvent>,
])[] = [
  [/^No BLE adapter present/, "radio-off"],
  [/^UI step: kBle(?:PowerOn|Permission)/, "radio-off"],
  [/^UI step: kCableV2QRCode/, "qr-shown"],
  [/^UI step: k(?:PhoneConfirmationSheet|CableActivate)/, "contacting"],
  [/^(?:Discovery|LE scan) session started/, "scan-started"],
  [/^(?:Failed to start caBLE|LE scan session invalidated)/, "scan-failed"],
  [/^ {1,4}\([\dA-Fa-f]{40} matches/, "advert-seen"],
  [/^ {1,4}\([\dA-Fa-f]{40}: no v2 match/, "advert-foreign"],
  [/connecting caBLEv2 tunnel: wss:\/\/([\w.-]{1,80})/, "tunnel-opening", ([, host = ""]) => ({ host })],
  [/caBLE authenticator has connected to the tunnel server/, "phone-joined"],
  [/tunnel server reports that contact ID is invalid/, "link-gone", () => ({ httpStatus: 410 })],
  [/tunnel failed to connect/, "tunnel-refused"],
  [/^Linking information processed/, "linked"],
  [/received linking information/, "update"],
  [/established v2\.\d/, "ready"],
  [
    /didn't select cable protocol|Invalid routing ID|bad connection signal/,
    "failed",
    () => ({ step: "tunnel" }),
  ],
  [
    /caBLEv2 handshake failed|decryption failed for caBLE post-handshake|decode failed|missing getInfo response|doesn't support CTAP/,
    "failed",
    () => ({ step: "handshake" }),
  ],
  [
    /decryption failed for caBLE message|unsolicited CTAP message|invalid (?:update frame|message type|shutdown frame)/,
    "failed",
    () => ({ code: "DECRYPTION_FAILED" }),
  ],
];

/** Reads a text of the way to a phone; `undefined` for any other. */
export function hybridEventOf(text: string): HybridEvent | undefined {
  for (const [pattern, stage, more] of HYBRID_TEXTS) {
    const found = pattern.exec(text);
    if (found !== null) return { kind: "link.hybrid", stage, ...more?.(found) };
  }
  return undefined;
}
