import { event, note } from "./event.js";
import { count, oneOf, optional, text, type ValuesOf } from "./member.js";

const FAILURES: readonly string[] = [
  "tunnel-refused",
  "channel-refused",
  "link-gone",
  "scan-failed",
  "clean-up-failed",
  "failed",
];

/** Code of a `tunnel-refused` for which no HTTP answer came. */
export const NOT_REACHED = "NOT_REACHED";

/** Why a stage of a connection ended as it did: whatever of it is known. */
const CAUSE = {
  /** HTTP status of the tunnel service's answer. */
  httpStatus: optional(count),
  /** WebSocket close code. */
  closeCode: optional(count),
  /** Of `failed` at a client: how far it had come. */
  step: optional(oneOf("contact", "scan", "tunnel", "handshake")),
  /** Of `failed` at a phone: how the session ended for it. */
  ending: optional(text),
  /**
   * Code of the error, as `error.code` has it; {@link NOT_REACHED}; or, at a tunnel service, the name of the rule that
   * it refused by.
   */
  code: optional(text),
  /** Free text for users; no rule reads this member. */
  reason: optional(text),
} as const;

export type HybridCause = ValuesOf<typeof CAUSE>;

/** Says in words why a stage ended as it did; `undefined` when nothing is known of it. */
export function causeText({
  httpStatus,
  closeCode,
  step,
  ending,
  code,
  reason,
}: HybridCause): string | undefined {
  const named = code === NOT_REACHED ? "not reached" : code;
  const known = [
    httpStatus,
    closeCode,
    step !== undefined && named !== undefined ? `${step}: ${named}` : named,
  ];
  const texts = [...known, ending, reason].filter((value) => value !== undefined);
  return texts.length === 0 ? undefined : texts.join(", ");
}

/** A hybrid transport on its way to a connection with a phone, and the end of it. No key, id or secret. */
export const HYBRID_EVENTS = {
  "link.hybrid": event(
    {
      stage: oneOf(
        "qr-shown",
        "qr-scanned",
        "radio-off",
        "radio-on",
        "scan-started",
        "scan-failed",
        "advert-sent",
        "advert-seen",
        "advert-foreign",
        "advert-too-long",
        "clean-up-failed",
        "contacting",
        "phone-joined",
        "push-sent",
        "tunnel-opening",
        "tunnel-open",
        "tunnel-refused",
        "tunnel-closed",
        "channel-open",
        "channel-refused",
        "handshake",
        "ready",
        "shutdown-sent",
        "shutdown-received",
        "update",
        "linked",
        "link-gone",
        "failed",
      ),
      /** Of `qr-shown` and `qr-scanned`: tag of the QR code, equal for who shows and who scans it. */
      qr: optional(text),
      /** Of `qr-shown` and `qr-scanned`: the request hint in the code, such as `mc` or `ga`. */
      hint: optional(text),
      /** Of `contacting` and `tunnel-opening`: host name of the tunnel service. */
      host: optional(text),
      /** Of `advert-*`: length of the service data. */
      bytes: optional(count),
      /** Of `advert-seen`: how many distinct adverts for other clients were received before. */
      foreignAdverts: optional(count),
      ...CAUSE,
    },
    {
      text: ({ stage, hint, host, bytes, foreignAdverts, ...cause }) =>
        `${stage}${note(
          hint,
          host,
          bytes === undefined ? undefined : `${bytes} bytes`,
          foreignAdverts ? `after ${foreignAdverts} for other clients` : undefined,
          causeText(cause),
        )}`,
      tone: ({ stage }) => (FAILURES.includes(stage) ? "bad" : "wire"),
    },
  ),
} as const;
