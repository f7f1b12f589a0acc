import type { TraceEvent } from "../../core/trace.js";

type Hybrid = Extract<TraceEvent, { readonly kind: "link.hybrid" }>;

/** Tags whose every line holds keys or the text of a QR code: nothing of them is read. */
export const SECRET_TAGS: ReadonlySet<string> = new Set(["CryptoHelper", "HybridQrCodeData"]);

/** What a line of logcat says, and who did it. */
export interface LogcatEvent {
  readonly actor: string;
  readonly event: TraceEvent;
  readonly derived?: string;
}

interface Row {
  readonly tag: RegExp;
  readonly text: RegExp;
  readonly event: (found: RegExpExecArray) => LogcatEvent;
}

const hybrid = (actor: string, stage: Hybrid["stage"], more: Partial<Hybrid> = {}): LogcatEvent => ({
  actor,
  event: { kind: "link.hybrid", stage, ...more },
});

/** Texts of microG, whose source is public, and of Google's tag, as far as reports show them. */
const ROWS: readonly Row[] = [
  { tag: /^HybridAuthenticate/, text: /\bonCreate\b/, event: () => hybrid("phone", "qr-scanned") },
  { tag: /^HybridBleAdvertiser/, text: /\bonStartSuccess\b/, event: () => hybrid("phone", "advert-sent") },
  {
    tag: /^HybridBleAdvertiser/,
    text: /\bonStartFailure: (\d{1,3})/,
    event: ([, code]) => hybrid("phone", "failed", { code: `ADVERTISING_FAILED_${code}` }),
  },
  {
    tag: /^TunnelWebsocket/,
    text: /\bconnect\(\) with state/,
    event: () => hybrid("phone", "tunnel-opening"),
  },
  {
    tag: /^TunnelWebsocket/,
    text: /\bTunnel failure\b/,
    event: () => hybrid("phone", "failed", { code: "TUNNEL_FAILED" }),
  },
  {
    tag: /^AuthenticatorController/,
    text: /\bPost-handshake message sent successfully/,
    event: () => hybrid("phone", "ready"),
  },
  {
    tag: /^AuthenticatorController/,
    text: /\bReceived UPDATE message/,
    event: () => hybrid("phone", "update"),
  },
  {
    tag: /^HybridClientScan/,
    text: /\bBLE scanning started/,
    event: () => hybrid("desktop", "scan-started"),
  },
  {
    tag: /^HybridClientScan/,
    text: /\bEID verification failed/,
    event: () => hybrid("desktop", "advert-foreign"),
  },
  {
    tag: /^HybridClientController/,
    text: />> ClientHello sent/,
    event: () => hybrid("desktop", "handshake"),
  },
  { tag: /^HybridClientController/, text: /\bHandshake done/, event: () => hybrid("desktop", "ready") },
  {
    tag: /^FidoUi$/,
    text: /\bFinish with error: .{0,900}\((\w{1,40})\)\s*$/,
    event: ([, code]) => ({
      actor: "phone",
      event: { kind: "user.saw", where: "phone", text: `sheet ended: ${code}`, tone: "failure" },
    }),
  },
  {
    tag: /^FidoUi$/,
    text: /\bonCreate caller=/,
    event: () => ({
      actor: "user",
      event: { kind: "user.prompted", prompt: "sheet of the phone" },
      derived: "the activity that asks the user was created",
    }),
  },
  {
    tag: /^Fido$/,
    text: /^\[(\w{1,60})\] is shown/,
    event: ([, fragment]) => ({
      actor: "user",
      event: { kind: "user.prompted", prompt: `screen ${fragment}` },
      derived: "Google Play services say that the screen is shown",
    }),
  },
  {
    tag: /^Fido$/,
    text: /\berror\D{0,80}\b(\d{4,6})\b/i,
    event: ([, code]) => ({
      actor: "phone",
      event: {
        kind: "user.saw",
        where: "phone",
        text: `error ${code} of Google Play services`,
        tone: "failure",
      },
    }),
  },
  {
    tag: /^ActivityTaskManager$/,
    text: /\bSTART\b.{0,900}\bcom\.google\.android\.gms.{0,200}\bfido\b/,
    event: () => ({
      actor: "user",
      event: { kind: "user.prompted", prompt: "sheet of the phone" },
      derived: "Android starts the activity of Google Play services",
    }),
  },
];

/** Reads a line; `undefined` for one that says nothing of a passkey. */
export function logcatEvent(tag: string, text: string): LogcatEvent | undefined {
  for (const row of ROWS) {
    if (!row.tag.test(tag)) continue;
    const found = row.text.exec(text);
    if (found !== null) return row.event(found);
  }
  return undefined;
}

/** Tags that a passkey leaves something in. */
export const PASSKEY_TAGS =
  /^(?:Fido(?:2Privileged|Ui|CtapHidConnection)?|Hybrid\w{0,40}|TunnelWebsocket|AuthenticatorController|CredentialManager|CredManProvService|CryptoHelper|cr_(?:Fido|Cable)\w{0,40})$/;
