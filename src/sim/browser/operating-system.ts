import type { TraceContext } from "../../core/trace.js";
import type { Knobs } from "../knobs/knobs.js";

/** A way from a request to an authenticator, as a sheet offers it. */
export type TransportChoice = "platform" | "security-key" | "qr";

/** What a browser looks at before it offers a way to an authenticator. */
export interface AllowedCredential {
  readonly id?: string;
  readonly transports?: readonly string[];
}

/** As much of a request as decides what is offered. */
export interface CredentialRequest {
  readonly method: "create" | "get";
  readonly attachment?: string | undefined;
  readonly allowed?: readonly AllowedCredential[] | undefined;
  /** The span of the request. */
  readonly context?: TraceContext | undefined;
}

export interface TransportOffer {
  readonly choices: readonly TransportChoice[];
  /** Whose sheet it is. */
  readonly by: "browser" | "os";
  /** A setting of the browser gave the request to the system's dialog. */
  readonly isDiverted: boolean;
}

/** Version of the Windows interface from which its dialog can show a QR code. @see Chromium SupportsHybrid */
const HYBRID_API_MIN = 6;

/** Without any word on transports everything is possible. */
function mayBe(transport: string, { allowed = [] }: CredentialRequest): boolean {
  return (
    allowed.length === 0 ||
    allowed.some(({ transports = [] }) => transports.length === 0 || transports.includes(transport))
  );
}

/**
 * What browser and operating system offer for a request.
 *
 * Chromium draws its own sheet for phones, so that only other browsers depend on the Windows dialog's version; with
 * the setting that has Windows Hello asked for passwords it leaves requests to that dialog as well.
 */
export function offerFor(
  credentialRequest: CredentialRequest,
  { os, client, adapter, browser }: Knobs,
): TransportOffer {
  const hasDialog = os.webauthnApi > 0;
  const isDiverted = hasDialog && browser.helloForPasswords && os.helloEnabled;
  const drawsOwn = client.profile.startsWith("chrome") && !isDiverted;
  const knowsQr = os.hybridSupported && (drawsOwn || !hasDialog || os.webauthnApi >= HYBRID_API_MIN);
  const roams = credentialRequest.attachment !== "platform";
  const choices: TransportChoice[] = [];
  if (
    os.helloEnabled &&
    credentialRequest.attachment !== "cross-platform" &&
    mayBe("internal", credentialRequest)
  )
    choices.push("platform");
  if (roams) choices.push("security-key");
  if (roams && knowsQr && adapter.present && mayBe("hybrid", credentialRequest)) choices.push("qr");
  return { choices, by: hasDialog && !drawsOwn ? "os" : "browser", isDiverted };
}

/** What the sheet says at first. */
export function textOf({ choices }: TransportOffer): string {
  if (choices.length === 0) return "Windows Hello is not set up on this device";
  if (choices.includes("qr")) return "Scan this QR code with your phone, or insert your security key";
  return choices.includes("security-key")
    ? "Insert your security key and touch it"
    : "Confirm with Windows Hello";
}
