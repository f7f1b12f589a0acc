import type { TraceContext } from "../../core/trace.js";
import type { Knobs } from "../knobs/knobs.js";

/** A way from a request to an authenticator, as a sheet offers it. */
export type Way = "platform" | "security-key" | "qr";

/** What a browser looks at before it offers a way to an authenticator. */
export interface AllowedCredential {
  readonly id?: string;
  readonly transports?: readonly string[];
}

/** As much of a request as decides what is offered. */
export interface Wish {
  readonly method: "create" | "get";
  readonly attachment?: string | undefined;
  readonly allowed?: readonly AllowedCredential[] | undefined;
  /** The span of the request. */
  readonly context?: TraceContext | undefined;
}

export interface Offer {
  readonly ways: readonly Way[];
  /** Whose sheet it is. */
  readonly by: "browser" | "os";
}

/** Version of the Windows interface from which its dialog can show a QR code. @see Chromium SupportsHybrid */
const HYBRID_API_MIN = 6;

/** Without any word on transports everything is possible. */
function mayBe(transport: string, { allowed = [] }: Wish): boolean {
  return (
    allowed.length === 0 ||
    allowed.some(({ transports = [] }) => transports.length === 0 || transports.includes(transport))
  );
}

/**
 * What browser and operating system offer for a request.
 *
 * Chromium draws its own sheet for phones, so that only other browsers depend on the Windows dialog's version.
 */
export function offerFor(wish: Wish, { os, client, adapter }: Knobs): Offer {
  const isChromium = client.profile.startsWith("chrome");
  const hasDialog = os.webauthnApi > 0;
  const knowsQr = os.hybridSupported && (isChromium || !hasDialog || os.webauthnApi >= HYBRID_API_MIN);
  const roams = wish.attachment !== "platform";
  const ways: Way[] = [];
  if (os.helloEnabled && wish.attachment !== "cross-platform" && mayBe("internal", wish))
    ways.push("platform");
  if (roams) ways.push("security-key");
  if (roams && knowsQr && adapter.present && mayBe("hybrid", wish)) ways.push("qr");
  return { ways, by: hasDialog && !isChromium ? "os" : "browser" };
}

/** What the sheet says at first. */
export function textOf({ ways }: Offer): string {
  if (ways.length === 0) return "Windows Hello is not set up on this device";
  if (ways.includes("qr")) return "Scan this QR code with your phone, or insert your security key";
  return ways.includes("security-key")
    ? "Insert your security key and touch it"
    : "Confirm with Windows Hello";
}
